#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void close_between(int first, int last) {
    if (first > last) return;
    if (syscall(SYS_close_range, (unsigned) first, (unsigned) last, 0U) == 0) return;
    if (errno != ENOSYS) fail(errno, "Cannot close the descriptors %d to %d", first, last);
    long open_limit = sysconf(_SC_OPEN_MAX);   /* a kernel before 5.9 */
    for (int fd = first; fd <= last && fd < open_limit; fd++) close(fd);
}

/* The kept ones move out of each other's way first, then to their places; everything between is closed. */
void descriptors_arrange(const struct kept_descriptor *kept, size_t count) {
    int order[LIST_LIMIT], copies[LIST_LIMIT], above = 3;
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && kept[order[at - 1]].to > kept[i].to; at--) order[at] = order[at - 1];
        order[at] = (int) i;
        if (kept[i].to >= above) above = kept[i].to + 1;
    }
    int errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, above);
    if (errors < 0) fail(errno, "Cannot keep standard error for messages");
    for (size_t i = 0; i < count; i++) {
        copies[i] = fcntl(kept[i].from, F_DUPFD_CLOEXEC, above);
        if (copies[i] < 0) fail(errno, "Cannot keep the descriptor %d", kept[i].from);
    }
    int next = 3;
    for (size_t i = 0; i < count; i++) {
        int to = kept[order[i]].to;
        close_between(next, to - 1);
        if (dup2(copies[order[i]], to) < 0) fail(errno, "Cannot place the descriptor %d at %d", kept[order[i]].from, to);
        next = to + 1;
    }
    int message = dup2(errors, above);   /* the lowest place above all that is kept */
    if (message < 0 || fcntl(message, F_SETFD, FD_CLOEXEC) != 0) fail(errno, "Cannot keep standard error for messages");
    close_between(next, above - 1);
    messages_to(message);
    close_between(above + 1, 0x7fffffff);
}

static void open_stream(const char *path, int flags, int target) {
    int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0) fail(errno, "Cannot open %s", path);
    if (fd != target && dup2(fd, target) < 0) fail(errno, "Cannot make %s the descriptor %d", path, target);
    if (fd > 2) close(fd);
    else if (fd == target && fcntl(fd, F_SETFD, 0) != 0) fail(errno, "Cannot make %s the descriptor %d", path, target);
}

void streams_open(bool keep_input, const char *output, const char *error) {
    if (!keep_input) open_stream("/dev/null", O_RDONLY, STDIN_FILENO);
    if (output != NULL) open_stream(output, O_WRONLY | O_APPEND | O_CREAT, STDOUT_FILENO);
    if (error != NULL) open_stream(error, O_WRONLY | O_APPEND | O_CREAT, STDERR_FILENO);
}
