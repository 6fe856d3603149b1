#include "outbox.h"

#include "memory.h"

/* Positions count octets since boot; the ring holds [head, tail), [head, place) was written on this connection. */
static uint8_t ring[OUTBOX_SIZE + sizeof(uint64_t)];
static uint64_t head, tail, place, frame_end;
static uint64_t numbered, acknowledged;

/* In whole words: what they write past a payload its trailer overwrites, past the ring there is room for one. */
static void copy_in(const void *from, size_t size)
{
	size_t at = tail % OUTBOX_SIZE, first = OUTBOX_SIZE - at;

	if (first > size)
		first = size;
	copy_words(ring + at, from, first);
	copy_words(ring, (const uint8_t *)from + first, size - first);
	tail += size;
}

static void copy_out(uint64_t position, uint8_t *to, size_t size)
{
	for (; size; size--)
		*to++ = ring[position++ % OUTBOX_SIZE];
}

static uint64_t end_of(uint64_t begin, uint64_t *number)
{
	uint8_t header[WIRE_HEADER];

	copy_out(begin, header, sizeof header);
	if (number)
		*number = get64(header + 8);
	return begin + WIRE_HEADER + get32(header + 4) + WIRE_TRAILER;
}

int outbox_room(uint8_t type)
{
	int room = (int)(OUTBOX_SIZE - (tail - head)) - WIRE_HEADER - WIRE_TRAILER;

	if (type == DATA)
		room -= OUTBOX_RESERVE;
	return room < WIRE_PAYLOAD_MAX ? room : WIRE_PAYLOAD_MAX;
}

void outbox_add(uint8_t type, uint16_t stream, const void *payload, size_t size)
{
	uint8_t edge[WIRE_HEADER];
	struct writer w = {edge};

	put_header(&w, type, stream, (uint32_t)size, ++numbered);
	copy_in(edge, WIRE_HEADER);
	copy_in(payload, size);
	w.at = edge;
	put64(&w, ~numbered);
	copy_in(edge, WIRE_TRAILER);
}

static void release(void)
{
	while (head < tail) {
		uint64_t number, end = end_of(head, &number);

		if (number > acknowledged || (place > head && place < end))
			break;
		if (place == head)
			place = frame_end = end;
		head = end;
	}
}

void outbox_acknowledged(uint64_t number)
{
	if (number > numbered || number < acknowledged)
		return;
	acknowledged = number;
	release();
}

void outbox_rewind(uint64_t taken)
{
	place = frame_end = head;
	outbox_acknowledged(taken);
	place = frame_end = head;
}

size_t outbox_next(const uint8_t **at, bool finish)
{
	uint64_t end = finish && place < frame_end ? frame_end : tail;
	size_t begin = place % OUTBOX_SIZE, size = end - place;

	*at = ring + begin;
	return size < OUTBOX_SIZE - begin ? size : OUTBOX_SIZE - begin;
}

void outbox_written(size_t size)
{
	place += size;
	while (frame_end < place)
		frame_end = end_of(frame_end, NULL);
	release();
}

bool outbox_between(void)
{
	return place == frame_end;
}

bool outbox_empty(void)
{
	return head == tail;
}

uint64_t outbox_sent(void)
{
	return numbered;
}
