/* -- COMMAND...: process 1 of a container that wants one: it starts the command, passes signals on, reaps orphans, and ends as the command ends. */
#include "merlin.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static char **environment;

static const char *search_path(void)
{
	for (char **at = environment; *at; at++)
		if (memcmp(*at, "PATH=", 5) == 0)
			return *at + 5;
	return DEFAULT_PATH;
}

static bool has_slash(const char *name)
{
	while (*name && *name != '/')
		name++;
	return *name;
}

static int execute(char **argv)
{
	static char text[PATH_LIMIT];
	const char *path = search_path();
	int result = -ENOENT;

	if (has_slash(argv[0]))
		return sys_execve(argv[0], argv, environment);
	for (;; path++) {
		struct builder b = build(text, sizeof text);
		int tried;

		while (*path && *path != ':')
			append_octet(&b, *path++);
		append(&b, b.size ? "/" : "./");
		append(&b, argv[0]);
		tried = b.cut ? -ENAMETOOLONG : sys_execve(text, argv, environment);
		if (tried != -ENOENT && tried != -ENOTDIR)
			result = tried;
		if (!*path)
			return result;
	}
}

/* A group of its own, in the foreground of the terminal if there is one, as a shell would make it. */
static _Noreturn void child(char **argv)
{
	static char text[PATH_LIMIT];
	struct builder b = build(text, sizeof text);
	int self = sys0(__NR_getpid), result;

	sys2(__NR_setpgid, 0, 0);
	sys_ioctl(0, TIOCSPGRP, &self);
	sys_sigmask(0);
	result = execute(argv);
	append(&b, "exec ");
	append(&b, argv[0]);
	append(&b, result == -ENOENT ? " failed: No such file or directory\n" : result == -EACCES ? " failed: Permission denied\n" : " failed\n");
	sys_write(2, text, b.size);
	sys_exit(result == -ENOENT ? 127 : 126);
}

static void reap(int command)
{
	int status, pid;

	while ((pid = sys_wait(-1, &status, WNOHANG)) > 0)
		if (pid == command)
			sys_exit(status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff);
}

void init(char **argv)
{
	const uint64_t all = ~0ull;
	struct clone_args how = {.exit_signal = SIGCHLD};
	int command;

	for (environment = argv; *environment; environment++)
		;
	environment++;
	sys_sigmask(all);
	command = need(sys_clone(&how), "fork");
	if (!command)
		child(argv + 1);
	for (;;) {
		int signal = sys4(__NR_rt_sigtimedwait, (long)&all, 0, 0, sizeof all);

		if (signal == SIGCHLD)
			reap(command);
		else if (signal > 0)
			sys_kill(command, signal);
	}
}
