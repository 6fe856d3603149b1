#include "wire.h"

#include "memory.h"

uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint64_t get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

const uint8_t *take_octets(struct cursor *c, size_t size)
{
	static const uint8_t zeros[16];
	const uint8_t *at = c->at;

	if ((size_t)(c->end - c->at) < size) {
		c->bad = true;
		c->at = c->end;
		return zeros;
	}
	c->at += size;
	return at;
}

uint8_t take8(struct cursor *c)
{
	return *take_octets(c, 1);
}

uint16_t take16(struct cursor *c)
{
	const uint8_t *at = take_octets(c, 2);

	return (uint16_t)(at[0] | at[1] << 8);
}

uint32_t take32(struct cursor *c)
{
	return get32(take_octets(c, 4));
}

uint64_t take64(struct cursor *c)
{
	return get64(take_octets(c, 8));
}

struct bytes take_bytes(struct cursor *c)
{
	uint32_t size = take32(c);
	const uint8_t *at;

	if ((size_t)(c->end - c->at) < size) {
		c->bad = true;
		size = 0;
	}
	at = c->at;
	c->at += size;
	return (struct bytes){at, size};
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
	uint8_t *moved;

	if (c->bad)
		return none;
	moved = c->at - text.size - 1;
	memmove(moved, text.at, text.size);
	moved[text.size] = 0;
	return (char *)moved;
}

static char *text_of(struct cursor *c, bool use)
{
	if (use)
		return take_text(c);
	check_text(c);
	return NULL;
}

/* Walks through a list by its element's function and keeps where it began. */
static struct list take_list(struct cursor *c, void (*element)(struct cursor *))
{
	struct list list;

	list.count = take32(c);
	list.items = *c;
	for (uint32_t i = 0; i < list.count && !c->bad; i++)
		element(c);
	list.items.end = c->at;
	return list;
}

static void skip_text(struct cursor *c)
{
	check_text(c);
}

static void skip_two_texts(struct cursor *c)
{
	check_text(c);
	check_text(c);
}

static void skip_ipv4(struct cursor *c)
{
	take_octets(c, 5);
}

static void skip_ipv6(struct cursor *c)
{
	take_octets(c, 16);
	take8(c);
}

static void skip_rlimit(struct cursor *c)
{
	take32(c);
	take_octets(c, 16);
}

void take_interface(struct cursor *c, struct interface *i, bool use)
{
	i->mac = take_octets(c, 6);
	i->name = text_of(c, use);
	i->mtu = take16(c);
	i->ipv4 = take_list(c, skip_ipv4);
	i->gateway4 = take_octets(c, 4);
	i->ipv6 = take_list(c, skip_ipv6);
	i->gateway6 = take_octets(c, 16);
}

void take_mount(struct cursor *c, struct mount_point *m, bool use)
{
	m->source = text_of(c, use);
	m->target = text_of(c, use);
	m->type = text_of(c, use);
	m->flags = take32(c);
	m->options = text_of(c, use);
	m->kind = take8(c);
}

static void skip_interface(struct cursor *c)
{
	struct interface i;

	take_interface(c, &i, false);
}

static void skip_mount(struct cursor *c)
{
	struct mount_point m;

	take_mount(c, &m, false);
}

bool take_hello(struct cursor c, struct hello *h)
{
	h->magic = take64(&c);
	h->nonce = take64(&c);
	h->generation = take16(&c);
	h->taken = take64(&c);
	h->clock = take64(&c);
	return !c.bad && h->magic == WIRE_MAGIC && h->nonce && h->generation;
}

bool take_setup(struct cursor c, struct setup *s)
{
	s->clock = take64(&c);
	s->entropy = take_bytes(&c);
	s->root = take_text(&c);
	s->root_type = take_text(&c);
	s->upper = take_text(&c);
	s->upper_type = take_text(&c);
	s->upper_options = take_text(&c);
	s->flags = take32(&c);
	s->hostname = take_text(&c);
	s->domainname = take_text(&c);
	s->hosts = take_bytes(&c);
	s->resolv_conf = take_bytes(&c);
	s->interfaces = take_list(&c, skip_interface);
	s->mounts = take_list(&c, skip_mount);
	s->sysctls = take_list(&c, skip_two_texts);
	return !c.bad && s->entropy.size <= 512;
}

bool take_run(struct cursor c, struct run *r)
{
	r->process = take32(&c);
	r->flags = take32(&c);
	r->argv = take_list(&c, skip_text);
	r->env = take_list(&c, skip_text);
	r->cwd = take_text(&c);
	r->user = take_text(&c);
	r->groups = take_list(&c, skip_text);
	r->rlimits = take_list(&c, skip_rlimit);
	r->capabilities = take64(&c);
	r->rows = take16(&c);
	r->columns = take16(&c);
	r->stdin = take16(&c);
	r->stdout = take16(&c);
	r->stderr = take16(&c);
	r->credit = take32(&c);
	r->umask = take16(&c);
	r->oom_score = (int16_t)take16(&c);
	return !c.bad && r->argv.count;
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
