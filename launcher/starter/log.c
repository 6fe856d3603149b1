#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a guest prints, or a VMM that it has taken over, must not fill the host's disk, also while nobody watches. No file that a program writes by itself can be
   bounded and still hold the end of what was said, so a process of its own takes the words from a pipe; it ends when all who could write have. */

enum { PIECE = 16384, PATIENCE = 5 };

static char piece[PIECE];
static bool begun;

static bool write_all(int file, const char *octets, size_t count, off_t at) {
    while (count > 0) {
        ssize_t written = pwrite(file, octets, count, at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;   /* a full disk: these words are lost, later ones may not be */
        octets += written;
        count -= (size_t) written;
        at += written;
    }
    return true;
}

/* Keeps the last `keep` octets of a file of `size`; returns its new size. */
static off_t shorten(int file, off_t size, off_t keep) {
    static char moved[PIECE];
    off_t to = 0;
    for (off_t from = size - keep; from < size; ) {
        ssize_t got = pread(file, moved, sizeof moved, from);
        if (got <= 0 || !write_all(file, moved, (size_t) got, to)) break;
        from += got;
        to += got;
    }
    return ftruncate(file, to) == 0 ? to : size;
}

_Noreturn static void keep_log(int words, int file, off_t limit) {
    struct stat status;
    off_t size = fstat(file, &status) == 0 ? status.st_size : 0;
    if (size > limit / 2) size = shorten(file, size, limit / 2);
    for (;;) {
        ssize_t got = read(words, piece, sizeof piece);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) _exit(0);
        if (size + got > limit) size = shorten(file, size, limit / 2 < size ? limit / 2 : size);
        if (size + got <= limit && write_all(file, piece, (size_t) got, size)) size += got;
    }
}

/*
 * In the process that keeps the log: nothing of the program's but the pipe and the file. The lock tells others that words may still come; closing any
 * descriptor of the file would give it up, so it is taken when only one is left.
 */
_Noreturn static void become_keeper(const struct options *options, int words, int file, int ready) {
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    on_failure(NULL);
    if (dup2(words, STDIN_FILENO) < 0 || dup2(file, STDOUT_FILENO) < 0 || dup2(ready, STDERR_FILENO) < 0) fail(errno, "Cannot arrange the descriptors of the log");
    setsid();
    prctl(PR_SET_NAME, "hypr-log", 0, 0, 0);
    privileges_drop(options);
    if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0)
        for (long fd = 3, limit = sysconf(_SC_OPEN_MAX); fd < limit; fd++) close((int) fd);   /* a kernel before 5.9 */
    alarm(PATIENCE);   /* for a keeper of an earlier program, whose words come first */
    if (fcntl(STDOUT_FILENO, F_SETLKW, &lock) != 0) fail(errno, "Cannot lock %s", options->log);
    alarm(0);
    if (write(STDERR_FILENO, "", 1) != 1) _exit(STATUS_FAILED);
    close(STDERR_FILENO);
    keep_log(STDIN_FILENO, STDOUT_FILENO, (off_t) options->log_max);
}

void log_begin(const struct options *options) {
    int words[2], ready[2];
    char octet;
    int file = open(options->log, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (file < 0) fail(errno, "Cannot open %s", options->log);
    if (pipe2(words, O_CLOEXEC) != 0 || pipe2(ready, O_CLOEXEC) != 0) fail(errno, "Cannot make a pipe for %s", options->log);
    pid_t between = fork();   /* its child is nobody's: PROGRAM need not know that it has one */
    if (between < 0) fail(errno, "Cannot start the process that keeps %s", options->log);
    if (between == 0) {
        pid_t keeper = fork();
        if (keeper == 0) {
            close(words[1]);
            become_keeper(options, words[0], file, ready[1]);
        }
        _exit(keeper < 0 ? STATUS_FAILED : 0);
    }
    close(ready[1]);
    int status = 0;
    while (waitpid(between, &status, 0) < 0 && errno == EINTR) continue;
    if (status != 0 || read(ready[0], &octet, 1) != 1) fail(0, "Cannot start the process that keeps %s", options->log);
    if (dup2(words[1], STDOUT_FILENO) < 0 || dup2(words[1], STDERR_FILENO) < 0) fail(errno, "Cannot make %s the standard streams", options->log);
    close(words[0]);
    close(words[1]);
    close(ready[0]);
    close(file);
    begun = true;
}

void log_undo(void) {
    if (!begun) return;
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
}
