/* The container's root file system and what a Linux container finds mounted in it. */
#ifndef KESTREL_MOUNTS_H
#define KESTREL_MOUNTS_H

#include "wire.h"

/* Image and writable layer become the root of the mount namespace. */
int mounts_root(const struct setup *);

/* /sys, /dev and what belongs under them. */
int mounts_standard(const struct setup *);

/* What the request lists. */
int mounts_listed(const struct setup *);

/*
 * What the first process mounts itself: /proc, the paths that the container sees read-only or not at all, the root read-only.
 * 0 or a negative errno.
 */
int mounts_first(const struct run *);

/* Opens the controlling end of a new terminal: a descriptor or a negative errno. */
int terminal_open(void);

/* Lets go of the root and unmounts the writable disk cleanly. */
void mounts_end(void);

#endif
