#include "outbox.h"

#include "memory.h"

/* Positions count octets since boot; the ring holds [head, tail), [head, place) was written on this connection. */
static uint8_t ring[OUTBOX_SIZE];
static uint64_t head, tail, place, frame_end;
static uint64_t numbered, acknowledged, released;

static void copy_in(const void *from, size_t size)
{
	const uint8_t *octet = from;

	for (; size; size--)
		ring[tail++ % OUTBOX_SIZE] = *octet++;
}

static uint64_t end_of(uint64_t begin)
{
	uint32_t length = 0;

	for (int i = 7; i > 3; i--)
		length = length << 8 | ring[(begin + (unsigned)i) % OUTBOX_SIZE];
	return begin + WIRE_HEADER + length + WIRE_TRAILER;
}

int outbox_room(uint8_t type)
{
	int room = (int)(OUTBOX_SIZE - (tail - head)) - WIRE_HEADER - WIRE_TRAILER;

	if (type == DATA)
		room -= OUTBOX_RESERVE;
	return room < WIRE_PAYLOAD_MAX ? room : WIRE_PAYLOAD_MAX;
}

uint8_t *outbox_space(size_t *size)
{
	size_t at = (tail + WIRE_HEADER) % OUTBOX_SIZE;

	if (*size > OUTBOX_SIZE - at)
		*size = OUTBOX_SIZE - at;
	return ring + at;
}

void outbox_add(uint8_t type, uint16_t stream, const void *payload, size_t size)
{
	uint8_t edge[WIRE_HEADER];
	struct writer w = {edge};

	put_header(&w, type, stream, (uint32_t)size, ++numbered);
	copy_in(edge, WIRE_HEADER);
	if (payload)
		copy_in(payload, size);
	else
		tail += size;
	w.at = edge;
	put64(&w, ~numbered);
	copy_in(edge, WIRE_TRAILER);
}

static void release(void)
{
	while (head < tail) {
		uint64_t end = end_of(head);

		if (released == acknowledged || (place > head && place < end))
			break;
		if (place == head)
			place = frame_end = end;
		head = end;
		released++;
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
		frame_end = end_of(frame_end);
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
