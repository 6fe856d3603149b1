/*
 * Lets guests make pipes, sockets and devices in a directory that QEMU serves by 9p. To set the mode of what it has just made, QEMU opens it by O_PATH,
 * and many a QEMU since 2023 takes fright at a file that is none of the usual ones, though nothing can be read or written by such a descriptor.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((visibility("default"))) int fstat64(int fd, struct stat64 *is)
{
    if (syscall(SYS_newfstatat, fd, "", is, AT_EMPTY_PATH) != 0) return -1;
    if (S_ISFIFO(is->st_mode) || S_ISSOCK(is->st_mode) || S_ISCHR(is->st_mode) || S_ISBLK(is->st_mode)) {
        int flags = fcntl(fd, F_GETFL);
        if (flags != -1 && (flags & O_PATH) != 0) is->st_mode = (is->st_mode & ~(mode_t) S_IFMT) | S_IFREG;
    }
    return 0;
}
