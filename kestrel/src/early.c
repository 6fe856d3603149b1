#include "early.h"

#include "files.h"
#include "memory.h"
#include "sys.h"

static void check(int result, const char *what)
{
	char line[96];
	struct builder b = build(line, sizeof line);

	if (result >= 0)
		return;
	append(&b, "<3>kestrel: ");
	append(&b, what);
	append(&b, " ");
	append_number(&b, (uint64_t)-result);
	file_write("/dev/kmsg", line, b.size);
	sys_exit(1);
}

static void mount_own(const char *type, const char *target)
{
	int result = sys_mkdirat(AT_FDCWD, target, 0755);

	if (result >= 0 || result == -EEXIST)
		result = sys_mount(type, target, type, MS_NOSUID | MS_NOEXEC, NULL);
	check(result == -EBUSY ? 0 : result, target);
}

void early_mounts(void)
{
	mount_own("devtmpfs", "/dev");
	mount_own("sysfs", "/sys");
	mount_own("proc", "/proc");
}

void early_streams(void)
{
	int null = sys_open("/dev/null", O_RDWR);

	check(null, "/dev/null");
	for (int fd = 0; fd <= 2; fd++)
		if (fd != null)
			check(sys_dup_to(null, fd), "standard streams");
	if (null > 2)
		sys_close(null);
}

int early_epoll(void)
{
	int epoll = sys_epoll_create();

	check(epoll, "epoll");
	return epoll;
}

int early_children(int epoll, uint64_t tag)
{
	struct epoll_event event = {.events = EPOLLIN, .data = tag};
	int fd;

	/* Only the first process of a whole machine may say that Ctrl-Alt-Del is a signal, which is blocked below. */
	sys_reboot(LINUX_REBOOT_CMD_CAD_OFF);
	check(sys_sigmask(~0ull), "signal mask");
	fd = sys_signalfd(1ull << (SIGCHLD - 1), O_NONBLOCK | O_CLOEXEC);
	check(fd, "signalfd");
	check(sys_epoll_add(epoll, fd, &event), "signalfd");
	return fd;
}
