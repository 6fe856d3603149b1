/*
 * sandbox ROOT PROGRAM HOST [FD]: runs PROGRAM as the first process of its own namespaces, with an empty tmpfs as its root and the
 * directory HOST at /host. FD becomes descriptor 100. Ends as PROGRAM ends; a signal's number is added to 128.
 */
#define _GNU_SOURCE
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

static void inside(const char *root, const char *program, const char *host, int fd)
{
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
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
	int status;
	pid_t pid;

	if (argc < 4) {
		fputs("Usage: sandbox ROOT PROGRAM HOST [FD]\n", stderr);
		return 2;
	}
	check(prctl(PR_SET_PDEATHSIG, SIGKILL), "parent");
	check(unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP), "namespaces");
	pid = fork();
	check(pid < 0, "fork");
	if (pid == 0) {
		check(prctl(PR_SET_PDEATHSIG, SIGKILL), "parent");
		inside(argv[1], argv[2], argv[3], argc > 4 ? atoi(argv[4]) : -1);
	}
	if (argc > 4)
		close(atoi(argv[4]));
	check(waitpid(pid, &status, 0) < 0, "wait");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
