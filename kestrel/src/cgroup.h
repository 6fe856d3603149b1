/* The cgroup of the container: all its processes, its limits, its counters. */
#ifndef KESTREL_CGROUP_H
#define KESTREL_CGROUP_H

#include <stdbool.h>

#define CGROUPS "/cgroup"
#define CGROUP CGROUPS "/container"

/* Mounts cgroup2 for Kestrel's own use and makes the container's cgroup. */
void cgroup_begin(void);

/* A descriptor of it, for clone3, or the negative errno of what failed. */
extern int cgroup_fd;

/* The kernel killed a process of the container for lack of memory. */
bool cgroup_had_oom(void);

#endif
