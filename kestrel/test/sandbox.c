/*
 * sandbox ROOT PROGRAM HOST [FD]: runs PROGRAM as the first process of its own namespaces, with an empty tmpfs as its root and the
 * directory HOST at /host, signals with their usual actions, and a control group of its own that is removed in the end. FD becomes descriptor 100.
 * Ends as PROGRAM ends; a signal's number is added to 128.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 100 };

static void check(int failed, const char *what)
{
	if (failed) {
		fprintf(stderr, "sandbox: %s: %s\n", what, strerror(errno));
		exit(126);
	}
}

static void copy(const char *from, const char *to)
{
	char buffer[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t size;

	check(in < 0, from);
	check(out < 0, to);
	while ((size = read(in, buffer, sizeof buffer)) > 0)
		check(write(out, buffer, (size_t)size) != size, to);
	check(close(in) | close(out), to);
}

/* Makes a group under the root of cgroup2, which is mounted at ROOT in our own namespace only; its path, or NULL where there is no cgroup2. */
static const char *group_make(const char *root)
{
	static char path[4096];

	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
	if (mount("cgroup2", root, "cgroup2", 0, NULL))
		return NULL;
	/* An earlier test that had our number and was killed may have left such a group. */
	for (int n = 0; n == 0 || errno == EEXIST; n++) {
		snprintf(path, sizeof path, "%s/kestrel-test-%d.%d", root, (int)getpid(), n);
		if (!mkdir(path, 0755))
			return path;
	}
	check(1, path);
	return NULL;
}

static void group_enter(const char *group)
{
	char procs[4200];
	int fd;

	snprintf(procs, sizeof procs, "%s/cgroup.procs", group);
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	check(fd < 0 || write(fd, "0", 1) != 1, procs);
	close(fd);
}

/* The kernel lets a group go a moment after its last process. */
static int remove_soon(int directory, const char *name)
{
	const struct timespec moment = { 0, 10 * 1000 * 1000 };
	int tries, failed = -1;

	for (tries = 0; tries < 1000 && failed; tries++) {
		failed = unlinkat(directory, name, AT_REMOVEDIR);
		if (failed && errno != EBUSY)
			break;
		if (failed)
			nanosleep(&moment, NULL);
	}
	return failed;
}

static void group_remove(const char *group)
{
	DIR *directory = opendir(group);
	struct dirent *entry;

	check(directory == NULL, group);
	while ((entry = readdir(directory)) != NULL)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			check(remove_soon(dirfd(directory), entry->d_name), entry->d_name);
	closedir(directory);
	check(remove_soon(AT_FDCWD, group), group);
}

static void inside(const char *root, const char *program, const char *host, int fd)
{
	check(mount("tmpfs", root, "tmpfs", 0, NULL), root);
	check(chdir(root), root);
	copy(program, "init");
	check(mkdir("host", 0755), "host");
	check(mount(host, "host", NULL, MS_BIND, NULL), host);
	check((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(umount2(".", MNT_DETACH), "old root");
	check(chdir("/"), "/");
	if (fd >= 0)
		check(dup2(fd, PORT) < 0, "descriptor");
	check((int)syscall(SYS_close_range, PORT + 1, ~0u, 0), "close");
	check((int)syscall(SYS_close_range, 3, PORT - 1, 0), "close");
	if (fd < 0)
		close(PORT);
	execl("/init", "init", (char *)NULL);
	check(1, "/init");
}

int main(int argc, char **argv)
{
	/* The kernel's struct sigaction, all zero: the libc would leave the signals out that it keeps for itself. */
	const struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } usual = { 0 };
	const char *group;
	int status, number;
	pid_t pid;

	if (argc < 4) {
		fputs("Usage: sandbox ROOT PROGRAM HOST [FD]\n", stderr);
		return 2;
	}
	check(prctl(PR_SET_PDEATHSIG, SIGKILL), "parent");
	check(unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC), "namespaces");
	group = group_make(argv[1]);
	pid = fork();
	check(pid < 0, "fork");
	if (pid == 0) {
		check(prctl(PR_SET_PDEATHSIG, SIGKILL), "parent");
		for (number = 1; number < NSIG; number++) /* SIGKILL and SIGSTOP refuse */
			syscall(SYS_rt_sigaction, number, &usual, NULL, sizeof usual.mask);
		if (group != NULL)
			group_enter(group);
		check(unshare(CLONE_NEWCGROUP | CLONE_NEWNS), "control group and mounts");
		inside(argv[1], argv[2], argv[3], argc > 4 ? atoi(argv[4]) : -1);
	}
	if (argc > 4)
		close(atoi(argv[4]));
	check(waitpid(pid, &status, 0) < 0, "wait");
	if (group != NULL)
		group_remove(group);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
