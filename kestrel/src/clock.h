/* The guest's clocks. */
#ifndef KESTREL_CLOCK_H
#define KESTREL_CLOCK_H

#include <stdint.h>

uint64_t now_ns(int clock);

/* Monotonic, in milliseconds: what deadlines are counted in. */
uint64_t now_ms(void);

/* Sets the wall clock to `ns` since 1970: 0 or a negative errno. */
int set_clock(uint64_t ns);

#endif
