#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SYSCALL_MOUNT_SETATTR = 442, RECURSIVE = 0x8000 };
struct attributes { uint64_t set, clear, propagation, namespace; };   /* mount_setattr(2) */

/* PROGRAM gets mounts of its own, in which the directory and all that is mounted below it can be read only. What the host mounts and unmounts later is seen. */
void tree_read_only(const char *directory) {
    struct attributes read_only = { .set = 1 };
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) fail(errno, "Cannot have mounts apart from the host's");
    if (mount(directory, directory, NULL, MS_BIND | MS_REC, NULL) != 0) fail(errno, "Cannot mount %s over itself", directory);
    if (syscall(SYSCALL_MOUNT_SETATTR, AT_FDCWD, directory, RECURSIVE, &read_only, sizeof read_only) == 0) return;
    /* A kernel before 5.12: what is mounted below would stay writable, so it is not taken along. */
    if (errno != ENOSYS || umount2(directory, MNT_DETACH) != 0 || mount(directory, directory, NULL, MS_BIND, NULL) != 0
        || mount(NULL, directory, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0) fail(errno, "Cannot make %s read-only", directory);
}
