/* What comes of a request: 0, or a negative errno whose stage and place are kept here for the RESULT. */
#ifndef KESTREL_OUTCOME_H
#define KESTREL_OUTCOME_H

#include <stddef.h>
#include <stdint.h>

/* A negative `result` is recorded with its stage and `what` it is about, and given back; any other gives 0. */
int judged(int result, uint8_t stage, const char *what);

/* The value of a RESULT without error; it stays where it is until the request was answered. */
void give(const void *value, size_t size);

#endif
