/* The new process on its way from Kestrel's copy to the program. */
#ifndef KESTREL_CHILD_H
#define KESTREL_CHILD_H

#include <stdint.h>

#include "wire.h"

struct child_report {
	int error;
	uint8_t stage;
	char what[123];
};

/* Becomes the program; what fails is written to `report`. `ends` are its streams, -1 = /dev/null. */
_Noreturn void child(const struct run *, const int ends[3], int report);

#endif
