#define _GNU_SOURCE
#include "start.h"

#include <getopt.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum option_code {
    KEEP_FD = 1, OPEN, READ, TAP, LISTEN, CGROUP, CGROUP_OPTIONAL, CGROUP_JOIN, READ_ONLY, ONLY, ROOT, BIND, BIND_READ_ONLY, DEVICE, CAPABILITY, OWN_TAP, MEMORY_MAX, MEMORY_LOW, PROCESSORS, PIDS_MAX, CPU_MAX, CPU_WEIGHT, RLIMIT, USER, GROUP, CHDIR, UMASK,
    KEEP_STDIN, STDOUT, STDERR, LOG, LOG_ALSO, LOG_MAX, PID_FILE, TELL_PID, OOM_SCORE_ADJ, NICE, REMOVE_CGROUP, CHANGE_CGROUP, PRINT_CGROUP_BASE, HELP
};

static const struct option known[] = {
    { "keep-fd", required_argument, NULL, KEEP_FD }, { "open", required_argument, NULL, OPEN },
    { "read", required_argument, NULL, READ }, { "tap", required_argument, NULL, TAP },
    { "listen", required_argument, NULL, LISTEN }, { "cgroup", required_argument, NULL, CGROUP },
    { "cgroup-optional", no_argument, NULL, CGROUP_OPTIONAL }, { "cgroup-join", no_argument, NULL, CGROUP_JOIN },
    { "read-only", required_argument, NULL, READ_ONLY }, { "only", required_argument, NULL, ONLY },
    { "root", required_argument, NULL, ROOT }, { "bind", required_argument, NULL, BIND }, { "bind-read-only", required_argument, NULL, BIND_READ_ONLY },
    { "device", required_argument, NULL, DEVICE }, { "capability", required_argument, NULL, CAPABILITY }, { "own-tap", required_argument, NULL, OWN_TAP },
    { "memory-max", required_argument, NULL, MEMORY_MAX },
    { "memory-low", required_argument, NULL, MEMORY_LOW }, { "processors", required_argument, NULL, PROCESSORS },
    { "pids-max", required_argument, NULL, PIDS_MAX }, { "cpu-max", required_argument, NULL, CPU_MAX },
    { "cpu-weight", required_argument, NULL, CPU_WEIGHT }, { "rlimit", required_argument, NULL, RLIMIT }, { "user", required_argument, NULL, USER },
    { "group", required_argument, NULL, GROUP }, { "chdir", required_argument, NULL, CHDIR },
    { "umask", required_argument, NULL, UMASK }, { "keep-stdin", no_argument, NULL, KEEP_STDIN }, { "stdout", required_argument, NULL, STDOUT },
    { "stderr", required_argument, NULL, STDERR }, { "pid-file", required_argument, NULL, PID_FILE },
    { "tell-pid", no_argument, NULL, TELL_PID },
    { "log", required_argument, NULL, LOG }, { "log-also", required_argument, NULL, LOG_ALSO }, { "log-max", required_argument, NULL, LOG_MAX },
    { "oom-score-adj", required_argument, NULL, OOM_SCORE_ADJ }, { "nice", required_argument, NULL, NICE },
    { "remove-cgroup", required_argument, NULL, REMOVE_CGROUP }, { "change-cgroup", required_argument, NULL, CHANGE_CGROUP },
    { "print-cgroup-base", no_argument, NULL, PRINT_CGROUP_BASE }, { "help", no_argument, NULL, HELP }, { NULL, 0, NULL, 0 }
};

static const char usage[] =
    "usage: hypr-start [OPTION...] -- PROGRAM [ARGUMENT...]   becomes PROGRAM, confined\n"
    "       hypr-start --remove-cgroup NAME                   removes the control group that --cgroup NAME made\n"
    "       hypr-start --change-cgroup NAME [OPTION...]       sets --cpu-max, --cpu-weight, --memory-low of a control group, and binds what runs in it\n"
    "                                                         to --processors, or to all that the caller may use\n"
    "       hypr-start --print-cgroup-base                    prints where control groups are made\n"
    "  --keep-fd N[=M]             keep the open descriptor N, as M; all others from 3 on are closed\n"
    "  --open FILE=M --read FILE=M open FILE for reading and writing, or reading only, as the caller, and keep it as M\n"
    "  --tap NAME=M                attach to the tap NAME, which must exist, as the caller, and keep it as M;\n"
    "                              without a NAME, to one of its own that leads nowhere and is gone with PROGRAM\n"
    "  --listen FILE=M             make the unix socket FILE (mode 0600), which must not exist, listen there, and keep it as M\n"
    "  --stdout FILE --stderr FILE append to FILE (made with mode 0600)\n"
    "  --keep-stdin                standard input stays the caller's; without it, it is /dev/null\n"
    "  --log FILE --log-max OCTETS both streams go to the end of FILE, of which no more than OCTETS are kept\n"
    "  --log-also FILE=M           and so are the words of descriptor M in FILE\n"
    "  --cgroup NAME               join a control group of its own; with --memory-max OCTETS, --memory-low OCTETS, --pids-max N,\n"
    "                              --cpu-max QUOTA/PERIOD (microseconds; or max), --cpu-weight 1..10000\n"
    "  --cgroup-optional           go on with a warning where control groups cannot be had\n"
    "  --cgroup-join               the control group may be in use already\n"
    "  --read-only PATH            mounts of its own, in which PATH and all below it can be read only\n"
    "  --only FILE=DIR             mounts of its own, in which the directory DIR holds FILE, as DIR/file, and nothing else\n"
    "  --root DIR                  an empty root directory, at DIR, that holds /proc/self/fd and what these bring there:\n"
    "  --bind PATH=PLACE --bind-read-only PATH=PLACE --device PATH\n"
    "                              PATH with all below it, as PLACE, where no device file and no set-user-id program has effect; a device\n"
    "  --capability NAME           user 0 keeps it: chown, dac_override, fowner, fsetid, mknod, setfcap, setgid, setuid\n"
    "  --own-tap NAME              the tap NAME becomes the user's\n"
    "  --processors LIST           run on these processors of the host only, as 0-2,5\n"
    "  --rlimit NAME=SOFT[:HARD][?]\n"
    "                              a resource limit, as nofile=1024:4096; 'unlimited' is one; core=0 unless given; ?: or as much as may be had\n"
    "  --user UID:GID              numbers; no supplementary groups but those of --group GID (several allowed)\n"
    "  --chdir DIR --umask OCTAL --oom-score-adj N --nice N\n"
    "  --pid-file FILE             'pid starttime' (field 22 of /proc/PID/stat), there before PROGRAM starts\n"
    "  --tell-pid                  the pid of PROGRAM, and a line feed, on standard output; it may be another child of the caller, born in its control group\n";

static const struct { const char *name; int resource; } resources[] = {
    { "as", RLIMIT_AS }, { "core", RLIMIT_CORE }, { "cpu", RLIMIT_CPU }, { "data", RLIMIT_DATA }, { "fsize", RLIMIT_FSIZE },
    { "locks", RLIMIT_LOCKS }, { "memlock", RLIMIT_MEMLOCK }, { "msgqueue", RLIMIT_MSGQUEUE }, { "nice", RLIMIT_NICE },
    { "nofile", RLIMIT_NOFILE }, { "nproc", RLIMIT_NPROC }, { "rss", RLIMIT_RSS }, { "rtprio", RLIMIT_RTPRIO },
    { "rttime", RLIMIT_RTTIME }, { "sigpending", RLIMIT_SIGPENDING }, { "stack", RLIMIT_STACK }
};

/* Cuts the text at the separator; returns what follows, or NULL when there is none. */
static char *cut(char *text, char separator) {
    char *at = strchr(text, separator);
    if (at != NULL) *at++ = '\0';
    return at;
}

static void keep(struct options *options, const char *option, int from, int to) {
    if (options->kept_count == LIST_LIMIT) fail(0, "--keep-fd, --open, --read, --tap and --listen can be given %d times at most", LIST_LIMIT);
    if (to < 3) fail(0, "%s gives descriptor %d, but 0 to 2 are standard streams", option, to);
    for (size_t i = 0; i < options->kept_count; i++)
        if (options->kept[i].to == to) fail(0, "%s gives descriptor %d twice", option, to);
    options->kept[options->kept_count++] = (struct kept_descriptor) { from, to };
}

static void parse_keep(struct options *options, char *text) {
    char *to = cut(text, '=');
    int from = (int) parse_number("--keep-fd", text, INT_MAX / 2);
    keep(options, "--keep-fd", from, to == NULL ? from : (int) parse_number("--keep-fd", to, INT_MAX / 2));
}

static void parse_opening(struct options *options, const char *option, char *text, enum opening_kind kind) {
    char *to = strrchr(text, '=');
    if (to == NULL || (to == text && kind != ATTACH_TAP)) fail(0, "%s takes %s=M, not '%s'", option, kind == ATTACH_TAP ? "NAME" : "FILE", text);
    *to++ = '\0';
    options->openings[options->opening_count++] = (struct opening) { text, kind, options->kept_count };
    keep(options, option, -1, (int) parse_number(option, to, INT_MAX / 2));
}

/* The descriptor's place is held until there is a pipe. */
static void parse_also(struct options *options, char *text) {
    char *to = strrchr(text, '=');
    if (to == NULL || to == text || options->also != NULL) fail(0, "--log-also takes FILE=M, once, not '%s'", text);
    *to++ = '\0';
    options->also = text;
    options->also_at = (int) parse_number("--log-also", to, INT_MAX / 2);
    options->openings[options->opening_count++] = (struct opening) { "/dev/null", READ_FILE, options->kept_count };
    keep(options, "--log-also", -1, options->also_at);
}

static rlim_t parse_limit(const char *text) {
    return strcmp(text, "unlimited") == 0 ? RLIM_INFINITY : (rlim_t) parse_number("--rlimit", text, LLONG_MAX);
}

/* The last word on a resource counts; a hard limit that was lowered first could not be raised again. */
static struct limit *limit_of(struct options *options, int resource) {
    size_t i = 0;
    while (i < options->limit_count && options->limits[i].resource != resource) i++;
    if (i == options->limit_count) options->limit_count++;   /* there is room for each resource */
    options->limits[i].resource = resource;
    return &options->limits[i];
}

static void parse_rlimit(struct options *options, char *name) {
    char *soft = cut(name, '=');
    if (soft == NULL) fail(0, "--rlimit takes NAME=SOFT[:HARD][?], not '%s'", name);
    bool or_less = cut(soft, '?') != NULL;
    char *hard = cut(soft, ':');
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        if (strcmp(resources[i].name, name) != 0) continue;
        struct limit *limit = limit_of(options, resources[i].resource);
        limit->name = name;
        limit->or_less = or_less;
        limit->value.rlim_cur = parse_limit(soft);
        limit->value.rlim_max = hard == NULL ? limit->value.rlim_cur : parse_limit(hard);
        if (limit->value.rlim_cur > limit->value.rlim_max) fail(0, "--rlimit %s: the soft limit %s is above the hard limit %s", name, soft, hard);
        return;
    }
    fail(0, "--rlimit knows no resource '%s'", name);
}

static void parse_user(struct options *options, char *text) {
    char *group = cut(text, ':');
    if (group == NULL) fail(0, "--user takes UID:GID, two numbers, not '%s'", text);
    options->user = (uid_t) parse_number("--user", text, UINT_MAX - 1U);
    options->group = (gid_t) parse_number("--user", group, UINT_MAX - 1U);
    options->change_user = true;
}

static void parse_group(struct options *options, const char *text) {
    if (options->group_count == LIST_LIMIT) fail(0, "--group can be given %d times at most", LIST_LIMIT);
    options->groups[options->group_count++] = (gid_t) parse_number("--group", text, UINT_MAX - 1U);
}

static void parse_umask(struct options *options, const char *text) {
    char *end;
    unsigned long mask = strtoul(text, &end, 8);
    if (*text < '0' || *text > '7' || *end != '\0' || mask > 0777) fail(0, "--umask takes an octal number up to 0777, not '%s'", text);
    options->umask = (mode_t) mask;
    options->change_umask = true;
}

static void parse_only(struct options *options, char *text) {
    char *directory = strrchr(text, '=');
    if (directory == NULL || directory == text) fail(0, "--only takes FILE=DIR, not '%s'", text);
    *directory++ = '\0';
    options->only = text;
    options->only_at = directory;
}

static void place(struct options *options, const char *option, const char *source, const char *at, enum place_kind kind) {
    if (options->place_count == LIST_LIMIT) fail(0, "--bind, --bind-read-only and --device can be given %d times at most", LIST_LIMIT);
    if (at[0] != '/' || at[1] == '\0' || strstr(at, "/..") != NULL) fail(0, "%s: '%s' is no absolute path of something in a root directory", option, at);
    options->places[options->place_count++] = (struct place) { source, at, kind };
}

static void parse_bind(struct options *options, const char *option, char *text, enum place_kind kind) {
    char *at = strrchr(text, '=');
    if (at == NULL || at == text) fail(0, "%s takes PATH=PLACE, not '%s'", option, text);
    *at++ = '\0';
    place(options, option, text, at, kind);
}

/* What a server of files needs, and no more. */
static const struct { const char *name; int number; } capabilities[] = {
    { "chown", CAP_CHOWN }, { "dac_override", CAP_DAC_OVERRIDE }, { "fowner", CAP_FOWNER }, { "fsetid", CAP_FSETID },
    { "mknod", CAP_MKNOD }, { "setfcap", CAP_SETFCAP }, { "setgid", CAP_SETGID }, { "setuid", CAP_SETUID }
};

static void parse_capability(struct options *options, const char *name) {
    for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++) {
        if (strcmp(capabilities[i].name, name) != 0) continue;
        options->capabilities |= 1ULL << capabilities[i].number;
        return;
    }
    fail(0, "--capability knows no '%s'", name);
}

static void parse_own_tap(struct options *options, const char *name) {
    if (options->own_tap_count == LIST_LIMIT) fail(0, "--own-tap can be given %d times at most", LIST_LIMIT);
    if (*name == '\0') fail(0, "--own-tap takes the name of a tap");
    options->own_taps[options->own_tap_count++] = name;
}

static void parse_cpu(struct options *options, char *quota) {
    char *period = cut(quota, '/');
    if (strcmp(quota, "max") == 0 && period == NULL) {
        options->cgroup_limits.cpu_quota = quota;
        options->cgroup_limits.cpu_period = "100000";
        return;
    }
    if (period == NULL) fail(0, "--cpu-max takes QUOTA/PERIOD in microseconds, not '%s'", quota);
    if (parse_number("--cpu-max", quota, LLONG_MAX / 1000) < 1000) fail(0, "--cpu-max: the quota %s is below 1000 microseconds", quota);
    unsigned long long length = parse_number("--cpu-max", period, 1000000);
    if (length < 1000) fail(0, "--cpu-max: the period %s is not within 1000 to 1000000 microseconds", period);
    options->cgroup_limits.cpu_quota = quota;
    options->cgroup_limits.cpu_period = period;
}

/* A path below the base, of plain components: it is joined to paths that root makes and removes. */
static const char *checked_name(const char *name) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    bool good = *name != '\0' && strlen(name) <= NAME_LIMIT;
    for (const char *part = name; good; ) {
        size_t length = strspn(part, plain);
        good = length > 0 && *part != '.' && (part[length] == '/' || part[length] == '\0');
        if (part[length] == '\0') break;
        part += length + 1;
    }
    if (!good) fail(0, "'%s' cannot name a control group: up to %d letters, digits, '_', '-', '.', in parts divided by '/' that do not begin with '.'", name, NAME_LIMIT);
    return name;
}

static const char *checked_score(const char *text) {
    const char *digits = *text == '-' ? text + 1 : text;
    parse_number("--oom-score-adj", digits, 1000);
    return text;
}

static const char *checked_decimal(const char *option, const char *text) {
    if (parse_number(option, text, LLONG_MAX) == 0) fail(0, "%s 0 would let nothing run", option);
    return text;
}

static const char *checked_weight(const char *text) {
    if (parse_number("--cpu-weight", text, 10000) == 0) fail(0, "--cpu-weight takes a number from 1 to 10000, not '%s'", text);
    return text;
}

static void parse_option(struct options *options, int code) {
    switch (code) {
        case KEEP_FD: parse_keep(options, optarg); break;
        case OPEN: parse_opening(options, "--open", optarg, OPEN_FILE); break;
        case READ: parse_opening(options, "--read", optarg, READ_FILE); break;
        case TAP: parse_opening(options, "--tap", optarg, ATTACH_TAP); break;
        case LISTEN: parse_opening(options, "--listen", optarg, LISTEN_AT); break;
        case CGROUP: options->cgroup = checked_name(optarg); break;
        case CGROUP_OPTIONAL: options->cgroup_optional = true; break;
        case CGROUP_JOIN: options->cgroup_join = true; break;
        case READ_ONLY: options->read_only = optarg; break;
        case ONLY: parse_only(options, optarg); break;
        case ROOT: options->root = optarg; break;
        case BIND: parse_bind(options, "--bind", optarg, PLACE_WRITABLE); break;
        case BIND_READ_ONLY: parse_bind(options, "--bind-read-only", optarg, PLACE_READ_ONLY); break;
        case DEVICE: place(options, "--device", optarg, optarg, PLACE_DEVICE); break;
        case CAPABILITY: parse_capability(options, optarg); break;
        case OWN_TAP: parse_own_tap(options, optarg); break;
        case MEMORY_MAX: options->cgroup_limits.memory = checked_decimal("--memory-max", optarg); break;
        case MEMORY_LOW: options->cgroup_limits.memory_low = (parse_number("--memory-low", optarg, LLONG_MAX), optarg); break;
        case PROCESSORS: options->processors = optarg; break;
        case PIDS_MAX: options->cgroup_limits.pids = checked_decimal("--pids-max", optarg); break;
        case CPU_MAX: parse_cpu(options, optarg); break;
        case CPU_WEIGHT: options->cgroup_limits.cpu_weight = checked_weight(optarg); break;
        case RLIMIT: parse_rlimit(options, optarg); break;
        case USER: parse_user(options, optarg); break;
        case GROUP: parse_group(options, optarg); break;
        case CHDIR: options->directory = optarg; break;
        case UMASK: parse_umask(options, optarg); break;
        case KEEP_STDIN: options->keep_input = true; break;
        case STDOUT: options->output = optarg; break;
        case STDERR: options->error = optarg; break;
        case LOG: options->log = optarg; break;
        case LOG_ALSO: parse_also(options, optarg); break;
        case LOG_MAX: options->log_max = parse_number("--log-max", optarg, LLONG_MAX); break;
        case PID_FILE: options->pid_file = optarg; break;
        case TELL_PID: options->tell_pid = true; break;
        case OOM_SCORE_ADJ: options->oom_score = checked_score(optarg); break;
        case NICE: options->nice = (int) parse_number("--nice", optarg, 19); break;
        case REMOVE_CGROUP: options->remove_cgroup = checked_name(optarg); break;
        case CHANGE_CGROUP: options->change_cgroup = checked_name(optarg); break;
        case PRINT_CGROUP_BASE: options->print_cgroup_base = true; break;
        case HELP: _exit(write(STDOUT_FILENO, usage, sizeof usage - 1) < 0 ? STATUS_FAILED : 0);
        default: _exit(STATUS_FAILED);   /* getopt has said what is wrong */
    }
}

void options_parse(struct options *options, int argc, char **argv) {
    int code;
    options->limits[options->limit_count++] = (struct limit) { RLIMIT_CORE, "core", { 0, 0 }, false };
    while ((code = getopt_long(argc, argv, "+", known, NULL)) != -1) parse_option(options, code);
    if (options->remove_cgroup != NULL || options->change_cgroup != NULL || options->print_cgroup_base) {
        if (optind < argc) fail(0, "--remove-cgroup, --change-cgroup and --print-cgroup-base start no program, but '%s' was given", argv[optind]);
        return;
    }
    if (optind >= argc) fail(0, "No program was given (hypr-start [OPTION...] -- PROGRAM [ARGUMENT...]; --help tells more)");
    const struct cgroup_limits *limits = &options->cgroup_limits;
    if (options->cgroup == NULL && (limits->memory != NULL || limits->memory_low != NULL || limits->pids != NULL || limits->cpu_quota != NULL || limits->cpu_weight != NULL))
        fail(0, "--memory-max, --memory-low, --pids-max, --cpu-max and --cpu-weight need --cgroup NAME");
    if (options->log != NULL && (options->output != NULL || options->error != NULL)) fail(0, "--log is for both streams: --stdout and --stderr cannot be given as well");
    if ((options->log == NULL) != (options->log_max == 0)) fail(0, "--log FILE and --log-max OCTETS need each other");
    if (options->also != NULL && options->log == NULL) fail(0, "--log-also needs --log FILE");
    if (options->log != NULL && options->log_max < LOG_LEAST) fail(0, "--log-max takes %d octets at least, not %llu", LOG_LEAST, options->log_max);
    if (options->group_count > 0 && !options->change_user) fail(0, "--group needs --user UID:GID");
    if (options->place_count > 0 && options->root == NULL) fail(0, "--bind, --bind-read-only and --device need --root DIR");
    if (options->own_tap_count > 0 && !options->change_user) fail(0, "--own-tap needs --user UID:GID");
    if (options->capabilities != 0 && (!options->change_user || options->user != 0)) fail(0, "--capability needs --user 0:GID");
    options->program = argv + optind;
}
