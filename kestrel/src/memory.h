/* Octets and strings. The four functions of the C library that the compiler calls by itself are in memory.c. */
#ifndef KESTREL_MEMORY_H
#define KESTREL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t size);

void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int octet, size_t size);
int memcmp(const void *a, const void *b, size_t size);

size_t length_of(const char *text);
bool same(const char *a, const char *b);

/* Builds a string in a buffer; what does not fit sets `cut` and is left out. Always ends in NUL. */
struct builder {
	char *text;
	size_t size, limit;
	bool cut;
};

struct builder build(char *buffer, size_t limit);
void append(struct builder *, const char *text);
void append_octet(struct builder *, char octet);
void append_number(struct builder *, uint64_t number);

/* A decimal number that takes up the whole text and is at most `limit`; false otherwise. */
bool parse_number(const char *text, uint32_t limit, uint32_t *number);

#endif
