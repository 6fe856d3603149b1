#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SYSCALL_MOUNT_SETATTR = 442, RECURSIVE = 0x8000 };
struct attributes { uint64_t set, clear, propagation, namespace; };   /* mount_setattr(2) */

/* PROGRAM gets mounts of its own. What the host mounts and unmounts later is seen. */
void tree_own(void) {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) fail(errno, "Cannot have mounts apart from the host's");
}

/* The directory, with all that is mounted below it, or the file can be read only. */
void tree_read_only(const char *path) {
    struct attributes read_only = { .set = 1 };
    if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) != 0) fail(errno, "Cannot mount %s over itself", path);
    if (syscall(SYSCALL_MOUNT_SETATTR, AT_FDCWD, path, RECURSIVE, &read_only, sizeof read_only) == 0) return;
    /* A kernel before 5.12: what is mounted below would stay writable, so it is not taken along. */
    if (errno != ENOSYS || umount2(path, MNT_DETACH) != 0 || mount(path, path, NULL, MS_BIND, NULL) != 0
        || mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0) fail(errno, "Cannot make %s read-only", path);
}

/* A file system of the directory's own takes nothing but the file, which stays what it is on the host: another of its name does not take its place. */
void tree_only(const char *file, const char *directory) {
    char place[PATH_LIMIT];
    int length = snprintf(place, sizeof place, "%s/file", directory);
    if (length < 0 || (size_t) length >= sizeof place) fail(ENAMETOOLONG, "Cannot mount in %s", directory);
    if (mount("tmpfs", directory, "tmpfs", MS_NOSUID | MS_NODEV, "size=4k,mode=755") != 0) fail(errno, "Cannot mount a file system at %s", directory);
    if (mknod(place, S_IFREG | 0600, 0) != 0 || mount(file, place, NULL, MS_BIND, NULL) != 0) fail(errno, "Cannot mount the file %s", file);
    if (mount(NULL, directory, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) != 0) fail(errno, "Cannot make %s read-only", directory);
}
