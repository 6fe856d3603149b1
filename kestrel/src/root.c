#include "root.h"

#include "memory.h"
#include "sys.h"

int root_fd;

enum { PATH_LIMIT = 4096 };

int root_open(const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT};

	return sys_openat2(root_fd, *path ? path : "/", &how);
}

/* Makes the last name of `path` in the directory before it, which exists. */
static int make_last(char *path, char *name, bool directory)
{
	char first = *name;
	int parent, result;

	*name = 0;
	parent = root_open(path, O_PATH | O_DIRECTORY);
	*name = first;
	if (parent < 0)
		return parent;
	if (directory)
		result = sys_mkdirat(parent, name, 0755);
	else
		result = sys_mknodat(parent, name, S_IFREG | 0644, 0);
	sys_close(parent);
	return result;
}

static int make_missing(char *path, bool directory)
{
	char *at = path, *name;
	int result = 0;

	for (;;) {
		char end;

		while (*at == '/')
			at++;
		name = at;
		while (*at && *at != '/')
			at++;
		end = *at;
		if (!*name)
			return result;
		*at = 0;
		result = root_open(path, O_PATH);
		if (result >= 0)
			sys_close(result);
		else if (result == -ENOENT)
			result = make_last(path, name, end || directory);
		*at = end;
		if (result < 0)
			return result;
	}
}

int root_make(const char *path, bool directory)
{
	static char copy[PATH_LIMIT];
	struct builder b = build(copy, sizeof copy);
	int fd = root_open(path, O_PATH);

	if (fd != -ENOENT)
		return fd;
	append(&b, path);
	if (b.cut)
		return -ENAMETOOLONG;
	fd = make_missing(copy, directory);
	return fd < 0 ? fd : root_open(path, O_PATH);
}

static const char *path_of(char *buffer, size_t limit, int fd)
{
	struct builder b = build(buffer, limit);

	append(&b, "/proc/self/fd/");
	append_number(&b, (uint64_t)fd);
	return buffer;
}

static int mount_on(int fd, const char *source, const char *type, unsigned long flags, const char *options)
{
	char path[32];
	int result = fd;

	if (fd >= 0) {
		result = sys_mount(source, path_of(path, sizeof path, fd), type, flags, options);
		sys_close(fd);
	}
	return result;
}

int root_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options)
{
	return mount_on(root_make(target, true), source, type, flags, options);
}

int root_remount(const char *path, unsigned long flags)
{
	return mount_on(root_open(path, O_PATH), NULL, NULL, MS_REMOUNT | MS_BIND | flags, NULL);
}

int root_bind(const char *source, const char *target, unsigned long flags)
{
	struct statx about;
	int result = sys_statx(AT_FDCWD, source, 0, STATX_TYPE, &about);

	if (result < 0)
		return result;
	result = mount_on(root_make(target, (about.stx_mode & S_IFMT) == S_IFDIR), source, NULL, MS_BIND | (flags & MS_REC), NULL);
	flags &= ~(unsigned long)(MS_BIND | MS_REC);
	if (result >= 0 && flags)
		result = root_remount(target, flags);
	return result;
}

int root_protect(const char *path)
{
	char self[32];
	int fd = root_open(path, O_PATH), result;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	result = mount_on(fd, path_of(self, sizeof self, fd), NULL, MS_BIND | MS_REC, NULL);
	if (result >= 0)
		result = root_remount(path, MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
	return result;
}

int root_hide(const char *path)
{
	struct statx about;
	int fd = root_open(path, O_PATH), result;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	result = sys_statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &about);
	if (result < 0) {
		sys_close(fd);
		return result;
	}
	if ((about.stx_mode & S_IFMT) == S_IFDIR)
		return mount_on(fd, "tmpfs", "tmpfs", MS_RDONLY, NULL);
	return mount_on(fd, "/dev/null", NULL, MS_BIND, NULL);
}
