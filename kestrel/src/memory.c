#include "memory.h"

#ifndef KESTREL_HOSTED
void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	void *result = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
	return result;
}

void *memmove(void *to, const void *from, size_t size)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	if (t <= f || t >= f + size)
		return memcpy(to, from, size);
	while (size--)
		t[size] = f[size];
	return to;
}

void *memset(void *to, int octet, size_t size)
{
	void *result = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(octet) : "memory");
	return result;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (; size; size--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
#endif

size_t length_of(const char *text)
{
	const char *end = text;

	while (*end)
		end++;
	return (size_t)(end - text);
}

bool same(const char *a, const char *b)
{
	size_t size = length_of(a);

	return size == length_of(b) && memcmp(a, b, size) == 0;
}

struct builder build(char *buffer, size_t limit)
{
	buffer[0] = 0;
	return (struct builder){buffer, 0, limit, false};
}

void append_octet(struct builder *b, char octet)
{
	if (b->size + 1 >= b->limit) {
		b->cut = true;
		return;
	}
	b->text[b->size++] = octet;
	b->text[b->size] = 0;
}

void append(struct builder *b, const char *text)
{
	while (*text)
		append_octet(b, *text++);
}

void append_number(struct builder *b, uint64_t number)
{
	if (number >= 10)
		append_number(b, number / 10);
	append_octet(b, (char)('0' + number % 10));
}

bool parse_number(const char *text, uint32_t limit, uint32_t *number)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > limit)
			return false;
	}
	*number = (uint32_t)value;
	return true;
}
