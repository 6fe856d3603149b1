#include "streams.h"

#include "memory.h"
#include "outbox.h"
#include "sys.h"

/* The least room that is worth a frame; the least credit that is worth a CREDIT. */
enum { WORTH_SENDING = 1024, WORTH_GRANTING = INPUT_MAX / 4 };

static uint32_t waiting_in(int fd)
{
	int count = 0;

	return sys_ioctl(fd, FIONREAD, &count) < 0 || count < 0 ? 0 : (uint32_t)count;
}

void outlet_close(struct outlet *o)
{
	if (o->fd >= 0)
		sys_close(o->fd);
	o->fd = -1;
	o->owed = 0;
}

void outlet_count_owed(struct outlet *o)
{
	if (o->fd >= 0)
		o->owed = waiting_in(o->fd);
}

static bool read_and_send(struct outlet *o, size_t limit)
{
	uint8_t *to = outbox_space(&limit);
	int size = sys_read(o->fd, to, limit);

	if (size == -EAGAIN || size == -EINTR) {
		o->ready = false;
		o->owed = 0;
		return false;
	}
	if (size <= 0) {
		outlet_close(o);
		return false;
	}
	outbox_add(DATA, o->stream, NULL, (size_t)size);
	o->credit -= (uint32_t)size;
	o->owed -= o->owed < (uint32_t)size ? o->owed : (uint32_t)size;
	return true;
}

bool outlet_pump(struct outlet *o)
{
	bool more = false;

	if (o->fd >= 0 && o->ready) {
		int limit = outbox_room(DATA);

		if (limit < WORTH_SENDING)
			limit = 0;
		if ((uint32_t)limit > o->credit)
			limit = o->credit;
		if (limit)
			more = read_and_send(o, (size_t)limit);
		else if (o->hung_up && !waiting_in(o->fd))
			outlet_close(o);
	}
	if (o->fd < 0 && o->open && outbox_room(END) >= 0) {
		outbox_add(END, o->stream, "", 0);
		o->open = false;
	}
	return more;
}

void inlet_close(struct inlet *in)
{
	if (in->fd >= 0)
		sys_close(in->fd);
	in->fd = -1;
	in->size = 0;
}

static void put_octet(struct inlet *in, uint8_t octet)
{
	in->octets[(in->at + in->size++) % sizeof in->octets] = octet;
}

bool inlet_add(struct inlet *in, const uint8_t *octets, size_t size)
{
	if (in->fd < 0 || in->ending)
		return true;
	if (size > INPUT_MAX - in->grant - in->size)
		return false;
	while (size--)
		put_octet(in, *octets++);
	return true;
}

void inlet_end(struct inlet *in, bool terminal)
{
	struct termios settings;

	if (terminal && in->fd >= 0 && !in->ending && sys_ioctl(in->fd, TCGETS, &settings) >= 0)
		put_octet(in, settings.c_cc[VEOF]);
	in->ending = true;
}

static void write_waiting(struct inlet *in)
{
	while (in->size && in->ready) {
		uint32_t until_wrap = (uint32_t)sizeof in->octets - in->at;
		uint32_t size = in->size < until_wrap ? in->size : until_wrap;
		int written = sys_write(in->fd, in->octets + in->at, size);

		if (written == -EAGAIN || written == -EINTR) {
			in->ready = false;
		} else if (written <= 0) {
			inlet_close(in);
		} else {
			in->at = (in->at + (uint32_t)written) % sizeof in->octets;
			in->size -= (uint32_t)written;
			in->grant += (uint32_t)written;
		}
	}
}

void inlet_pump(struct inlet *in, bool terminal)
{
	uint8_t payload[4];
	struct writer w = {payload};

	if (in->fd < 0)
		return;
	write_waiting(in);
	if (in->fd >= 0 && in->ending && !in->size && !terminal)
		inlet_close(in);
	if (in->fd < 0 || in->ending || in->grant < WORTH_GRANTING || outbox_room(CREDIT) < OUTBOX_RESERVE / 2)
		return;
	put32(&w, in->grant);
	outbox_add(CREDIT, in->stream, payload, sizeof payload);
	in->grant = 0;
}
