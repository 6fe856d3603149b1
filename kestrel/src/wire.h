/* Values and messages of the link as PROTOCOL.md lays them out. */
#ifndef KESTREL_WIRE_H
#define KESTREL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WIRE_GENERATION = 1,
	WIRE_HEADER = 16,
	WIRE_TRAILER = 8,
	WIRE_PAYLOAD_MAX = 65536,
	WIRE_FRAME_MAX = WIRE_HEADER + WIRE_PAYLOAD_MAX + WIRE_TRAILER,
	WIRE_PADDING = WIRE_FRAME_MAX,
	WIRE_FIRST_NUMBERED = 16,
	WIRE_MUST_UNDERSTAND = 0x80,
};

#define WIRE_MAGIC 0x4B4E494C52505948u

enum wire_type {
	HELLO = 1, WELCOME = 2, ACK = 3,
	DATA = 16, END = 17, CREDIT = 18,
	SETUP = 32, RUN = 33, SIGNAL = 34, RESIZE = 35, SHUTDOWN = 36, CLOCK = 37, PROCESSES = 38, UPDATE = 39,
	RESULT = 64, EXIT = 65, NOTE = 66,
};

enum stage {
	STAGE_NONE, STAGE_MESSAGE, STAGE_MOUNTS, STAGE_NETWORK, STAGE_FILES, STAGE_USER, STAGE_CWD, STAGE_COMMAND,
	STAGE_RESOURCES, STAGE_PROCESS,
};

/* Reading a payload. What ends too early sets `bad` and gives zeros from then on. */
struct cursor {
	uint8_t *at, *end;
	bool bad;
};

struct bytes {
	const uint8_t *at;
	uint32_t size;
};

/* A list that was walked through once and is sound: its elements are taken from `items`, each once. */
struct list {
	uint32_t count;
	struct cursor items;
};

const uint8_t *take_octets(struct cursor *, size_t size);
uint32_t take32(struct cursor *);
uint64_t take64(struct cursor *);

/* A string that ends in NUL, in place: it is moved over its own length, so that each can be taken only once. */
char *take_text(struct cursor *);

/*
 * The layout of a message: its fields in order, each with the place in the structure that it goes to. Integers go there as
 * they are, since every processor that Kestrel knows is little-endian.
 */
struct field {
	uint8_t kind, place;
};

extern const struct field hello_fields[], setup_fields[], run_fields[], signal_fields[], resize_fields[], shutdown_fields[],
	clock_fields[], processes_fields[], update_fields[], interface_fields[], mount_fields[];

/* Reads fields into a structure, or only walks through them when `to` is NULL; false = malformed. */
bool take_fields(struct cursor *, const struct field *, void *to);

struct hello {
	uint64_t magic, nonce;
	uint16_t generation;
	uint64_t taken, clock;
};

struct setup {
	uint64_t clock;
	struct bytes entropy;
	char *root, *root_type, *upper, *upper_type, *upper_options;
	uint32_t flags;
	char *hostname, *domainname;
	struct bytes hosts, resolv_conf;
	struct list interfaces, mounts, sysctls, limits;
};

enum { SETUP_READ_ONLY = 1, SETUP_PRIVILEGED = 2 };

struct interface {
	const uint8_t *mac;
	char *name;
	uint16_t mtu;
	struct list ipv4;
	const uint8_t *gateway4;
	struct list ipv6;
	const uint8_t *gateway6;
};

struct mount_point {
	char *source, *target, *type;
	uint32_t flags;
	char *options;
	uint8_t kind;
};

enum { MOUNT_BIND = 1, MOUNT_OWN };

struct run {
	uint32_t process, flags;
	struct list argv, env;
	char *cwd, *user;
	struct list groups, rlimits;
	uint64_t capabilities;
	uint16_t rows, columns, stdin, stdout, stderr;
	uint32_t credit;
	uint16_t umask;
	int16_t oom_score;
	struct list hidden, protected;
};

enum { RUN_TERMINAL = 1, RUN_NO_NEW_PRIVILEGES = 2, RUN_CAPABILITIES = 4, RUN_FIRST = 8, RUN_TOOL = 16, RUN_BLOCKED = 32 };

struct signal {
	uint32_t process;
	uint8_t signal, scope;
};

enum { SCOPE_PROCESS, SCOPE_GROUP, SCOPE_ALL };

struct resize {
	uint32_t process;
	uint16_t rows, columns;
};

struct shutdown {
	uint8_t action;
	uint32_t grace;
};

enum { SHUTDOWN_POWER_OFF, SHUTDOWN_RESTART };

struct clock {
	uint64_t ns;
};

struct update {
	struct list limits;
};

/* What any request's fields fit into. */
union request {
	struct setup setup;
	struct run run;
	struct signal signal;
	struct resize resize;
	struct shutdown shutdown;
	struct clock clock;
	struct update update;
};

/* Writing a payload into a buffer that the caller made large enough. */
struct writer {
	uint8_t *at;
};

void put8(struct writer *, uint8_t);
void put16(struct writer *, uint16_t);
void put32(struct writer *, uint32_t);
void put64(struct writer *, uint64_t);
void put_octets(struct writer *, const void *, size_t);

uint32_t get32(const uint8_t *);
uint64_t get64(const uint8_t *);

void put_header(struct writer *, uint8_t type, uint16_t stream, uint32_t length, uint64_t number);

#endif
