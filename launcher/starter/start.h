/* hypr-start: what its files share. Steps are in main.c, in the order in which they are done. */
#ifndef START_H
#define START_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { STATUS_FAILED = 125, LIST_LIMIT = 64, NAME_LIMIT = 200, LOG_LEAST = 65536, PATH_LIMIT = 512 };

struct kept_descriptor { int from, to; };
enum opening_kind { OPEN_FILE, READ_FILE, ATTACH_TAP, LISTEN_AT };
struct opening { const char *file; enum opening_kind kind; size_t kept; };   /* what becomes the descriptor kept[kept].from */
enum place_kind { PLACE_DEVICE = 1, PLACE_WRITABLE, PLACE_READ_ONLY };
struct place { const char *source, *at; enum place_kind kind; };   /* what is at the path `at` of a root of its own */
struct limit { int resource; const char *name; struct rlimit value; bool or_less; };   /* or_less: or as much as may be had */
struct cgroup_limits { const char *memory, *memory_low, *pids, *cpu_quota, *cpu_period, *cpu_weight; };   /* decimal text, or "max"; NULL = not limited */

struct options {
    struct kept_descriptor kept[LIST_LIMIT];
    size_t kept_count;
    struct opening openings[LIST_LIMIT];
    size_t opening_count;
    struct place places[LIST_LIMIT];
    size_t place_count;
    const char *own_taps[LIST_LIMIT];
    size_t own_tap_count;
    unsigned long long capabilities;   /* a bit each that the program keeps */
    struct limit limits[RLIM_NLIMITS];
    size_t limit_count;
    gid_t groups[LIST_LIMIT];
    size_t group_count;
    bool change_user;
    uid_t user;
    gid_t group;
    const char *cgroup, *remove_cgroup, *change_cgroup;
    bool print_cgroup_base, cgroup_optional, cgroup_join, tell_pid;
    struct cgroup_limits cgroup_limits;
    bool keep_input;
    const char *directory, *output, *error, *log, *also, *pid_file, *read_only, *only, *only_at, *root, *processors;
    unsigned long long log_max;
    int also_at;   /* the descriptor whose words go to the file `also` */
    mode_t umask;
    bool change_umask;
    const char *oom_score;
    int nice;
    char **program;   /* and its arguments, NULL at the end */
};

/* text.c: one sentence on standard error. fail() undoes what was made and exits with 125; with an errno of 0 no text of it is added. */
_Noreturn void fail(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
void warn(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Where the sentences go: a copy of the standard error that hypr-start was given. */
void messages_to(int fd);
/* Called once by fail(). */
void on_failure(void (*undo)(void));
/* 0, or the errno. Writes the text to the file in one write, with O_WRONLY | flags. */
int write_text(const char *path, int flags, const char *text);
/* The number in decimal text, at most `most`; fails naming the option otherwise. */
unsigned long long parse_number(const char *option, const char *text, unsigned long long most);

/* options.c */
void options_parse(struct options *options, int argc, char **argv);

/* opening.c: opens files, taps and listening sockets for the program, which may not do so itself. */
void openings_do(struct options *options);
/* Makes the taps the user's. */
void taps_give(const struct options *options);
/* Removes the sockets again, when the start fails. */
void openings_undo(void);

/* descriptors.c */
void descriptors_arrange(const struct kept_descriptor *kept, size_t count);
void streams_open(bool keep_input, const char *output, const char *error);

/* tree.c */
void tree_own(void);
void tree_read_only(const char *path);
void tree_only(const char *file, const char *directory);

/* root.c: a root directory that holds nothing but what is brought there; the working directory is its top. */
void root_enter(const char *directory, const struct place *places, size_t count);

/* log.c: standard output and error go to a file that is never larger than log_max octets, through a process that keeps it. */
void log_begin(const struct options *options);
/* Lets go of the streams, so that the process ends; nothing if there is none. */
void log_undo(void);

/* cgroup.c */
void cgroup_print_base(void);
/*
 * Makes the control group in each hierarchy that there is, sets the limits, joins it. With cgroup_join it may be in use, and stays when the start fails.
 * With tell_pid it may return in another process, which was born in the group and whose pid has been told; whether it has.
 */
bool cgroup_enter(const struct options *options);
void cgroup_remove(const char *name);
/* Sets other limits, and binds all threads in it to processors: those of the list, or without one those of this process. */
void cgroup_change(const char *name, const struct cgroup_limits *limits, const char *processors);
/* Leaves the control group again and removes it, when the start fails. */
void cgroup_undo(void);

/* hierarchies.c: where control groups can be made. */
enum { HIERARCHY_LIMIT = 8 };
struct hierarchy {
    int version;
    bool memory, cpu, pids, freezer;   /* the controllers that it has */
    char mount[PATH_LIMIT], base[PATH_LIMIT];
};
/* The unified hierarchy alone when it has controllers of use, else those of version 1; returns how many (0: none). */
size_t hierarchies_find(struct hierarchy *hierarchies);

/* process.c */
void session_begin(void);
void signals_reset(void);
void limits_set(const struct limit *limits, size_t count);
/* Binds this process, and all that it becomes, to processors, written as in 0-2,5. */
void processors_set(const char *list);
/* Binds a thread to the processors of this process; false when it was bound to them already, or is gone. */
bool processors_share(pid_t thread);
/* Says the pid, and a line feed, on standard output. */
void pid_tell(pid_t pid);
void pid_file_write(const char *path);
void check_program(const struct options *options);
void privileges_drop(const struct options *options);

#endif
