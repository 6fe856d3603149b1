/*
 * What comes in and goes out in bulk: by the pipes, or through a window, a part of a disk beyond its file system that the host reads and
 * writes as a file. The pipes then carry the sizes of its pieces one way, and an octet for each piece that is free again the other way.
 */
#include <linux/fs.h>

#include "merlin.h"

enum { LEAD = DIRECT_UNIT, LOCK_AT_ONCE = 6, PIECES_LIMIT = 64 };

#define NO_WINDOW "no window"

/* The octets of one piece, and before them those of the last one that were not enough. */
static uint8_t room[LEAD + PIECE_LIMIT] __attribute__((aligned(BLOCK)));
static size_t at, end, gathered;

static struct {
	int fd;
	uint32_t piece, pieces, turn, busy;
	uint64_t begin;
} window;

bool windowed(void)
{
	return window.fd;
}

void window_open(char **words)
{
	window.fd = need(sys_open(words[0], O_RDWR | O_DIRECT), NO_WINDOW);
	window.begin = decimal(words[1]);
	window.piece = (uint32_t)decimal(words[2]);
	window.pieces = (uint32_t)decimal(words[3]);
	if (!window.pieces || window.pieces > PIECES_LIMIT || !window.piece || window.piece > PIECE_LIMIT ||
	    (window.piece | window.begin) % DIRECT_UNIT)
		fail(-EINVAL, NO_WINDOW);
	need(sys_flock(window.fd, LOCK_AT_ONCE), NO_WINDOW);
}

void in_begin(void)
{
	static uint8_t free[PIECES_LIMIT];

	need(sys_write(1, free, window.pieces), "output");
}

static uint64_t next_place(void)
{
	uint64_t place = window.begin + (uint64_t)window.turn * window.piece;

	window.turn = (window.turn + 1) % window.pieces;
	return place;
}

static void whole(int result, size_t size)
{
	if ((size_t)need(result, "window") < size)
		fail(-EIO, "window");
}

static size_t receive(uint8_t *to)
{
	uint32_t size = 0;

	if (!windowed())
		return (size_t)need(sys_read(0, to, BUFFER), "input");
	for (size_t had = 0; had < sizeof size;) {
		int got = need(sys_read(0, (uint8_t *)&size + had, sizeof size - had), "input");

		if (!got)
			return 0;
		had += (size_t)got;
	}
	if (size > window.piece)
		fail(-EBADMSG, "window");
	whole(sys_pread(window.fd, to, rounded(size), next_place()), size);
	need(sys_write(1, "", 1), "output");
	return size;
}

size_t in(uint8_t **from, size_t least)
{
	while (end - at < least) {
		size_t rest = end - at, got;

		memmove(room + LEAD - rest, room + at, rest);
		at = LEAD - rest;
		got = receive(room + LEAD);
		end = LEAD + got;
		if (!got)
			break;
	}
	*from = room + at;
	return end - at;
}

void in_taken(size_t size)
{
	at += size;
}

static void write_all(const uint8_t *from, size_t size)
{
	while (size) {
		int written = need(sys_write(1, from, size), "output");

		from += written;
		size -= (size_t)written;
	}
}

static void await_piece(void)
{
	uint8_t answers[PIECES_LIMIT];
	int got = need(sys_read(0, answers, sizeof answers), "input");

	if (!got || (uint32_t)got > window.busy)
		fail(-EPIPE, "window");
	window.busy -= (uint32_t)got;
}

static void send(void)
{
	uint32_t size = (uint32_t)gathered;

	gathered = 0;
	if (!windowed()) {
		write_all(room + LEAD, size);
		return;
	}
	while (window.busy == window.pieces)
		await_piece();
	whole(sys_pwrite(window.fd, room + LEAD, rounded(size), next_place()), rounded(size));
	window.busy++;
	write_all((const uint8_t *)&size, sizeof size);
}

uint8_t *out_space(size_t *size)
{
	size_t limit = windowed() ? window.piece : BUFFER;

	if (gathered == limit)
		send();
	*size = limit - gathered;
	return room + LEAD + gathered;
}

void out_filled(size_t size)
{
	gathered += size;
}

void out(const void *from, size_t size)
{
	while (size) {
		size_t part;
		uint8_t *to = out_space(&part);

		if (part > size)
			part = size;
		memcpy(to, from, part);
		gathered += part;
		from = (const uint8_t *)from + part;
		size -= part;
	}
}

/* The host has no use for what the window held. */
void out_end(void)
{
	uint64_t all[2] = {window.begin, (uint64_t)window.pieces * window.piece};

	if (gathered)
		send();
	if (!windowed())
		return;
	while (window.busy)
		await_piece();
	sys_ioctl(window.fd, BLKDISCARD, all);
}

int direct_open(const char *path, int flags, uint64_t size, bool *direct)
{
	int fd = need(sys_openat(AT_FDCWD, path, flags | O_NOFOLLOW, 0600), path);

	*direct = windowed() && size >= DIRECT_LEAST && sys_fcntl(fd, F_SETFL, O_DIRECT) >= 0;
	return fd;
}

void direct_end(int fd, bool *direct)
{
	*direct = false;
	sys_fcntl(fd, F_SETFL, 0);
}
