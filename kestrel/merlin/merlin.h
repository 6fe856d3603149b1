/* Merlin: what is seldom asked of a container's inside. One run does one thing; an error ends it, with "ERRNO TEXT" on stderr. */
#ifndef MERLIN_H
#define MERLIN_H

#include "../src/memory.h"
#include "../src/sys.h"

enum { PATH_LIMIT = 4096, BLOCK = 512, BUFFER = 65536 };

/* One entry of a directory, as the kernel gives it. */
struct entry {
	uint64_t inode;
	int64_t next;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* How far a directory was read. */
struct listing {
	int fd, size, at;
	char octets[1024] __attribute__((aligned(8)));
};

_Noreturn void fail(int error, const char *what);

/* The result of a system call about something, which must not have failed. */
int need(int result, const char *what);

/* Output is gathered; `out_end` writes the rest of it. */
void out(const void *from, size_t size);
void out_text(const char *text);
void out_number(uint64_t number);
void out_end(void);

void list_begin(struct listing *, const char *path);
/* The next entry but . and .., NULL at the end, where the listing is closed. */
struct entry *list_next(struct listing *);

/* Adds a name to a path; returns the path's size before, for `leave`. */
size_t enter(struct builder *path, const char *name);
void leave(struct builder *path, size_t before);

/* The commands; argv begins with the command's name. The first ones work within the container's root. */
void stat_path(char **argv);
void get(char **argv);
void put(char **argv);
void differ(char **argv);
void top(char **argv);
void show(char **argv);
void init(char **argv);
void read_programs(char **argv);

static inline int sys_pread(int fd, void *to, size_t size, uint64_t at)
{
	return sys4(__NR_pread64, fd, (long)to, (long)size, (long)at);
}

static inline int sys_lgetxattr(const char *path, const char *name, void *to, size_t size)
{
	return sys4(__NR_lgetxattr, (long)path, (long)name, (long)to, (long)size);
}

static inline int sys_lsetxattr(const char *path, const char *name, const void *from, size_t size)
{
	return sys5(__NR_lsetxattr, (long)path, (long)name, (long)from, (long)size, 0);
}

static inline int sys_readlink(const char *path, char *to, size_t size)
{
	return sys4(__NR_readlinkat, AT_FDCWD, (long)path, (long)to, (long)size);
}

static inline int sys_lchown(const char *path, uint32_t uid, uint32_t gid)
{
	return sys5(__NR_fchownat, AT_FDCWD, (long)path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

static inline int sys_link(const char *from, const char *to)
{
	return sys5(__NR_linkat, AT_FDCWD, (long)from, AT_FDCWD, (long)to, 0);
}

static inline int sys_utime(const char *path, const struct __kernel_timespec times[2])
{
	return sys4(__NR_utimensat, AT_FDCWD, (long)path, (long)times, AT_SYMLINK_NOFOLLOW);
}

#endif
