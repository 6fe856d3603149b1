#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SYSCALL_MOUNT_SETATTR = 442, RECURSIVE = 0x8000, READ_ONLY = 1, NO_SETUID = 2, NO_DEVICES = 4 };
struct attributes { uint64_t set, clear, propagation, namespace; };   /* mount_setattr(2) */

static void directory_make(const char *path) {
    if (mkdir(path, 0755) != 0 && errno != EEXIST) fail(errno, "Cannot make the directory %s", path);
}

/* The path of a place below the directory; all that leads there is made, and at its end what the source can be mounted on. */
static void place_make(const char *directory, const char *at, bool is_directory, char path[PATH_LIMIT]) {
    int length = snprintf(path, PATH_LIMIT, "%s%s", directory, at);
    if (length < 0 || length >= PATH_LIMIT) fail(ENAMETOOLONG, "Cannot have %s in a root of its own", at);
    for (char *part = path + strlen(directory) + 1; (part = strchr(part, '/')) != NULL; part++) {
        *part = '\0';
        directory_make(path);
        *part = '/';
    }
    if (is_directory) directory_make(path);
    else if (mknod(path, S_IFREG | 0600, 0) != 0) fail(errno, "Cannot make the file %s", path);
}

static void bring(const char *directory, const struct place *place) {
    char path[PATH_LIMIT];
    struct stat source;
    if (stat(place->source, &source) != 0) fail(errno, "Cannot find %s", place->source);
    place_make(directory, place->at, S_ISDIR(source.st_mode), path);
    if (place->kind == PLACE_DEVICE) {
        if (mount(place->source, path, NULL, MS_BIND, NULL) != 0) fail(errno, "Cannot mount the device %s", place->source);
        return;
    }
    /* A device file that the program makes opens nothing. What the host mounts below later is not seen: it would be without these limits. */
    struct attributes limits = { .set = NO_SETUID | NO_DEVICES | (place->kind == PLACE_READ_ONLY ? READ_ONLY : 0), .propagation = MS_PRIVATE };
    if (mount(place->source, path, NULL, MS_BIND | MS_REC, NULL) != 0) fail(errno, "Cannot mount %s", place->source);
    if (syscall(SYSCALL_MOUNT_SETATTR, AT_FDCWD, path, RECURSIVE, &limits, sizeof limits) != 0)
        fail(errno, "Cannot limit what %s may do in a root of its own, which takes Linux 5.12", place->source);
}

/* Of /proc there is this process's own descriptors and nothing else, nor a way up from there. */
static void bring_descriptors(const char *directory) {
    char path[PATH_LIMIT];
    place_make(directory, "/proc/self/fd", true, path);
    if (mount("/proc/self/fd", path, NULL, MS_BIND, NULL) != 0) fail(errno, "Cannot mount /proc/self/fd");
}

void root_enter(const char *directory, const struct place *places, size_t count) {
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount("tmpfs", directory, "tmpfs", flags, "size=64k,mode=755") != 0) fail(errno, "Cannot mount a file system at %s", directory);
    bring_descriptors(directory);
    for (size_t i = 0; i < count; i++) bring(directory, &places[i]);
    if (mount(NULL, directory, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL) != 0) fail(errno, "Cannot make %s read-only", directory);
    /* Both roots are at one place then; the old one, which is on top, goes (pivot_root(2)). */
    if (chdir(directory) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
        fail(errno, "Cannot have %s as root directory", directory);
}
