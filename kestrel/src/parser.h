/* Finds frames in the octets that the link brings. */
#ifndef KESTREL_PARSER_H
#define KESTREL_PARSER_H

#include "wire.h"

struct parser {
	uint64_t taken;   /* number of the last numbered frame taken over */
	bool lost;        /* input is ignored until a HELLO after padding */
	size_t zeros;     /* zero octets in a row at the place reached, while lost */
	size_t begin, end; /* octets not yet looked at */
	uint8_t buffer[2 * WIRE_FRAME_MAX];
};

struct frame {
	uint8_t type;
	uint16_t stream;
	uint64_t number;
	struct cursor payload;
};

/* Where the next octets go and how many; never 0 after parser_next returned false. */
uint8_t *parser_space(struct parser *, size_t *size);
void parser_filled(struct parser *, size_t size);

/* The next frame that is to be acted upon; false = more octets are needed. The frame is valid until the next parser_space. */
bool parser_next(struct parser *, struct frame *);

/* The frame that parser_next returned last is not taken after all. */
void parser_refuse(struct parser *, const struct frame *);

/* A new connection on a transport that keeps nothing of the old one. */
void parser_restart(struct parser *);

#endif
