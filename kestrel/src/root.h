/* The container's root: paths in it are resolved inside it, whatever symbolic links say. */
#ifndef KESTREL_ROOT_H
#define KESTREL_ROOT_H

#include <stdbool.h>
#include <stdint.h>

/* Descriptor of the container's root directory, 0 (which is /dev/null) before SETUP. */
extern int root_fd;

/* Opens a path in the root: a descriptor or a negative errno. */
int root_open(const char *path, int flags);

/* Opens (O_PATH) a directory, or a file, that is made with its parents when missing. */
int root_make(const char *path, bool directory);

/* Mounts on a path in the root, which is made when missing: 0 or a negative errno. */
int root_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options);

/* Binds a path of Kestrel's own file system on a path in the root. `flags` may hold MS_RDONLY and the like. */
int root_bind(const char *source, const char *target, unsigned long flags);

/* Changes the flags of the mount at a path in the root. */
int root_remount(const char *path, unsigned long flags);

/* Makes what is there in the root read-only, or hides it; nothing happens when it is not there. */
int root_protect(const char *path);
int root_hide(const char *path);

#endif
