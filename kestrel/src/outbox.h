/* The numbered frames that go to the host: kept in a ring until the host acknowledged them. */
#ifndef KESTREL_OUTBOX_H
#define KESTREL_OUTBOX_H

#include "wire.h"

enum { OUTBOX_SIZE = 256 * 1024, OUTBOX_RESERVE = 16 * 1024 };

/* Largest payload that fits now; negative = not even an empty one. Frames other than DATA may use the reserve. */
int outbox_room(uint8_t type);

/* Where the payload of the next frame goes, and how much of `size` fits there in one piece. */
uint8_t *outbox_space(size_t *size);

/* Adds a frame under the next number. The caller has made sure of the room. Without a payload, it is already where it goes. */
void outbox_add(uint8_t type, uint16_t stream, const void *payload, size_t size);

/* The host has everything up to `number`; what is half sent is kept until it is whole. */
void outbox_acknowledged(uint64_t number);

/* A new connection: all that the host has not taken is sent again, from the beginning of a frame. */
void outbox_rewind(uint64_t taken);

/* The next octets to send, up to the end of the frame under way if `finish`; 0 = none. */
size_t outbox_next(const uint8_t **at, bool finish);
void outbox_written(size_t size);

/* Nothing of a frame is half sent. */
bool outbox_between(void);

bool outbox_empty(void);

/* Number of the last frame added. */
uint64_t outbox_sent(void);

#endif
