/* Where the link is. The tests of Kestrel as a plain process bring their own. */
#ifndef KESTREL_LINK_OPEN_H
#define KESTREL_LINK_OPEN_H

#include <stdbool.h>

/*
 * Opens the link without blocking: a descriptor, or a negative errno. `keeps` tells whether the transport may bring octets of
 * an older connection on a newer one, and is never closed (virtio-serial).
 */
int link_open(bool *keeps);

/* Waits until another attempt makes sense, 100 ms at most. */
void link_wait(void);

#endif
