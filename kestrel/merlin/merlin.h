/* Merlin: what is seldom asked of a container's inside. One run does one thing; an error ends it, with "ERRNO TEXT" on stderr. */
#ifndef MERLIN_H
#define MERLIN_H

#include "../src/memory.h"
#include "../src/sys.h"

enum { PATH_LIMIT = 4096, BLOCK = 512, BUFFER = 65536 };

/* Pieces of a window: its words; the longest piece; what files are written in without the page cache; the least that is worth it. */
enum { WINDOW_WORDS = 4, PIECE_LIMIT = 2 << 20, DIRECT_UNIT = 4096, DIRECT_LEAST = 1 << 18 };

/* Up to whole blocks. */
static inline size_t rounded(size_t size)
{
	return (size + BLOCK - 1) & ~(size_t)(BLOCK - 1);
}

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

uint64_t decimal(const char *text);

/* DEVICE BEGIN PIECE PIECES: bulk goes through so many pieces of that size of a device, from there on. Nobody else may. */
void window_open(char **words);
bool windowed(void);

/* Says that all pieces are free. */
void in_begin(void);

/* How much of the input is there at *from: at least so much, at most DIRECT_UNIT, unless it ends. */
size_t in(uint8_t **from, size_t least);
void in_taken(size_t size);

/* Output is gathered; `out_end` writes the rest of it. */
void out(const void *from, size_t size);
void out_text(const char *text);
void out_number(uint64_t number);
void out_end(void);

/* Where the next output goes, never no room; how much of that was filled. */
uint8_t *out_space(size_t *size);
void out_filled(size_t size);

/* Opens a file; if it is large and its file system can, then past the page cache. */
int direct_open(const char *path, int flags, uint64_t size, bool *direct);
void direct_end(int fd, bool *direct);

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

static inline int sys_pwrite(int fd, const void *from, size_t size, uint64_t at)
{
	return sys4(__NR_pwrite64, fd, (long)from, (long)size, (long)at);
}

static inline int sys_flock(int fd, int how)
{
	return sys2(__NR_flock, fd, how);
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
