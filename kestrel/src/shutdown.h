/* The orderly end of the machine. */
#ifndef KESTREL_SHUTDOWN_H
#define KESTREL_SHUTDOWN_H

#include "wire.h"

/* SHUTDOWN: sends SIGTERM to every process, SIGKILL after the grace; a later request can only hasten it. */
int shutdown_asked(const union request *);

/* Takes the next step when it is due; `alone` = no child is left. ms until the next, -1 = no shutdown is under way. */
int shutdown_step(bool alone);

#endif
