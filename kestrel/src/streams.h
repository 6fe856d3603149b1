/* Octets between a process and the host, within the credit that each side gave. */
#ifndef KESTREL_STREAMS_H
#define KESTREL_STREAMS_H

#include "process.h"

/* Reads once and sends it; true = there may be more. Sends the END when it is due. */
bool outlet_pump(struct outlet *);

/* Nothing more is read; the END follows. */
void outlet_close(struct outlet *);

/* The process died: notes how much it left to be read. */
void outlet_count_owed(struct outlet *);

/* Writes what waits and gives the credit that is due. */
void inlet_pump(struct inlet *, bool terminal);

/* Takes octets for the process; false = more than it was given credit for. */
bool inlet_add(struct inlet *, const uint8_t *octets, size_t size);

/* The host has no more octets: closes the pipe after what waits, or types the end-of-file character. */
void inlet_end(struct inlet *, bool terminal);

void inlet_close(struct inlet *);

#endif
