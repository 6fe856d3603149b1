/* Thin system call wrappers: each returns what the kernel does, a negative errno for an error. No libc. */
#ifndef KESTREL_SYS_H
#define KESTREL_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <asm/errno.h>
#include <asm/ioctls.h>
#include <asm/poll.h>
#include <asm/signal.h>
#include <asm/socket.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <asm/unistd.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#if defined(__x86_64__)
#include "arch_x86_64.h"
#else
#error "This processor has no system call layer yet: see arch_x86_64.h."
#endif

/* What the kernel's exported headers leave out. */
enum { AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, AF_VSOCK = 40 };
enum { SOCK_STREAM = 1, SOCK_RAW = 3, SOCK_NONBLOCK = 04000, SOCK_CLOEXEC = 02000000 };
enum { CLOCK_WALL = 0, CLOCK_MONOTONIC_TIME = 1 };
enum { UMOUNT_DETACH = 2 };

static inline int sys_read(int fd, void *to, size_t size)
{
	return sys3(__NR_read, (unsigned)fd, (long)to, (long)size);
}

static inline int sys_write(int fd, const void *from, size_t size)
{
	return sys3(__NR_write, (unsigned)fd, (long)from, (long)size);
}

int sys_openat(int dir, const char *path, int flags, int mode);

int sys_open(const char *path, int flags);

static inline int sys_openat2(int dir, const char *path, struct open_how *how)
{
	return sys4(__NR_openat2, (unsigned)dir, (long)path, (long)how, sizeof *how);
}

static inline int sys_close(int fd)
{
	return sys1(__NR_close, (unsigned)fd);
}

static inline int sys_ioctl(int fd, unsigned long request, void *argument)
{
	return sys3(__NR_ioctl, (unsigned)fd, (long)request, (long)argument);
}

static inline int sys_dup_to(int from, int to)
{
	return sys3(__NR_dup3, (unsigned)from, (unsigned)to, 0);
}

static inline int sys_fcntl(int fd, int command, long argument)
{
	return sys3(__NR_fcntl, (unsigned)fd, (unsigned)command, argument);
}

static inline int sys_pipe(int ends[2], int flags)
{
	return sys2(__NR_pipe2, (long)ends, flags | O_CLOEXEC);
}

static inline int sys_getdents(int fd, void *to, size_t size)
{
	return sys3(__NR_getdents64, (unsigned)fd, (long)to, (long)size);
}

int sys_mkdirat(int dir, const char *path, int mode);

static inline int sys_symlinkat(const char *target, int dir, const char *path)
{
	return sys3(__NR_symlinkat, (long)target, (unsigned)dir, (long)path);
}

static inline int sys_unlinkat(int dir, const char *path, int flags)
{
	return sys3(__NR_unlinkat, (unsigned)dir, (long)path, (unsigned)flags);
}

static inline int sys_mknodat(int dir, const char *path, unsigned mode, unsigned device)
{
	return sys4(__NR_mknodat, (unsigned)dir, (long)path, mode, device);
}

static inline int sys_fchmodat(int dir, const char *path, unsigned mode)
{
	return sys3(__NR_fchmodat, (unsigned)dir, (long)path, mode);
}

static inline int sys_chown(const char *path, uint32_t uid, uint32_t gid)
{
	return sys5(__NR_fchownat, AT_FDCWD, (long)path, uid, gid, 0);
}

static inline int sys_faccessat(int dir, const char *path)
{
	return sys3(__NR_faccessat, (unsigned)dir, (long)path, 0);
}

static inline int sys_statx(int dir, const char *path, int flags, unsigned mask, struct statx *to)
{
	return sys5(__NR_statx, (unsigned)dir, (long)path, (unsigned)flags, mask, (long)to);
}

int sys_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data);

static inline int sys_umount(const char *target, int flags)
{
	return sys2(__NR_umount2, (long)target, (unsigned)flags);
}

static inline int sys_chdir(const char *path)
{
	return sys1(__NR_chdir, (long)path);
}

static inline int sys_fchdir(int fd)
{
	return sys1(__NR_fchdir, (unsigned)fd);
}

static inline int sys_chroot(const char *path)
{
	return sys1(__NR_chroot, (long)path);
}

static inline int sys_sync(void)
{
	return sys0(__NR_sync);
}

static inline int sys_reboot(unsigned command)
{
	return sys4(__NR_reboot, (long)LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command, 0);
}

int sys_socket(int family, int type, int protocol);

static inline int sys_bind(int fd, const void *address, size_t size)
{
	return sys3(__NR_bind, (unsigned)fd, (long)address, (long)size);
}

static inline int sys_connect(int fd, const void *address, size_t size)
{
	return sys3(__NR_connect, (unsigned)fd, (long)address, (long)size);
}

static inline int sys_epoll_create(void)
{
	return sys1(__NR_epoll_create1, EPOLL_CLOEXEC);
}

static inline int sys_epoll_add(int epoll, int fd, struct epoll_event *event)
{
	return sys4(__NR_epoll_ctl, (unsigned)epoll, EPOLL_CTL_ADD, (unsigned)fd, (long)event);
}

static inline int sys_epoll_wait(int epoll, struct epoll_event *to, int count, int ms)
{
	return sys6(__NR_epoll_pwait, (unsigned)epoll, (long)to, (unsigned)count, (unsigned)ms, 0, 8);
}

static inline int sys_poll(struct pollfd *fds, unsigned count, int ms)
{
	struct __kernel_timespec limit = {ms / 1000, ms % 1000 * 1000000L};

	return sys5(__NR_ppoll, (long)fds, count, (long)(ms < 0 ? NULL : &limit), 0, 8);
}

static inline int sys_signalfd(uint64_t mask, int flags)
{
	return sys4(__NR_signalfd4, -1, (long)&mask, sizeof mask, (unsigned)flags);
}

static inline int sys_sigmask(uint64_t mask)
{
	return sys4(__NR_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask);
}

static inline int sys_kill(int pid, int signal)
{
	return sys2(__NR_kill, (unsigned)pid, (unsigned)signal);
}

static inline int sys_wait(int pid, int *status, int flags)
{
	return sys4(__NR_wait4, (unsigned)pid, (long)status, (unsigned)flags, 0);
}

static inline int sys_clone(struct clone_args *how)
{
	return sys2(__NR_clone3, (long)how, sizeof *how);
}

static inline int sys_unshare(int namespaces)
{
	return sys1(__NR_unshare, (unsigned)namespaces);
}

static inline int sys_setns(int fd, int kind)
{
	return sys2(__NR_setns, (unsigned)fd, (unsigned)kind);
}

static inline int sys_execve(const char *path, char **argv, char **env)
{
	return sys3(__NR_execve, (long)path, (long)argv, (long)env);
}

static inline _Noreturn void sys_exit(int status)
{
	for (;;)
		sys1(__NR_exit_group, (unsigned)status);
}

static inline int sys_setsid(void)
{
	return sys0(__NR_setsid);
}

static inline int sys_setgroups(size_t count, const uint32_t *groups)
{
	return sys2(__NR_setgroups, (long)count, (long)groups);
}

static inline int sys_setgid(uint32_t gid)
{
	return sys3(__NR_setresgid, gid, gid, gid);
}

static inline int sys_setuid(uint32_t uid)
{
	return sys3(__NR_setresuid, uid, uid, uid);
}

static inline int sys_setrlimit(unsigned resource, const uint64_t limit[2])
{
	return sys4(__NR_prlimit64, 0, resource, (long)limit, 0);
}

static inline int sys_umask(unsigned mask)
{
	return sys1(__NR_umask, mask);
}

int sys_prctl(int option, unsigned long argument);

static inline int sys_capset(struct __user_cap_header_struct *header, struct __user_cap_data_struct *sets)
{
	return sys2(__NR_capset, (long)header, (long)sets);
}

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return sys3(__NR_close_range, first, last, flags);
}

static inline int sys_sethostname(const char *name, size_t size)
{
	return sys2(__NR_sethostname, (long)name, (long)size);
}

static inline int sys_setdomainname(const char *name, size_t size)
{
	return sys2(__NR_setdomainname, (long)name, (long)size);
}

static inline int sys_clock_get(int clock, struct __kernel_timespec *to)
{
	return sys2(__NR_clock_gettime, (unsigned)clock, (long)to);
}

static inline int sys_clock_set(int clock, const struct __kernel_timespec *time)
{
	return sys2(__NR_clock_settime, (unsigned)clock, (long)time);
}

static inline int sys_getrandom(void *to, size_t size, unsigned flags)
{
	return sys3(__NR_getrandom, (long)to, (long)size, flags);
}

static inline int sys_socket_error(int fd, int *error)
{
	int size = sizeof *error;

	return sys5(__NR_getsockopt, (unsigned)fd, SOL_SOCKET, SO_ERROR, (long)error, (long)&size);
}

static inline int sys_sendto(int fd, const void *from, size_t size)
{
	return sys6(__NR_sendto, (unsigned)fd, (long)from, (long)size, 0, 0, 0);
}

#endif
