#include "child.h"

#include "files.h"
#include "memory.h"
#include "mounts.h"
#include "root.h"
#include "sys.h"
#include "users.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Each text takes up four octets of the message at least. */
enum { TEXTS_MAX = WIRE_PAYLOAD_MAX / 4, PATH_LIMIT = 4096, DEFAULT_UMASK = 022, LEAVE_UMASK = 0xffff, LAST_CAPABILITY = 63 };

static int report_fd;
static char *argv[TEXTS_MAX + 1], *env[TEXTS_MAX + 2];

static _Noreturn void fail(int result, uint8_t stage, const char *what)
{
	struct child_report report = {.error = result, .stage = stage};
	struct builder b = build(report.what, sizeof report.what);

	append(&b, what);
	sys_write(report_fd, &report, sizeof report);
	sys_exit(127);
}

static void check(int result, uint8_t stage, const char *what)
{
	if (result < 0)
		fail(result, stage, what);
}

static void take_streams(const struct run *r, const int ends[3])
{
	bool terminal = r->flags & RUN_TERMINAL;

	check(sys_setsid(), STAGE_RESOURCES, "session");
	for (int i = 0; i < 3; i++) {
		int end = ends[terminal ? 0 : i];

		if (end >= 0)
			check(sys_dup_to(end, i), STAGE_RESOURCES, "standard streams");
	}
	if (terminal)
		check(sys_ioctl(0, TIOCSCTTY, NULL), STAGE_RESOURCES, "terminal");
}

static void take_oom_score(const struct run *r)
{
	char text[16];
	struct builder b = build(text, sizeof text);
	int score = r->oom_score;

	if (!score)
		return;
	append(&b, score < 0 ? "-" : "");
	append_number(&b, (uint64_t)(score < 0 ? -score : score));
	check(file_write("/proc/self/oom_score_adj", text, b.size), STAGE_RESOURCES, "oom_score_adj");
}

static void enter_container(const struct run *r)
{
	if (r->flags & RUN_FIRST) {
		root_make(r->cwd, true);
		check(mounts_first(r), STAGE_MOUNTS, "/proc");
	}
	check(sys_unshare(CLONE_NEWCGROUP), STAGE_RESOURCES, "cgroup namespace");
	check(sys_fchdir(root_fd), STAGE_MOUNTS, "/");
	check(sys_chroot("."), STAGE_MOUNTS, "/");
}

static void take_texts(struct list list, char **to)
{
	for (; list.count; list.count--)
		*to++ = take_text(&list.items);
}

static const char *variable(const char *name)
{
	size_t size = length_of(name);

	for (char **at = env; *at; at++)
		if (length_of(*at) > size && (*at)[size] == '=' && memcmp(*at, name, size) == 0)
			return *at + size + 1;
	return NULL;
}

static void take_environment(const struct run *r, const struct identity *user)
{
	static char home[PATH_LIMIT];
	struct builder b = build(home, sizeof home);

	take_texts(r->argv, argv);
	take_texts(r->env, env);
	if (variable("HOME"))
		return;
	append(&b, "HOME=");
	append(&b, user->home);
	env[r->env.count] = home;
}

static void take_limits(const struct run *r)
{
	struct list list = r->rlimits;

	for (; list.count; list.count--) {
		uint32_t resource = take32(&list.items);
		uint64_t soft = take64(&list.items), hard = take64(&list.items);

		check(sys_setrlimit(resource, (uint64_t[]){soft, hard}), STAGE_RESOURCES, "rlimit");
	}
}

/* Capabilities beyond the kernel's last one are refused by it: the bounding set ends there. */
static void bound_capabilities(uint64_t mask)
{
	for (unsigned i = 0; i <= LAST_CAPABILITY; i++) {
		int result;

		if (mask >> i & 1)
			continue;
		result = sys_prctl(PR_CAPBSET_DROP, i);
		if (result == -EINVAL)
			return;
		check(result, STAGE_RESOURCES, "capabilities");
	}
}

static void take_capabilities(uint64_t mask)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	const uint32_t low = (uint32_t)mask, high = (uint32_t)(mask >> 32);
	struct __user_cap_data_struct sets[2] = {{low, low, 0}, {high, high, 0}};

	check(sys_capset(&header, sets), STAGE_RESOURCES, "capabilities");
}

static void become(const struct run *r, const struct identity *user)
{
	bool limited = r->flags & RUN_CAPABILITIES;

	sys_umask(r->umask == LEAVE_UMASK ? DEFAULT_UMASK : r->umask & 0777);
	if (limited) {
		bound_capabilities(r->capabilities);
		check(sys_prctl(PR_SET_KEEPCAPS, 1), STAGE_RESOURCES, "capabilities");
	}
	check(sys_setgroups(user->count, user->groups), STAGE_USER, "groups");
	check(sys_setgid(user->gid), STAGE_USER, "group");
	check(sys_setuid(user->uid), STAGE_USER, "user");
	if (limited)
		take_capabilities(r->capabilities);
	if (r->flags & RUN_NO_NEW_PRIVILEGES)
		check(sys_prctl(PR_SET_NO_NEW_PRIVS, 1), STAGE_RESOURCES, "no_new_privs");
	/* Kestrel's own mask has all of them. */
	if (!(r->flags & RUN_BLOCKED))
		check(sys_sigmask(0), STAGE_RESOURCES, "signal mask");
}

/* The next directory of PATH with `name` after it; an empty one is the working directory. */
static const char *candidate(const char **path, const char *name, char *buffer)
{
	struct builder b = build(buffer, PATH_LIMIT);

	while (**path && **path != ':')
		append_octet(&b, *(*path)++);
	append(&b, b.size ? "/" : "./");
	append(&b, name);
	return b.cut ? "" : buffer;
}

static bool has_slash(const char *name)
{
	while (*name && *name != '/')
		name++;
	return *name;
}

/* Tries each directory; one that holds the name but may not run it is told only if no other has it. */
static int search(const char *name)
{
	static char buffer[PATH_LIMIT];
	const char *path = variable("PATH");
	int result = -ENOENT;

	if (!path)
		path = DEFAULT_PATH;
	for (;; path++) {
		int tried = sys_execve(candidate(&path, name, buffer), argv, env);

		if (tried != -ENOENT && tried != -ENOTDIR)
			result = tried;
		if ((result != -ENOENT && result != -EACCES) || !*path)
			return result;
	}
}

/* A program beside Kestrel: it sees Kestrel's own files, and the container's root as descriptor 3. */
static _Noreturn void become_tool(const struct run *r)
{
	take_texts(r->argv, argv);
	check(sys_dup_to(root_fd, 3), STAGE_RESOURCES, "descriptor");
	sys_sigmask(0);
	fail(sys_execve(argv[0], argv, env), STAGE_COMMAND, argv[0]);
}

_Noreturn void child(const struct run *r, const int ends[3], int report)
{
	struct identity user;
	int result;

	report_fd = report;
	take_streams(r, ends);
	if (r->flags & RUN_TOOL)
		become_tool(r);
	take_oom_score(r);
	enter_container(r);
	result = find_user(r->user, r->groups, &user);
	check(result, STAGE_USER, user.unknown);
	take_environment(r, &user);
	check(sys_chdir(*r->cwd ? r->cwd : "/"), STAGE_CWD, r->cwd);
	take_limits(r);
	become(r, &user);
	if (!*argv[0])
		fail(-ENOENT, STAGE_COMMAND, "");
	fail(has_slash(argv[0]) ? sys_execve(argv[0], argv, env) : search(argv[0]), STAGE_COMMAND, argv[0]);
}
