/* The system calls that are made from many places: calling them takes fewer octets than making them in place. */
#include "sys.h"

__attribute__((noinline)) int sys_openat(int dir, const char *path, int flags, int mode)
{
	return sys4(__NR_openat, (unsigned)dir, (long)path, flags | O_CLOEXEC, (unsigned)mode);
}

__attribute__((noinline)) int sys_open(const char *path, int flags)
{
	return sys_openat(AT_FDCWD, path, flags, 0);
}

__attribute__((noinline)) int sys_mkdirat(int dir, const char *path, int mode)
{
	return sys3(__NR_mkdirat, (unsigned)dir, (long)path, (unsigned)mode);
}

__attribute__((noinline)) int sys_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)
{
	return sys5(__NR_mount, (long)source, (long)target, (long)type, (long)flags, (long)data);
}

__attribute__((noinline)) int sys_socket(int family, int type, int protocol)
{
	return sys3(__NR_socket, (unsigned)family, type | SOCK_CLOEXEC, (unsigned)protocol);
}

__attribute__((noinline)) int sys_prctl(int option, unsigned long argument)
{
	return sys5(__NR_prctl, (unsigned)option, (long)argument, 0, 0, 0);
}
