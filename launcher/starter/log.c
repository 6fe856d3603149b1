#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a guest prints, or a VMM that it has taken over, must not fill the host's disk, also while nobody watches. No file that a program writes by itself can be
   bounded and still hold the end of what was said, so a process of its own takes the words from a pipe; it ends when all who could write have. */

enum { PIECE = 16384, PATIENCE = 5, LOGS = 2 };

static char piece[PIECE];
static bool begun;
static int also_at = -1;

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

/* A file and the pipe whose words it is for. */
struct kept { int words, file; off_t size; };

static void keep_from(struct kept *kept, off_t limit) {
    struct stat status;
    kept->size = fstat(kept->file, &status) == 0 ? status.st_size : 0;
    if (kept->size > limit / 2) kept->size = shorten(kept->file, kept->size, limit / 2);
}

/* Takes what there is; false when no more can come. */
static bool keep_words(struct kept *kept, off_t limit) {
    ssize_t got = read(kept->words, piece, sizeof piece);
    if (got <= 0) return got < 0 && errno == EINTR;
    if (kept->size + got > limit) kept->size = shorten(kept->file, kept->size, limit / 2 < kept->size ? limit / 2 : kept->size);
    if (kept->size + got <= limit && write_all(kept->file, piece, (size_t) got, kept->size)) kept->size += got;
    return true;
}

_Noreturn static void keep_logs(struct kept *kept, size_t count, off_t limit) {
    struct pollfd waits[LOGS];
    size_t open = count;
    for (size_t i = 0; i < count; i++) {
        keep_from(&kept[i], limit);
        waits[i] = (struct pollfd) { kept[i].words, POLLIN, 0 };
    }
    while (open > 0) {
        if (poll(waits, count, -1) < 0) continue;   /* EINTR: its words are right */
        for (size_t i = 0; i < count; i++) {
            if (waits[i].fd < 0 || waits[i].revents == 0 || keep_words(&kept[i], limit)) continue;
            waits[i].fd = -1;
            open--;
        }
    }
    _exit(0);
}

static void arrange(int from, int to) {
    if (dup2(from, to) < 0) fail(errno, "Cannot arrange the descriptors of the log");
}

/*
 * In the process that keeps the log: nothing of the program's but the pipe and the file, or two of each. The lock tells others that words may still come;
 * closing any descriptor of the file would give it up, so it is taken when only one is left.
 */
_Noreturn static void become_keeper(const struct options *options, const struct kept *kept, size_t count, int ready) {
    enum { OUT_OF_THE_WAY = 16 };
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    struct kept own[LOGS] = { { STDIN_FILENO, STDOUT_FILENO, 0 }, { 3, 4, 0 } };
    on_failure(NULL);
    int words = fcntl(kept[count - 1].words, F_DUPFD, OUT_OF_THE_WAY), file = fcntl(kept[count - 1].file, F_DUPFD, OUT_OF_THE_WAY);
    arrange(kept[0].words, STDIN_FILENO);
    arrange(kept[0].file, STDOUT_FILENO);
    arrange(ready, STDERR_FILENO);
    if (count > 1) {
        arrange(words, own[1].words);
        arrange(file, own[1].file);
    }
    setsid();
    prctl(PR_SET_NAME, "hypr-log", 0, 0, 0);
    privileges_drop(options);
    unsigned first = count > 1 ? 5 : 3;
    if (syscall(SYS_close_range, first, ~0U, 0U) != 0)
        for (long fd = first, limit = sysconf(_SC_OPEN_MAX); fd < limit; fd++) close((int) fd);   /* a kernel before 5.9 */
    alarm(PATIENCE);   /* for a keeper of an earlier program, whose words come first */
    if (fcntl(STDOUT_FILENO, F_SETLKW, &lock) != 0) fail(errno, "Cannot lock %s", options->log);
    alarm(0);
    if (write(STDERR_FILENO, "", 1) != 1) _exit(STATUS_FAILED);
    close(STDERR_FILENO);
    keep_logs(own, count, (off_t) options->log_max);
}

static void pipe_to(const char *file, struct kept *kept, int *writer) {
    int words[2];
    kept->file = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (kept->file < 0) fail(errno, "Cannot open %s", file);
    if (pipe2(words, O_CLOEXEC) != 0) fail(errno, "Cannot make a pipe for %s", file);
    kept->words = words[0];
    *writer = words[1];
}

void log_begin(const struct options *options) {
    int writers[LOGS], ready[2];
    struct kept kept[LOGS];
    size_t count = 0;
    char octet;
    pipe_to(options->log, &kept[count], &writers[count]);
    count++;
    if (options->also != NULL) {
        pipe_to(options->also, &kept[count], &writers[count]);
        count++;
    }
    if (pipe2(ready, O_CLOEXEC) != 0) fail(errno, "Cannot make a pipe for %s", options->log);
    pid_t between = fork();   /* its child is nobody's: PROGRAM need not know that it has one */
    if (between < 0) fail(errno, "Cannot start the process that keeps %s", options->log);
    if (between == 0) {
        pid_t keeper = fork();
        if (keeper == 0) become_keeper(options, kept, count, ready[1]);
        _exit(keeper < 0 ? STATUS_FAILED : 0);
    }
    close(ready[1]);
    int status = 0;
    while (waitpid(between, &status, 0) < 0 && errno == EINTR) continue;
    if (status != 0 || read(ready[0], &octet, 1) != 1) fail(0, "Cannot start the process that keeps %s", options->log);
    if (dup2(writers[0], STDOUT_FILENO) < 0 || dup2(writers[0], STDERR_FILENO) < 0) fail(errno, "Cannot make %s the standard streams", options->log);
    if (count > 1 && dup2(writers[1], options->also_at) < 0) fail(errno, "Cannot make %s the descriptor %d", options->also, options->also_at);
    for (size_t i = 0; i < count; i++) {
        close(writers[i]);
        close(kept[i].words);
        close(kept[i].file);
    }
    close(ready[0]);
    if (count > 1) also_at = options->also_at;
    begun = true;
}

void log_undo(void) {
    if (!begun) return;
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    if (also_at >= 0) close(also_at);
}
