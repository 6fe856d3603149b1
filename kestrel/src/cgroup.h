/* A cgroup for each process that RUN made. */
#ifndef KESTREL_CGROUP_H
#define KESTREL_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

/* Mounts cgroup2 for Kestrel's own use and hands its controllers down: 0 or a negative errno. */
int cgroups_begin(void);

/* Makes the cgroup of process `id`: a descriptor for clone3, or a negative errno. */
int cgroup_make(uint32_t id);

/* The kernel killed one of its processes for lack of memory. */
bool cgroup_had_oom(uint32_t id);

/* Removed when empty; a descendant that lives keeps it. */
void cgroup_remove(uint32_t id);

#endif
