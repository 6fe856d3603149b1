/* hypr-start: becomes a VMM or another helper process, with nothing of ours but what the options name. */
#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void undo(void) {
    cgroup_undo();
    openings_undo();
}

int main(int argc, char **argv) {
    struct options options = { 0 };
    options_parse(&options, argc, argv);
    if (options.print_cgroup_base) cgroup_print_base();
    if (options.remove_cgroup != NULL) cgroup_remove(options.remove_cgroup);
    if (options.change_cgroup != NULL) cgroup_change(options.change_cgroup, &options.cgroup_limits, options.processors);
    if (options.program == NULL) return 0;

    check_program(&options);
    on_failure(undo);
    openings_do(&options);
    taps_give(&options);
    descriptors_arrange(options.kept, options.kept_count);
    signals_reset();
    bool told = options.cgroup != NULL && cgroup_enter(&options);
    if (options.tell_pid && !told) pid_tell(getpid());
    streams_open(options.keep_input, options.output, options.error);
    session_begin();
    if (options.oom_score != NULL) {
        int error = write_text("/proc/self/oom_score_adj", 0, options.oom_score);
        if (error != 0) fail(error, "Cannot set the out-of-memory score to %s", options.oom_score);
    }
    if (options.log != NULL) log_begin(&options);
    if (setpriority(PRIO_PROCESS, 0, options.nice + getpriority(PRIO_PROCESS, 0)) != 0) fail(errno, "Cannot lower the priority by %d", options.nice);
    limits_set(options.limits, options.limit_count);
    if (options.processors != NULL) processors_set(options.processors);
    if (options.pid_file != NULL) pid_file_write(options.pid_file);
    if (options.read_only != NULL || options.only != NULL || options.root != NULL) tree_own();
    if (options.read_only != NULL) tree_read_only(options.read_only);
    if (options.only != NULL) tree_only(options.only, options.only_at);
    if (options.root != NULL) root_enter(options.root, options.places, options.place_count);
    if (options.directory != NULL && chdir(options.directory) != 0) fail(errno, "Cannot change to the directory %s", options.directory);
    if (options.change_umask) umask(options.umask);
    privileges_drop(&options);
    if (strchr(options.program[0], '/') != NULL) execv(options.program[0], options.program);   /* a file of no known kind is no script */
    else execvp(options.program[0], options.program);
    fail(errno, "Cannot run %s", options.program[0]);
}
