#include "wire.h"

#include "memory.h"

/* Kinds up to OCTETS are integers of so many octets; above it, arrays of so many octets more, pointed to. */
enum { FIELDS_END = 0, U8 = 1, U16 = 2, U32 = 4, U64 = 8, OCTETS = 16, TEXT = 64, BYTES, LIST };

/* Kinds above LIST are lists, whose elements are laid out so. */
enum { TEXTS = LIST, TEXT_PAIRS, IPV4S, IPV6S, RLIMITS, MOUNTS, INTERFACES };

#define FIELD(kind, structure, name) {kind, offsetof(struct structure, name)}

const struct field hello_fields[] = {
	FIELD(U64, hello, magic), FIELD(U64, hello, nonce), FIELD(U16, hello, generation), FIELD(U64, hello, taken),
	FIELD(U64, hello, clock), {0, 0},
};

const struct field setup_fields[] = {
	FIELD(U64, setup, clock), FIELD(BYTES, setup, entropy), FIELD(TEXT, setup, root), FIELD(TEXT, setup, root_type),
	FIELD(TEXT, setup, upper), FIELD(TEXT, setup, upper_type), FIELD(TEXT, setup, upper_options), FIELD(U32, setup, flags),
	FIELD(TEXT, setup, hostname), FIELD(TEXT, setup, domainname), FIELD(BYTES, setup, hosts), FIELD(BYTES, setup, resolv_conf),
	FIELD(INTERFACES, setup, interfaces), FIELD(MOUNTS, setup, mounts), FIELD(TEXT_PAIRS, setup, sysctls),
	FIELD(TEXT_PAIRS, setup, limits), {0, 0},
};

const struct field run_fields[] = {
	FIELD(U32, run, process), FIELD(U32, run, flags), FIELD(TEXTS, run, argv), FIELD(TEXTS, run, env), FIELD(TEXT, run, cwd),
	FIELD(TEXT, run, user), FIELD(TEXTS, run, groups), FIELD(RLIMITS, run, rlimits), FIELD(U64, run, capabilities),
	FIELD(U16, run, rows), FIELD(U16, run, columns), FIELD(U16, run, stdin), FIELD(U16, run, stdout), FIELD(U16, run, stderr),
	FIELD(U32, run, credit), FIELD(U16, run, umask), FIELD(U16, run, oom_score), FIELD(TEXTS, run, hidden), FIELD(TEXTS, run, protected),
	{0, 0},
};

const struct field signal_fields[] = {
	FIELD(U32, signal, process), FIELD(U8, signal, signal), FIELD(U8, signal, scope), {0, 0},
};

const struct field resize_fields[] = {
	FIELD(U32, resize, process), FIELD(U16, resize, rows), FIELD(U16, resize, columns), {0, 0},
};

const struct field shutdown_fields[] = {FIELD(U8, shutdown, action), FIELD(U32, shutdown, grace), {0, 0}};
const struct field clock_fields[] = {FIELD(U64, clock, ns), {0, 0}};
const struct field processes_fields[] = {{0, 0}};
const struct field update_fields[] = {FIELD(TEXT_PAIRS, update, limits), {0, 0}};

const struct field interface_fields[] = {
	FIELD(OCTETS + 6, interface, mac), FIELD(TEXT, interface, name), FIELD(U16, interface, mtu), FIELD(IPV4S, interface, ipv4),
	FIELD(OCTETS + 4, interface, gateway4), FIELD(IPV6S, interface, ipv6), FIELD(OCTETS + 16, interface, gateway6), {0, 0},
};

const struct field mount_fields[] = {
	FIELD(TEXT, mount_point, source), FIELD(TEXT, mount_point, target), FIELD(TEXT, mount_point, type),
	FIELD(U32, mount_point, flags), FIELD(TEXT, mount_point, options), FIELD(U8, mount_point, kind), {0, 0},
};

/* Elements that are only walked through: where their fields would go does not matter. */
static const struct field text_pair_fields[] = {{TEXT, 0}, {TEXT, 0}, {0, 0}};
static const struct field ipv4_fields[] = {{OCTETS + 5, 0}, {0, 0}};
static const struct field ipv6_fields[] = {{OCTETS + 17, 0}, {0, 0}};
static const struct field rlimit_fields[] = {{OCTETS + 20, 0}, {0, 0}};

static const struct field *const elements[] = {
	[TEXTS - LIST] = text_pair_fields + 1, [TEXT_PAIRS - LIST] = text_pair_fields, [IPV4S - LIST] = ipv4_fields,
	[IPV6S - LIST] = ipv6_fields, [RLIMITS - LIST] = rlimit_fields, [MOUNTS - LIST] = mount_fields,
	[INTERFACES - LIST] = interface_fields,
};

uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof value);
	return value;
}

uint64_t get64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof value);
	return value;
}

const uint8_t *take_octets(struct cursor *c, size_t size)
{
	static const uint8_t zeros[20];
	const uint8_t *at = c->at;

	if ((size_t)(c->end - c->at) < size) {
		c->bad = true;
		c->at = c->end;
		return zeros;
	}
	c->at += size;
	return at;
}

uint32_t take32(struct cursor *c)
{
	return get32(take_octets(c, 4));
}

uint64_t take64(struct cursor *c)
{
	return get64(take_octets(c, 8));
}

static struct bytes take_bytes(struct cursor *c)
{
	struct bytes bytes;

	bytes.size = take32(c);
	if ((size_t)(c->end - c->at) < bytes.size) {
		c->bad = true;
		bytes.size = 0;
	}
	bytes.at = c->at;
	c->at += bytes.size;
	return bytes;
}

static struct bytes check_text(struct cursor *c)
{
	struct bytes text = take_bytes(c);

	for (uint32_t i = 0; i < text.size; i++)
		if (!text.at[i])
			c->bad = true;
	return text;
}

char *take_text(struct cursor *c)
{
	static char none[1];
	struct bytes text = check_text(c);
	char *moved = (char *)c->at - text.size - 1;

	if (c->bad)
		return none;
	memmove(moved, text.at, text.size);
	moved[text.size] = 0;
	return moved;
}

static void walk(struct cursor *, const struct field *, uint8_t *to);

static struct list take_list(struct cursor *c, const struct field *element)
{
	struct list list;

	list.count = take32(c);
	list.items = *c;
	for (uint32_t i = 0; i < list.count && !c->bad; i++)
		walk(c, element, NULL);
	list.items.end = c->at;
	return list;
}

/* Without a place to go to, texts are left as they are, to be taken later. */
static void walk(struct cursor *c, const struct field *f, uint8_t *to)
{
	for (; f->kind; f++) {
		uint8_t *place = (uint8_t *)((uintptr_t)to + f->place);

		if (f->kind < OCTETS) {
			const uint8_t *at = take_octets(c, f->kind);

			if (to)
				memcpy(place, at, f->kind);
		} else if (f->kind < TEXT) {
			const uint8_t *at = take_octets(c, f->kind - OCTETS);

			if (to)
				memcpy(place, &at, sizeof at);
		} else if (f->kind == TEXT) {
			if (to)
				*(char **)(void *)place = take_text(c);
			else
				check_text(c);
		} else if (f->kind == BYTES) {
			*(struct bytes *)(void *)place = take_bytes(c);
		} else {
			struct list list = take_list(c, elements[f->kind - LIST]);

			if (to)
				*(struct list *)(void *)place = list;
		}
	}
}

bool take_fields(struct cursor *c, const struct field *fields, void *to)
{
	walk(c, fields, to);
	return !c->bad;
}

void put_octets(struct writer *w, const void *from, size_t size)
{
	memcpy(w->at, from, size);
	w->at += size;
}

static void put(struct writer *w, uint64_t value, int size)
{
	for (; size; size--, value >>= 8)
		*w->at++ = (uint8_t)value;
}

void put8(struct writer *w, uint8_t value)
{
	put(w, value, 1);
}

void put16(struct writer *w, uint16_t value)
{
	put(w, value, 2);
}

void put32(struct writer *w, uint32_t value)
{
	put(w, value, 4);
}

void put64(struct writer *w, uint64_t value)
{
	put(w, value, 8);
}

void put_header(struct writer *w, uint8_t type, uint16_t stream, uint32_t length, uint64_t number)
{
	put8(w, type);
	put8(w, 0);
	put16(w, stream);
	put32(w, length);
	put64(w, number);
}
