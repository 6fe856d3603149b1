/* The orderly end of the machine. */
#ifndef KESTREL_SHUTDOWN_H
#define KESTREL_SHUTDOWN_H

#include <stdbool.h>
#include <stdint.h>

/* Sends SIGTERM to every process, SIGKILL after `grace_ms`; a later request can only hasten it. */
void shutdown_begin(uint8_t action, uint32_t grace_ms);

/* Takes the next step when it is due; `alone` = no child is left. ms until the next, -1 = no shutdown is under way. */
int shutdown_step(bool alone);

#endif
