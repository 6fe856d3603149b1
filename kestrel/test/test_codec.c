/*
 * Codec of Kestrel, compiled for the machine at hand, for test.py: reads lines from stdin.
 *   decode TYPE HEX   prints the payload's fields as vectors.txt writes them, or `malformed`; then `.`
 *   parse NEXT HEX    prints `takes ...` and `ends ...` as a stream block of vectors.txt
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/parser.h"

static struct parser parser;
static char line[1 << 20];
static uint8_t octets[1 << 19];
static union {
	union request request;
	struct hello hello;
} decoded;

static size_t unhex(const char *text)
{
	size_t size = 0;
	unsigned octet;

	while (sscanf(text + 2 * size, "%2x", &octet) == 1)
		octets[size++] = (uint8_t)octet;
	return size;
}

static void text(const char *name, const char *value)
{
	printf("%s text \"", name);
	for (; *value; value++)
		if (*value >= 32 && *value < 127 && *value != '"' && *value != '\\')
			putchar(*value);
		else
			printf("\\x%02x", (unsigned char)*value);
	puts("\"");
}

static void hex(const char *name, const char *kind, const uint8_t *at, size_t size)
{
	printf("%s %s ", name, kind);
	for (size_t i = 0; i < size; i++)
		printf("%02x", at[i]);
	puts(size ? "" : "-");
}

static void number(const char *name, const char *kind, uint64_t value)
{
	printf("%s %s %llu\n", name, kind, (unsigned long long)value);
}

static const char *part(const char *list, unsigned i, const char *field)
{
	static char name[4][128];
	static unsigned turn;

	turn = (turn + 1) % 4;
	snprintf(name[turn], sizeof name[turn], "%s[%u]%s", list, i, field);
	return name[turn];
}

static void texts(const char *name, struct list list)
{
	printf("%s list %u\n", name, list.count);
	for (unsigned i = 0; i < list.count; i++)
		text(part(name, i, ""), take_text(&list.items));
}

static void addresses(const char *name, struct list list, size_t size)
{
	printf("%s list %u\n", name, list.count);
	for (unsigned i = 0; i < list.count; i++) {
		hex(part(name, i, ".address"), "octets", take_octets(&list.items, size), size);
		number(part(name, i, ".prefix"), "u8", *take_octets(&list.items, 1));
	}
}

static void interfaces(struct list list)
{
	printf("interfaces list %u\n", list.count);
	for (unsigned i = 0; i < list.count; i++) {
		struct interface f;

		take_fields(&list.items, interface_fields, &f);
		hex(part("interfaces", i, ".mac"), "octets", f.mac, 6);
		text(part("interfaces", i, ".name"), f.name);
		number(part("interfaces", i, ".mtu"), "u16", f.mtu);
		addresses(part("interfaces", i, ".ipv4"), f.ipv4, 4);
		hex(part("interfaces", i, ".gateway4"), "octets", f.gateway4, 4);
		addresses(part("interfaces", i, ".ipv6"), f.ipv6, 16);
		hex(part("interfaces", i, ".gateway6"), "octets", f.gateway6, 16);
	}
}

static void mounts(struct list list)
{
	printf("mounts list %u\n", list.count);
	for (unsigned i = 0; i < list.count; i++) {
		struct mount_point m;

		take_fields(&list.items, mount_fields, &m);
		text(part("mounts", i, ".source"), m.source);
		text(part("mounts", i, ".target"), m.target);
		text(part("mounts", i, ".type"), m.type);
		number(part("mounts", i, ".flags"), "u32", m.flags);
		text(part("mounts", i, ".options"), m.options);
		number(part("mounts", i, ".kind"), "u8", m.kind);
	}
}

static void settings(const char *name, struct list list)
{
	printf("%s list %u\n", name, list.count);
	for (unsigned i = 0; i < list.count; i++) {
		text(part(name, i, ".name"), take_text(&list.items));
		text(part(name, i, ".value"), take_text(&list.items));
	}
}

static void print_setup(const struct setup *s)
{
	number("clock", "u64", s->clock);
	hex("entropy", "bytes", s->entropy.at, s->entropy.size);
	text("root", s->root);
	text("root_type", s->root_type);
	text("upper", s->upper);
	text("upper_type", s->upper_type);
	text("upper_options", s->upper_options);
	number("flags", "u32", s->flags);
	text("hostname", s->hostname);
	text("domainname", s->domainname);
	hex("hosts", "bytes", s->hosts.at, s->hosts.size);
	hex("resolv_conf", "bytes", s->resolv_conf.at, s->resolv_conf.size);
	interfaces(s->interfaces);
	mounts(s->mounts);
	settings("sysctls", s->sysctls);
	settings("limits", s->limits);
}

static void print_run(const struct run *r)
{
	struct list rlimits = r->rlimits;

	number("process", "u32", r->process);
	number("flags", "u32", r->flags);
	texts("argv", r->argv);
	texts("env", r->env);
	text("cwd", r->cwd);
	text("user", r->user);
	texts("groups", r->groups);
	printf("rlimits list %u\n", rlimits.count);
	for (unsigned i = 0; i < rlimits.count; i++) {
		number(part("rlimits", i, ".resource"), "u32", take32(&rlimits.items));
		number(part("rlimits", i, ".soft"), "u64", take64(&rlimits.items));
		number(part("rlimits", i, ".hard"), "u64", take64(&rlimits.items));
	}
	number("capabilities", "u64", r->capabilities);
	number("rows", "u16", r->rows);
	number("columns", "u16", r->columns);
	number("stdin", "u16", r->stdin);
	number("stdout", "u16", r->stdout);
	number("stderr", "u16", r->stderr);
	number("credit", "u32", r->credit);
	number("umask", "u16", r->umask);
	number("oom_score", "u16", (uint16_t)r->oom_score);
	texts("hidden", r->hidden);
	texts("protected", r->protected);
}

static void decode(uint8_t type, size_t size)
{
	static const struct field *const requests[] = {
		setup_fields, run_fields, signal_fields, resize_fields, shutdown_fields, clock_fields, processes_fields, update_fields,
	};
	struct cursor c = {octets, octets + size, false};
	const union request *r = &decoded.request;
	uint32_t id = 0;

	if (type != HELLO)
		id = take32(&c);
	if (c.bad || !take_fields(&c, type == HELLO ? hello_fields : requests[type - SETUP], &decoded) ||
	    (type == RUN && !r->run.argv.count)) {
		puts("malformed");
		return;
	}
	if (type != HELLO)
		number("id", "u32", id);
	switch (type) {
	case HELLO:
		number("magic", "u64", decoded.hello.magic);
		number("nonce", "u64", decoded.hello.nonce);
		number("generation", "u16", decoded.hello.generation);
		number("taken", "u64", decoded.hello.taken);
		number("clock", "u64", decoded.hello.clock);
		break;
	case SETUP: print_setup(&r->setup); break;
	case RUN: print_run(&r->run); break;
	case SIGNAL:
		number("process", "u32", r->signal.process);
		number("signal", "u8", r->signal.signal);
		number("scope", "u8", r->signal.scope);
		break;
	case RESIZE:
		number("process", "u32", r->resize.process);
		number("rows", "u16", r->resize.rows);
		number("columns", "u16", r->resize.columns);
		break;
	case SHUTDOWN:
		number("action", "u8", r->shutdown.action);
		number("grace", "u32", r->shutdown.grace);
		break;
	case CLOCK: number("clock", "u64", r->clock.ns); break;
	case UPDATE: settings("limits", r->update.limits); break;
	default: break;
	}
}

static void parse(uint64_t next, size_t size)
{
	struct frame f;
	size_t at = 0;
	bool any = false;

	memset(&parser, 0, sizeof parser);
	parser.taken = next - 1;
	fputs("takes", stdout);
	while (at < size) {
		size_t space;
		uint8_t *to = parser_space(&parser, &space);
		size_t part_size = size - at < space ? size - at : space;

		/* Odd pieces, so that frames come in parts. */
		if (part_size > 7)
			part_size = 7;
		memcpy(to, octets + at, part_size);
		at += part_size;
		parser_filled(&parser, part_size);
		while (parser_next(&parser, &f)) {
			printf(" %u:%llu", f.type, (unsigned long long)f.number);
			any = true;
		}
	}
	printf("%s\nends %s\n", any ? "" : " -", parser.lost ? "lost" : parser.begin < parser.end ? "part" : "whole");
}

int main(void)
{
	while (fgets(line, sizeof line, stdin)) {
		char word[16];
		unsigned long long value;
		int at = 0;

		if (sscanf(line, "%15s %llu %n", word, &value, &at) < 2)
			return 2;
		if (strcmp(word, "decode") == 0)
			decode((uint8_t)value, unhex(line + at));
		else
			parse(value, unhex(line + at));
		puts(".");
		fflush(stdout);
	}
	return 0;
}
