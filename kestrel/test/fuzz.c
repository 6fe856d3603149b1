/*
 * fuzz RUNS SEED: feeds mutated frames to the parser and the decoders, compiled with the sanitizers. A fault ends it; so does a
 * list that was found sound but cannot be taken, or a text without an end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/parser.h"

static struct parser parser;
static uint64_t state;
static unsigned long frames, sound;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static void fail(const char *what)
{
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

static void use_texts(struct list list, unsigned each)
{
	for (uint64_t i = 0; i < (uint64_t)list.count * each; i++)
		if (strlen(take_text(&list.items)) > WIRE_PAYLOAD_MAX)
			fail("a text without end");
	if (list.items.bad || list.items.at != list.items.end)
		fail("a list that is not what it was");
}

static void use_fixed(struct list list, size_t size)
{
	for (uint32_t i = 0; i < list.count; i++)
		take_octets(&list.items, size);
	if (list.items.bad || list.items.at != list.items.end)
		fail("a list that is not what it was");
}

static void use_setup(struct setup *s)
{
	struct interface f;
	struct mount_point m;

	for (uint32_t i = 0; i < s->interfaces.count; i++) {
		take_fields(&s->interfaces.items, interface_fields, &f);
		use_fixed(f.ipv4, 5);
		use_fixed(f.ipv6, 17);
	}
	for (uint32_t i = 0; i < s->mounts.count; i++)
		take_fields(&s->mounts.items, mount_fields, &m);
	if (s->interfaces.items.bad || s->mounts.items.bad)
		fail("a list that is not what it was");
	use_texts(s->sysctls, 2);
	use_texts(s->limits, 2);
}

static void use(struct frame *f)
{
	union request r;
	struct hello h;

	frames++;
	if (f->type == HELLO) {
		sound += take_fields(&f->payload, hello_fields, &h);
		return;
	}
	take32(&f->payload);
	if (f->type == SETUP && take_fields(&f->payload, setup_fields, &r)) {
		use_setup(&r.setup);
		sound++;
	} else if (f->type == RUN && take_fields(&f->payload, run_fields, &r)) {
		use_texts(r.run.argv, 1);
		use_texts(r.run.env, 1);
		use_texts(r.run.groups, 1);
		use_texts(r.run.hidden, 1);
		use_texts(r.run.protected, 1);
		use_fixed(r.run.rlimits, 20);
		sound++;
	}
}

static size_t make_payload(uint8_t *to, uint8_t type)
{
	struct writer w = {to};
	unsigned count = type == SETUP ? 40 : 60;

	for (unsigned i = 0; i < count; i++) {
		uint32_t pick = next_random() % 8;

		if (pick < 5) {
			uint32_t size = next_random() % (pick + 1);

			put32(&w, size);
			for (; size; size--)
				put8(&w, (uint8_t)('a' + next_random() % 26));
		} else if (pick == 5) {
			put64(&w, 0);
		} else if (pick == 6) {
			put32(&w, next_random());
		} else {
			put16(&w, (uint16_t)(next_random() % 4));
		}
	}
	return (size_t)(w.at - to);
}

static void feed(const uint8_t *from, size_t size)
{
	struct frame f;

	while (size) {
		size_t space, part;
		uint8_t *to = parser_space(&parser, &space);

		part = 1 + next_random() % 4096;
		if (part > size)
			part = size;
		if (part > space)
			part = space;
		if (!part)
			fail("no space although frames were taken");
		memcpy(to, from, part);
		parser_filled(&parser, part);
		from += part;
		size -= part;
		while (parser_next(&parser, &f)) {
			uint8_t *copy = malloc((size_t)(f.payload.end - f.payload.at) + 1);
			size_t length = (size_t)(f.payload.end - f.payload.at);

			/* In a place of its own size, so that the sanitizer sees every step beside it. */
			memcpy(copy, f.payload.at, length);
			f.payload = (struct cursor){copy, copy + length, false};
			use(&f);
			free(copy);
		}
	}
}

int main(int argc, char **argv)
{
	static uint8_t octets[65536], zeros[WIRE_PADDING];
	unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;

	state = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	state = state * 2654435761u + 88172645463325252u;
	for (unsigned long run = 0; run < runs; run++) {
		static const uint8_t types[] = {HELLO, ACK, DATA, END, CREDIT, SETUP, RUN, RUN, SETUP, SIGNAL, 200};
		uint8_t type = types[next_random() % sizeof types];
		size_t size = make_payload(octets + WIRE_HEADER, type);
		uint64_t number = type < WIRE_FIRST_NUMBERED ? 0 : parser.taken + 1;
		struct writer w = {octets};

		put_header(&w, type, (uint16_t)next_random(), (uint32_t)size, number);
		w.at += size;
		put64(&w, ~number);
		size += WIRE_HEADER + WIRE_TRAILER;
		if (next_random() % 4 == 0)
			octets[next_random() % size] ^= (uint8_t)(1u << next_random() % 8);
		if (next_random() % 16 == 0)
			size = next_random() % size;
		feed(octets, size);
		if (parser.lost || next_random() % 64 == 0)
			feed(zeros, sizeof zeros);
		parser.lost = false;
	}
	printf("%lu frames, %lu decoded\n", frames, sound);
	return frames && sound ? 0 : 1;
}
