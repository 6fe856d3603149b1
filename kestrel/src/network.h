/* Interfaces, addresses and routes by rtnetlink. */
#ifndef KESTREL_NETWORK_H
#define KESTREL_NETWORK_H

#include "wire.h"

/* lo up, then each interface of the list: found by MAC, named, addressed, up, routes. */
int network(const struct setup *);

#endif
