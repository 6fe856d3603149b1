#define _GNU_SOURCE
#include "start.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LONG_PATH = 1024, TRIES = 100 };

static struct hierarchy hierarchies[HIERARCHY_LIMIT];
static size_t count;
static const char *made_name;   /* the control group to undo */
static char previous[HIERARCHY_LIMIT][LONG_PATH];   /* where this process was before, as a path of the host */

/* What was the error and where, for a sentence; kept so that it can be a warning as well as the end. */
struct failure { int error; char what[LONG_PATH + 128]; };

static bool failed(struct failure *failure, int error, const char *what, const char *where) {
    failure->error = error;
    snprintf(failure->what, sizeof failure->what, "%s %s", what, where);
    return false;
}

static void path_of(char *path, const struct hierarchy *hierarchy, const char *name, const char *file) {
    snprintf(path, LONG_PATH, "%s/%s%s%s", hierarchy->base, name, *file == '\0' ? "" : "/", file);
}

static void nap(void) {
    nanosleep(&(struct timespec) { .tv_nsec = 5000000 }, NULL);
}

/* Makes each directory of the path below the mount; version 2 hands controllers down in each. */
static int make_group(const struct hierarchy *hierarchy, const char *name) {
    char path[LONG_PATH];
    path_of(path, hierarchy, name, "");
    for (char *slash = path + strlen(hierarchy->mount); ; ) {
        char control[LONG_PATH + 32], end = *slash;
        *slash = '\0';
        if (mkdir(path, 0755) != 0 && errno != EEXIST) return errno;
        if (end == '\0') return 0;
        if (hierarchy->version == 2) {   /* one that refuses shows when its limit is set */
            snprintf(control, sizeof control, "%s/cgroup.subtree_control", path);
            if (hierarchy->memory) write_text(control, 0, "+memory");
            if (hierarchy->cpu) write_text(control, 0, "+cpu");
            if (hierarchy->pids) write_text(control, 0, "+pids");
        }
        *slash = end;
        slash++;
        slash += strcspn(slash, "/");
    }
}

/* The number on the next line of a list of processes or threads. */
static bool next_number(FILE *file, int *number) {
    char line[32];
    if (fgets(line, sizeof line, file) == NULL) return false;
    *number = (int) strtol(line, NULL, 10);
    return true;
}

static int first_process(const struct hierarchy *hierarchy, const char *name) {
    char path[LONG_PATH];
    int pid = 0;
    path_of(path, hierarchy, name, "cgroup.procs");
    FILE *file = fopen(path, "re");
    if (file == NULL) return 0;
    next_number(file, &pid);
    fclose(file);
    return pid;
}

static bool set_limit(const struct hierarchy *hierarchy, const char *name, const char *file, const char *value, struct failure *failure) {
    char path[LONG_PATH];
    path_of(path, hierarchy, name, file);
    int error = write_text(path, 0, value);
    return error == 0 || failed(failure, error, "Cannot set the limit", path);
}

static bool set_cpu(const struct hierarchy *hierarchy, const char *name, const struct cgroup_limits *limits, struct failure *failure) {
    char both[64];
    snprintf(both, sizeof both, "%s %s", limits->cpu_quota, limits->cpu_period);
    if (hierarchy->version == 2) return set_limit(hierarchy, name, "cpu.max", both, failure);
    return set_limit(hierarchy, name, "cpu.cfs_period_us", limits->cpu_period, failure)
        && set_limit(hierarchy, name, "cpu.cfs_quota_us", strcmp(limits->cpu_quota, "max") == 0 ? "-1" : limits->cpu_quota, failure);
}

/* Version 1 counts shares, of which a group has 1024 where version 2 gives it a weight of 100. */
static bool set_weight(const struct hierarchy *hierarchy, const char *name, const struct cgroup_limits *limits, struct failure *failure) {
    char shares[32];
    if (hierarchy->version == 2) return set_limit(hierarchy, name, "cpu.weight", limits->cpu_weight, failure);
    snprintf(shares, sizeof shares, "%llu", parse_number("--cpu-weight", limits->cpu_weight, 10000) * 1024 / 100);
    return set_limit(hierarchy, name, "cpu.shares", shares, failure);
}

static bool set_memory(const struct hierarchy *hierarchy, const char *name, const struct cgroup_limits *limits, struct failure *failure) {
    return set_limit(hierarchy, name, hierarchy->version == 2 ? "memory.max" : "memory.limit_in_bytes", limits->memory, failure);
}

/* Below this the host takes memory from others first; version 1 takes it above this first, from nobody without it. */
static bool set_memory_low(const struct hierarchy *hierarchy, const char *name, const struct cgroup_limits *limits, struct failure *failure) {
    if (hierarchy->version == 2) return set_limit(hierarchy, name, "memory.low", limits->memory_low, failure);
    return set_limit(hierarchy, name, "memory.soft_limit_in_bytes", strcmp(limits->memory_low, "0") == 0 ? "-1" : limits->memory_low, failure);
}

static bool set_pids(const struct hierarchy *hierarchy, const char *name, const struct cgroup_limits *limits, struct failure *failure) {
    return set_limit(hierarchy, name, "pids.max", limits->pids, failure);
}

/* Sets one limit in the hierarchy that has its controller. Where there is none, or it is not handed down, that is the end, or a warning. */
static bool limited(const char *name, const struct cgroup_limits *limits, size_t controller, const char *word, const char *option, bool optional,
                    bool (*set)(const struct hierarchy *, const char *, const struct cgroup_limits *, struct failure *), struct failure *failure) {
    bool there = false, done = false;
    for (size_t i = 0; i < count && !there; i++) {
        there = *(const bool *) ((const char *) &hierarchies[i] + controller);
        if (there) done = set(&hierarchies[i], name, limits, failure);
    }
    if (!there) {
        snprintf(failure->what, sizeof failure->what, "Cannot set %s: this host has no control groups for %s", option, word);
        failure->error = 0;
    }
    if (done || !optional) return done;
    warn(failure->error, "Going on without %s: %s", option, failure->what);
    return true;
}

static bool set_limits(const char *name, const struct cgroup_limits *limits, bool optional, struct failure *failure) {
    const char *low = limits->memory_low, *quota = limits->cpu_quota, *weight = limits->cpu_weight;
    /* What every group has anyway can be set where nothing can be limited. */
    bool no_low = low != NULL && strcmp(low, "0") == 0, no_quota = quota != NULL && strcmp(quota, "max") == 0;
    bool usual = weight != NULL && strcmp(weight, "100") == 0;
    return (limits->memory == NULL || limited(name, limits, offsetof(struct hierarchy, memory), "memory", "--memory-max", optional, set_memory, failure))
        && (low == NULL || limited(name, limits, offsetof(struct hierarchy, memory), "memory", "--memory-low", optional || no_low, set_memory_low, failure))
        && (limits->pids == NULL || limited(name, limits, offsetof(struct hierarchy, pids), "pids", "--pids-max", optional, set_pids, failure))
        && (quota == NULL || limited(name, limits, offsetof(struct hierarchy, cpu), "cpu", "--cpu-max", optional || no_quota, set_cpu, failure))
        && (weight == NULL || limited(name, limits, offsetof(struct hierarchy, cpu), "cpu", "--cpu-weight", optional || usual, set_weight, failure));
}

/* Notes where this process is now in each hierarchy, to go back there when the start fails. */
static void note_previous(void) {
    char line[LONG_PATH];
    FILE *file = fopen("/proc/self/cgroup", "re");
    for (size_t i = 0; i < count; i++) snprintf(previous[i], LONG_PATH, "%s/cgroup.procs", hierarchies[i].mount);
    if (file == NULL) return;
    while (fgets(line, sizeof line, file) != NULL) {
        char *controllers = strchr(line, ':'), *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (path == NULL) continue;
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        for (size_t i = 0; i < count; i++) {
            const struct hierarchy *one = &hierarchies[i];
            const char *word = one->memory ? "memory" : one->pids ? "pids" : one->cpu ? "cpu" : "freezer";
            bool same = one->version == 2 ? strncmp(line, "0:", 2) == 0 : false;
            for (char *at = controllers + 1; one->version == 1 && *at != '\0'; ) {
                size_t length = strcspn(at, ",");
                same |= length == strlen(word) && strncmp(at, word, length) == 0;
                at += length + (at[length] == ',');
            }
            if (same) snprintf(previous[i], LONG_PATH, "%s%.480s/cgroup.procs", one->mount, strcmp(path, "/") == 0 ? "" : path);
        }
    }
    fclose(file);
}

/* Goes on as another child of our parent, which is born in the group, and tells its pid. False where there is no such birth: version 1, Linux before 5.7. */
static bool born_in(const struct hierarchy *hierarchy, const char *name) {
    struct clone_args birth = { .flags = CLONE_PARENT | CLONE_INTO_CGROUP };
    char path[LONG_PATH];
    path_of(path, hierarchy, name, "");
    int group = hierarchy->version == 2 ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (group < 0) return false;
    birth.cgroup = (unsigned) group;
    long child = syscall(SYS_clone3, &birth, sizeof birth);
    if (child > 0) {
        pid_tell((pid_t) child);
        _exit(0);   /* what was made is the child's, to undo as well */
    }
    close(group);
    return child == 0;
}

/* Makes it and gets this process there, perhaps by another birth. */
static bool enter(const struct options *options, bool *born, struct failure *failure) {
    const char *name = options->cgroup;
    char path[LONG_PATH];
    if (count == 0) return failed(failure, 0, "Cannot make the control group", "because none of the hierarchies memory, cpu, pids, freezer is mounted, nor the unified one");
    for (size_t i = 0; i < count; i++) {
        int error = 0;
        for (int left = TRIES; left > 0; left--)   /* another start's end may remove the base between two steps */
            if ((error = make_group(&hierarchies[i], name)) != ENOENT) break;
        path_of(path, &hierarchies[i], name, "");
        if (error != 0) return failed(failure, error, "Cannot make the control group", path);
        int process = options->cgroup_join ? 0 : first_process(&hierarchies[i], name);
        if (process == 0) continue;
        made_name = NULL;   /* somebody else's */
        fail(0, "The control group %s is in use by process %d", path, process);
    }
    if (!set_limits(name, &options->cgroup_limits, options->cgroup_optional, failure)) return false;
    if (options->tell_pid && (*born = born_in(&hierarchies[0], name))) return true;
    for (size_t i = 0; i < count; i++) {
        /* For a process the kernel waits until no other on the host begins or ends a thread, some 15 ms; not for the thread that writes, our only one. */
        path_of(path, &hierarchies[i], name, hierarchies[i].version == 1 ? "tasks" : "cgroup.procs");
        int error = write_text(path, 0, "0");
        if (error != 0) return failed(failure, error, "Cannot join the control group", path);
    }
    return true;
}

bool cgroup_enter(const struct options *options) {
    struct failure failure;
    bool born = false;
    count = hierarchies_find(hierarchies);
    note_previous();
    made_name = options->cgroup_join ? NULL : options->cgroup;   /* one that is joined is not ours alone to undo */
    if (enter(options, &born, &failure)) return born;
    if (!options->cgroup_optional) fail(failure.error, "%s", failure.what);
    warn(failure.error, "Going on without a control group: %s", failure.what);
    cgroup_undo();
    return false;
}

/* Removes the group and all below it; the errno, or 0. */
static int remove_tree(const char *path) {
    struct dirent *entry;
    DIR *directory = opendir(path);
    if (directory == NULL) return errno == ENOENT ? 0 : errno;
    int error = 0;
    while (error == 0 && (entry = readdir(directory)) != NULL) {
        char child[LONG_PATH];
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
        if (snprintf(child, sizeof child, "%s/%s", path, entry->d_name) >= (int) sizeof child) error = ENAMETOOLONG;
        else error = remove_tree(child);
    }
    closedir(directory);
    for (int left = TRIES; error == 0 && rmdir(path) != 0; left--) {   /* busy for a moment after its last process */
        if (errno == ENOENT) break;
        if (errno != EBUSY || left == 0) error = errno;
        else nap();
    }
    return error;
}

static void remove_from(const struct hierarchy *hierarchy, const char *name) {
    char path[LONG_PATH];
    path_of(path, hierarchy, name, "");
    int error = remove_tree(path);
    if (error != 0) fail(error, "Cannot remove the control group %s", path);
    for (char *slash; (slash = strrchr(path, '/')) != NULL && strlen(hierarchy->mount) < (size_t) (slash - path); ) {
        *slash = '\0';
        if (strlen(path) < strlen(hierarchy->base) || rmdir(path) != 0) break;   /* others are in it */
    }
}

void cgroup_undo(void) {
    log_undo();   /* who keeps the log is in the group */
    if (made_name == NULL) return;
    const char *name = made_name;
    made_name = NULL;
    for (size_t i = 0; i < count; i++) {
        int error = write_text(previous[i], 0, "0");
        if (error != 0) warn(error, "Cannot leave the control group through %s", previous[i]);
        remove_from(&hierarchies[i], name);
    }
}

void cgroup_remove(const char *name) {
    count = hierarchies_find(hierarchies);
    for (size_t i = 0; i < count; i++) {
        int process = first_process(&hierarchies[i], name);
        for (int left = TRIES; process != 0 && left > 0; left--) {
            nap();   /* a process that was killed is gone in a moment */
            process = first_process(&hierarchies[i], name);
        }
        if (process != 0) fail(EBUSY, "Cannot remove the control group %s/%s, in which process %d still runs", hierarchies[i].base, name, process);
        remove_from(&hierarchies[i], name);
    }
}

/* Binds each thread; whether one of them was not bound already. */
static bool share_processors(const struct hierarchy *hierarchy, const char *name) {
    char path[LONG_PATH];
    int thread;
    bool changed = false;
    path_of(path, hierarchy, name, hierarchy->version == 2 ? "cgroup.threads" : "tasks");
    FILE *file = fopen(path, "re");
    if (file == NULL) fail(errno, "Cannot list the threads in %s", path);
    while (next_number(file, &thread)) changed |= processors_share(thread);
    fclose(file);
    return changed;
}

void cgroup_change(const char *name, const struct cgroup_limits *limits, const char *processors) {
    struct failure failure;
    count = hierarchies_find(hierarchies);
    if (count == 0) fail(0, "The control group %s cannot be changed: this host has none", name);
    if (processors != NULL) processors_set(processors);
    if (!set_limits(name, limits, false, &failure)) fail(failure.error, "%s", failure.what);
    for (int left = TRIES; left > 0 && share_processors(&hierarchies[0], name); left--)
        continue;   /* those that began meanwhile have the processors of who began them */
}

void cgroup_print_base(void) {
    count = hierarchies_find(hierarchies);
    if (count == 0) fail(0, "This host has no control groups of use: neither the unified hierarchy nor memory, cpu, pids, freezer is mounted");
    for (size_t i = 0; i < count; i++) {
        const struct hierarchy *one = &hierarchies[i];
        char controllers[64];
        snprintf(controllers, sizeof controllers, "%s%s%s%s", one->memory ? "memory," : "", one->cpu ? "cpu," : "",
                 one->pids ? "pids," : "", one->freezer ? "freezer," : "");
        size_t length = strlen(controllers);
        if (length > 0) controllers[length - 1] = '\0';
        printf("v%d %s %s\n", one->version, length > 0 ? controllers : "-", one->base);
    }
    if (fflush(stdout) != 0) fail(errno, "Cannot write standard output");
}
