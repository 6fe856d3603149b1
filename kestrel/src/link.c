#include "link.h"

#include "clock.h"
#include "link_open.h"
#include "memory.h"
#include "outbox.h"
#include "requests.h"
#include "sys.h"

enum { ACK_EVERY = 32 * 1024, AGAIN_MS = 100 };

static struct parser parser;

/* Descriptors; 0, which is /dev/null, stands for none. */
static int fd, epoll;
static uint64_t epoll_tag, again_at, ready_at;
static bool keeps, live, readable, writable;

static uint8_t boot_id[16];
bool link_named;

/* The unnumbered frame under way; it goes between numbered ones. */
static uint8_t urgent[128];
static size_t urgent_at, urgent_end;
static bool welcome_due, ack_due;
static uint64_t nonce;
static size_t unacknowledged;

bool link_live(void)
{
	return live;
}

static void watch(void)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = epoll_tag};

	if (epoll && sys_epoll_add(epoll, fd, &event) < 0)
		sys_exit(1);
}

static void opened(int new_fd)
{
	fd = new_fd;
	readable = writable = true;
	live = false;
	urgent_at = urgent_end = 0;
	if (!keeps)
		parser_restart(&parser);
	watch();
}

/*
 * The host's end is closed. A port stays as it was: this news may come after the next host's HELLO, and what is written to nobody
 * is sent again after the HELLO of whoever comes.
 */
static void broken(void)
{
	if (keeps)
		return;
	live = false;
	welcome_due = ack_due = false;
	sys_close(fd);
	fd = 0;
	again_at = now_ms() + AGAIN_MS;
}

void link_begin(void)
{
	int new_fd;

	sys_getrandom(boot_id, sizeof boot_id, GRND_INSECURE);
	while ((new_fd = link_open(&keeps)) < 0)
		link_wait();
	opened(new_fd);
	ready_at = now_ns(CLOCK_MONOTONIC_TIME);
	welcome_due = true;
	link_send();
}

void link_watch(int epoll_fd, uint64_t tag)
{
	epoll = epoll_fd;
	epoll_tag = tag;
	watch();
}

int link_again(void)
{
	uint64_t now = now_ms();
	int new_fd;

	if (fd)
		return -1;
	if (now < again_at)
		return (int)(again_at - now);
	new_fd = link_open(&keeps);
	if (new_fd >= 0) {
		opened(new_fd);
		return 0;
	}
	again_at = now + AGAIN_MS;
	return AGAIN_MS;
}

void link_ready(uint32_t events)
{
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		readable = true;
	if (events & EPOLLOUT)
		writable = true;
}

static void answer_hello(struct cursor payload)
{
	struct hello hello;

	if (!take_fields(&payload, hello_fields, &hello) || hello.magic != WIRE_MAGIC || !hello.nonce || !hello.generation)
		return;
	nonce = hello.nonce;
	for (int i = 0; i < 8 && !link_named; i++)
		boot_id[i] ^= (uint8_t)(nonce >> 8 * i);
	link_named = true;
	if (hello.clock)
		set_clock(hello.clock);
	outbox_rewind(hello.taken <= outbox_sent() ? hello.taken : 0);
	urgent_at = urgent_end = 0;
	welcome_due = live = true;
	ack_due = false;
}

static void receive_frame(struct frame *frame)
{
	if (frame->type == HELLO)
		answer_hello(frame->payload);
	else if (frame->type == ACK)
		outbox_acknowledged(take64(&frame->payload));
	else if (!requests_frame(frame))
		parser_refuse(&parser, frame);
}

void link_receive(void)
{
	struct frame frame;

	while (fd && readable) {
		size_t space;
		uint8_t *to = parser_space(&parser, &space);
		int size = sys_read(fd, to, space);

		if (size <= 0) {
			readable = false;
			if (size != -EAGAIN)
				broken();
			break;
		}
		parser_filled(&parser, (size_t)size);
		while (parser_next(&parser, &frame)) {
			if (frame.number)
				unacknowledged += (size_t)(frame.payload.end - frame.payload.at) + WIRE_HEADER;
			receive_frame(&frame);
		}
		if (unacknowledged >= ACK_EVERY) {
			ack_due = true;
			link_send();
		}
	}
	if (unacknowledged)
		ack_due = live;
}

static void make_welcome(struct writer *w)
{
	put_header(w, WELCOME, 0, 66, 0);
	put64(w, WIRE_MAGIC);
	put64(w, nonce);
	put16(w, WIRE_GENERATION);
	put64(w, parser.taken);
	put64(w, outbox_sent());
	put_octets(w, boot_id, sizeof boot_id);
	put64(w, ready_at);
	put64(w, 0);
	welcome_due = false;
}

static void make_ack(struct writer *w)
{
	put_header(w, ACK, 0, 8, 0);
	put64(w, parser.taken);
	ack_due = false;
	unacknowledged = 0;
}

static void next_urgent(void)
{
	struct writer w = {urgent};

	if (urgent_at < urgent_end || !outbox_between() || !(welcome_due || ack_due))
		return;
	if (welcome_due)
		make_welcome(&w);
	else
		make_ack(&w);
	put64(&w, ~0ull);
	urgent_at = 0;
	urgent_end = (size_t)(w.at - urgent);
}

static int write_some(const uint8_t *at, size_t size)
{
	int written = sys_write(fd, at, size);

	if (written > 0)
		return written;
	writable = false;
	if (written < 0 && written != -EAGAIN)
		broken();
	return 0;
}

void link_send(void)
{
	while (fd && writable) {
		const uint8_t *at;
		size_t size;

		next_urgent();
		if (urgent_at < urgent_end) {
			urgent_at += (size_t)write_some(urgent + urgent_at, urgent_end - urgent_at);
			continue;
		}
		size = live ? outbox_next(&at, welcome_due || ack_due) : 0;
		if (!size)
			return;
		outbox_written((size_t)write_some(at, size));
	}
}
