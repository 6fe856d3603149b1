/* What stands between the kernel and the first request. An error here ends Kestrel, and so the machine, with a line in the kernel's log. */
#ifndef KESTREL_EARLY_H
#define KESTREL_EARLY_H

#include <stdint.h>

/* /dev, /sys and /proc for Kestrel's own use. */
void early_mounts(void);

/* Descriptors 0 to 2 are /dev/null, so that no other descriptor is one of them. */
void early_streams(void);

int early_epoll(void);

/* Signals no longer interrupt: children's ends are reported to `epoll` under `tag`. The descriptor that reports them. */
int early_children(int epoll, uint64_t tag);

#endif
