/* RUN: makes a process of the container. */
#ifndef KESTREL_RUN_H
#define KESTREL_RUN_H

#include "wire.h"

int run(const union request *);

#endif
