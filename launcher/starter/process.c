#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A leader of a process group (started from an interactive shell) cannot begin a session; it joins its parent's group first.
   No fork: whoever started us knows our pid, or has been told it. */
void session_begin(void) {
    if (getsid(0) == getpid()) return;
    if (setsid() >= 0) return;
    if (errno == EPERM && setpgid(0, getpgid(getppid())) == 0 && setsid() >= 0) return;
    fail(errno, "Cannot begin a session");
}

void signals_reset(void) {
    /* The kernel's struct sigaction, all zero: SIG_DFL. Asked of the kernel itself, since the libc refuses the signals that it keeps for itself,
       and a parent may have left those ignored. */
    const struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } standard = { 0 };
    sigset_t none;
    for (int number = 1; number < NSIG; number++) syscall(SYS_rt_sigaction, number, &standard, NULL, sizeof standard.mask);   /* SIGKILL and SIGSTOP refuse */
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) fail(errno, "Cannot unblock signals");
}

/* By prlimit, since musl's setrlimit has much for threads, which we have none of. */
static bool limit_set(const struct limit *limit) {
    struct rlimit now;
    if (prlimit(0, limit->resource, &limit->value, NULL) == 0) return true;
    if (!limit->or_less || errno != EPERM || prlimit(0, limit->resource, NULL, &now) != 0) return false;
    now.rlim_cur = now.rlim_max;
    return prlimit(0, limit->resource, &now, NULL) == 0;
}

void limits_set(const struct limit *limits, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!limit_set(&limits[i]))
            fail(errno, "Cannot set the resource limit %s to %llu:%llu", limits[i].name,
                 (unsigned long long) limits[i].value.rlim_cur, (unsigned long long) limits[i].value.rlim_max);
}

/* One number of the list, at most that of the last processor that there can be. */
static int processor(const char **at, const char *list) {
    char *end;
    if (**at < '0' || **at > '9') fail(0, "--processors takes a list such as 0-2,5, not '%s'", list);
    unsigned long number = strtoul(*at, &end, 10);
    if (number >= 8 * sizeof(cpu_set_t)) fail(0, "--processors: there is no processor %lu", number);
    *at = end;
    return (int) number;
}

void processors_set(const char *list) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const char *at = list; ; at++) {
        int first = processor(&at, list), last = first;
        if (*at == '-') {
            at++;
            last = processor(&at, list);
        }
        for (int number = first; number <= last; number++) CPU_SET(number, &set);
        if (*at == '\0') break;
        if (*at != ',') fail(0, "--processors takes a list such as 0-2,5, not '%s'", list);
    }
    if (sched_setaffinity(0, sizeof set, &set) != 0) fail(errno, "Cannot run on the processors %s", list);
}

bool processors_share(pid_t thread) {
    cpu_set_t own, other;
    if (sched_getaffinity(0, sizeof own, &own) != 0) fail(errno, "Cannot see the processors of this process");
    if (sched_getaffinity(thread, sizeof other, &other) == 0 && CPU_EQUAL(&own, &other)) return false;
    if (sched_setaffinity(thread, sizeof own, &own) == 0) return true;
    if (errno != ESRCH) fail(errno, "Cannot bind thread %d to other processors", thread);
    return false;
}

static unsigned long long start_time(void) {
    char line[1024];
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail(errno, "Cannot open /proc/self/stat");
    ssize_t got = read(fd, line, sizeof line - 1);
    close(fd);
    if (got < 0) fail(errno, "Cannot read /proc/self/stat");
    line[got] = '\0';
    char *at = strrchr(line, ')');   /* field 2 may hold anything; field 3 follows it */
    for (int field = 2; at != NULL && field < 22; field++) at = strchr(at + 1, ' ');
    if (at == NULL) fail(0, "/proc/self/stat has no start time");
    return strtoull(at, NULL, 10);
}

void pid_tell(pid_t pid) {
    dprintf(STDOUT_FILENO, "%d\n", (int) pid);   /* nobody may listen any more, and the program goes on without */
}

static char pid_file_made[4096];

static void forget_pid_file(void) {
    unlink(pid_file_made);
    cgroup_undo();
}

void pid_file_write(const char *path) {
    char line[64], fresh[4096 + 16];
    if (strlen(path) >= sizeof pid_file_made) fail(ENAMETOOLONG, "Cannot write %s", path);
    snprintf(line, sizeof line, "%d %llu\n", (int) getpid(), start_time());
    snprintf(fresh, sizeof fresh, "%s.%d", path, (int) getpid());
    int error = write_text(fresh, O_CREAT | O_TRUNC | O_NOFOLLOW, line);
    if (error == 0 && rename(fresh, path) != 0) error = errno;
    if (error != 0) {
        unlink(fresh);
        fail(error, "Cannot write %s", path);
    }
    strcpy(pid_file_made, path);
    on_failure(forget_pid_file);
}

/* Asked before anything is made, so that the common mistakes leave nothing behind: may the user run the program? */
void check_program(const struct options *options) {
    const char *program = options->program[0];
    if (strchr(program, '/') == NULL) return;   /* execvp will look for it */
    if (options->directory != NULL && *program != '/') return;
    if (options->root != NULL) return;   /* there the path is another */
    if (strncmp(program, "/proc/self/fd/", 14) == 0) return;   /* --read opens it later, for a user that cannot reach it by name */
    bool other = options->change_user && geteuid() == 0;
    if (other && (setegid(options->group) != 0 || seteuid(options->user) != 0)) fail(errno, "Cannot become user %u for a moment", (unsigned) options->user);
    int error = faccessat(AT_FDCWD, program, X_OK, AT_EACCESS) == 0 ? 0 : errno;
    if (other && (seteuid(0) != 0 || setegid(getgid()) != 0)) fail(errno, "Cannot become root again");
    if (error != 0) fail(error, "Cannot run %s%s", program, other && error == EACCES ? " as the user it is meant for" : "");
}

/* The program, which user 0 is no reason to give any, gets those that are kept as ambient ones. */
static void drop_capabilities(unsigned long long kept) {
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    const unsigned low = (unsigned) kept, high = (unsigned) (kept >> 32);
    struct __user_cap_data_struct those[2] = { { low, low, low }, { high, high, high } };
    if (syscall(SYS_capset, &header, those) != 0) fail(errno, "Cannot give up capabilities");
    for (unsigned long capability = 0; capability < 64; capability++)
        if ((kept >> capability & 1) != 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0)
            fail(errno, "Cannot keep the capability %lu", capability);
}

/* Only root has anything here to forbid; others keep what little they have until capset. */
static void forbid_capabilities(unsigned long long kept) {
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
        if ((capability >= 64 || (kept >> capability & 1) == 0) && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            fail(errno, "Cannot forbid the capability %lu", capability);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);   /* a kernel without them has none to clear */
    if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) != 0) fail(errno, "Cannot make user 0 an ordinary one");
}

static void change_user(const struct options *options) {
    bool root = geteuid() == 0;
    if (root) forbid_capabilities(options->capabilities);
    if (root && setgroups(options->group_count, options->groups) != 0) fail(errno, "Cannot set the supplementary groups");
    if (!root && options->group_count > 0) fail(EPERM, "Cannot set the supplementary groups");
    if (setresgid(options->group, options->group, options->group) != 0) fail(errno, "Cannot become group %u", (unsigned) options->group);
    if (setresuid(options->user, options->user, options->user) != 0) fail(errno, "Cannot become user %u", (unsigned) options->user);
    drop_capabilities(options->capabilities);
    if (options->user != 0 && setuid(0) == 0) fail(0, "User %u could become root again", (unsigned) options->user);
}

void privileges_drop(const struct options *options) {
    if (options->change_user) change_user(options);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(errno, "Cannot forbid new privileges");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) fail(errno, "Cannot forbid core dumps and tracing");
}
