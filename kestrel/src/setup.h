/* SETUP: from a bare guest to a container's root with its network, in order. */
#ifndef KESTREL_SETUP_H
#define KESTREL_SETUP_H

#include "wire.h"

int setup(const union request *);

/* UPDATE: other limits. */
int update(const union request *);

#endif
