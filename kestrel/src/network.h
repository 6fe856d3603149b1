/* Interfaces, addresses and routes by rtnetlink. */
#ifndef KESTREL_NETWORK_H
#define KESTREL_NETWORK_H

#include "wire.h"

/* lo and all other interfaces up. */
void network_begin(void);

/* Each interface of the list: found by MAC, named, addressed, routes. */
int network(const struct setup *);

#endif
