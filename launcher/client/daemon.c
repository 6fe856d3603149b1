#define _GNU_SOURCE
#include "hypr.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_LIMIT_MS = 30000, STOP_LIMIT_MS = 60000, RETRY_MS = 10, TAIL_OCTETS = 2048 };

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* In a directory like /tmp somebody else could listen there first: what the user types goes to the user's own hyprd, or to root's. */
static void check_owner(int fd, const struct paths *paths) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) fail("Cannot tell who listens at %s: %s.", paths->socket, strerror(errno));
    if (peer.uid != 0 && peer.uid != geteuid())
        fail("%s belongs to user %u, not to you or root: refusing to talk to it. Set HYPR_RUN to another directory.", paths->socket, (unsigned) peer.uid);
}

int daemon_connect(const struct paths *paths) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(paths->socket) >= sizeof address.sun_path)
        fail("The socket's path %s is longer than the %zu octets that Linux allows. Set HYPR_RUN to a shorter directory.", paths->socket, sizeof address.sun_path - 1);
    strcpy(address.sun_path, paths->socket);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("Cannot make a socket: %s.", strerror(errno));
    while (connect(fd, (struct sockaddr *) &address, sizeof address) != 0) {
        int error = errno;
        if (error == EINTR) continue;
        close(fd);
        errno = error;
        if (error == ENOENT || error == ECONNREFUSED) return -1;
        fail("Cannot connect to hyprd at %s: %s.%s", paths->socket, strerror(error), error == EACCES ? " It belongs to another user." : "");
    }
    check_owner(fd, paths);
    return fd;
}

/* hyprd holds this lock from its first step to its end. */
static bool is_held(const struct paths *paths) {
    char *file = text("%s/hyprd.lock", paths->run);
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    free(file);
    if (fd < 0) return false;
    bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return held;
}

int daemon_await(const struct paths *paths) {
    long long limit = now_ms() + START_LIMIT_MS;
    for (;;) {
        int fd = daemon_connect(paths);
        if (fd >= 0 || !is_held(paths)) return fd;
        if (now_ms() > limit)
            fail("hyprd runs, but did not answer at %s within %d s. Its log tells more: %s", paths->socket, START_LIMIT_MS / 1000, paths->log);
        poll(NULL, 0, RETRY_MS);
    }
}

int daemon_hold(int fd) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
    return (int) syscall(SYS_pidfd_open, peer.pid, 0);
}

bool daemon_await_end(int hold) {
    struct pollfd end = { .fd = hold, .events = POLLIN };
    int ready;
    do ready = poll(&end, 1, STOP_LIMIT_MS); while (ready < 0 && errno == EINTR);
    return ready > 0;
}

static void make_directories(char *path) {
    for (char *slash = path + 1; ; slash++) {
        slash += strcspn(slash, "/");
        char end = *slash;
        *slash = '\0';
        int made = mkdir(path, 0700);
        if (made != 0 && errno != EEXIST) fail("Cannot make the directory %s for hyprd's socket: %s. Set HYPR_RUN to one that can be made.", path, strerror(errno));
        *slash = end;
        if (end == '\0') break;
    }
    struct stat status;
    if (stat(path, &status) == 0 && status.st_uid != geteuid() && status.st_uid != 0)
        fail("The directory %s belongs to user %u: hyprd's socket cannot be there. Set HYPR_RUN to another directory.", path, (unsigned) status.st_uid);
}

static off_t size_of(const char *file) {
    struct stat status;
    return stat(file, &status) == 0 ? status.st_size : 0;
}

/* Prints the file's end, from offset `from` on, below its name if it is to be named; tells whether there was any. */
static bool print_tail(const char *file, off_t from, bool named) {
    char octets[TAIL_OCTETS];
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return false;
    off_t size = size_of(file);
    if (size < from) from = 0;   /* begun anew */
    if (size - from > TAIL_OCTETS) from = size - TAIL_OCTETS;
    ssize_t got = pread(fd, octets, sizeof octets, from);
    close(fd);
    if (got <= 0) return false;
    if (named) fprintf(stderr, "--- %s\n", file);
    fprintf(stderr, "%.*s%s", (int) got, octets, octets[got - 1] == '\n' ? "" : "\n");
    return true;
}

_Noreturn static void become(const char *program, char **arguments) {
    execv(program, arguments);
    fail("Cannot run hyprd (%s): %s.%s", program, strerror(errno), errno == ENOENT ? " Set HYPR_DIST to the folder of HYPR's distribution." : "");
}

/* In the child: a session, no stream, signal or descriptor of the client's. */
_Noreturn static void launch(const struct paths *paths, const char *words) {
    sigset_t none;
    struct sigaction standard = { .sa_handler = SIG_DFL };
    int null = open("/dev/null", O_RDWR), said = open(words, O_WRONLY | O_APPEND);
    if (null < 0 || said < 0) _exit(STATUS_FAILED);
    setsid();
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(022);
    if (chdir("/") != 0 || dup2(null, 0) < 0 || dup2(said, 1) < 0 || dup2(said, 2) < 0) _exit(STATUS_FAILED);
    if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0)
        for (int fd = 3; fd < 1024; fd++) close(fd);
    become(paths->hyprd, (char *[]) { "hyprd", NULL });
}

/* Connects as soon as it can be done; -1 when the child has ended with an error (in *status), or time is up (*status = 0). */
static int await(const struct paths *paths, pid_t child, int *status) {
    long long limit = now_ms() + START_LIMIT_MS;
    int handle = (int) syscall(SYS_pidfd_open, child, 0U);   /* only to wake at once; -1 on an old kernel just waits */
    bool ended = false;
    int fd;
    for (;;) {
        if (!ended && waitpid(child, status, WNOHANG) == child) {
            ended = true;
            if (handle >= 0) close(handle);
            handle = -1;
        }
        fd = daemon_connect(paths);
        if (fd >= 0 || (ended && *status != 0)) break;
        if (now_ms() > limit) break;
        struct pollfd watched = { .fd = handle, .events = POLLIN };
        poll(&watched, 1, RETRY_MS);
    }
    if (handle >= 0) close(handle);
    if (!ended) *status = 0;
    return fd;
}

static void tell_status(const struct paths *paths, int status) {
    if (status == 0) say("hyprd did not answer at %s within %d s.", paths->socket, START_LIMIT_MS / 1000);
    else if (WIFSIGNALED(status)) say("hyprd did not start: signal %d ended %s.", WTERMSIG(status), paths->hyprd);
    else say("hyprd did not start: %s ended with status %d.", paths->hyprd, WEXITSTATUS(status));
}

int daemon_start(const struct paths *paths) {
    char *words = text("%s/start.log", paths->run), *guard = text("%s/start.lock", paths->run);
    make_directories(paths->run);
    int lock = open(guard, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0) fail("Cannot open %s: %s.", guard, strerror(errno));
    while (flock(lock, LOCK_EX) != 0)   /* of two clients one starts it, the other waits and finds it */
        if (errno != EINTR) fail("Cannot lock %s: %s.", guard, strerror(errno));
    int fd;
    while ((fd = daemon_await(paths)) < 0) {
        int said = open(words, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (said < 0) fail("Cannot write %s: %s.", words, strerror(errno));
        close(said);
        off_t logged = size_of(paths->log);
        pid_t child = fork();
        if (child < 0) fail("Cannot start hyprd: %s.", strerror(errno));
        if (child == 0) launch(paths, words);
        int status;
        fd = await(paths, child, &status);
        if (fd >= 0) break;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != STATUS_BUSY) {
            /* hyprd has said itself what is wrong and what to do: an answer like any other. */
            if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_REFUSED && print_tail(words, 0, false)) exit(STATUS_ERROR);
            tell_status(paths, status);
            bool told = print_tail(words, 0, true) | print_tail(paths->log, logged, true);
            if (!told) fprintf(stderr, "It logged nothing (%s).\n", paths->log);
            exit(STATUS_FAILED);
        }
    }
    close(lock);
    free(guard);
    free(words);
    return fd;
}

void daemon_become(const struct paths *paths, char **arguments) {
    arguments[0] = "hyprd";
    become(paths->hyprd, arguments);
}
