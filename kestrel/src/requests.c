#include "requests.h"

#include "clock.h"
#include "memory.h"
#include "outcome.h"
#include "outbox.h"
#include "process.h"
#include "run.h"
#include "setup.h"
#include "shutdown.h"
#include "sys.h"

/* An answer's payload before its value, and the longest value. */
enum { RESULT_FIXED = 13, RESULT_VALUE_MAX = 1024 };

static struct {
	uint8_t stage;
	const void *value;
	size_t size;
} answer;

int judged(int result, uint8_t stage, const char *what)
{
	if (result >= 0)
		return 0;
	answer.stage = stage;
	give(what, length_of(what));
	return result;
}

void give(const void *value, size_t size)
{
	answer.value = value;
	answer.size = size < RESULT_VALUE_MAX ? size : RESULT_VALUE_MAX;
}

static int malformed(void)
{
	return judged(-EBADMSG, STAGE_MESSAGE, "");
}

static void send_answer(uint32_t id, int result)
{
	uint8_t payload[RESULT_FIXED + RESULT_VALUE_MAX];
	struct writer w = {payload};

	put32(&w, id);
	put32(&w, (uint32_t)-result);
	put8(&w, answer.stage);
	put32(&w, (uint32_t)answer.size);
	put_octets(&w, answer.value, answer.size);
	outbox_add(RESULT, 0, payload, (size_t)(w.at - payload));
}

static int on_setup(struct cursor *c)
{
	struct setup s;

	return take_setup(*c, &s) ? setup(&s) : malformed();
}

static int on_run(struct cursor *c)
{
	struct run r;

	return take_run(*c, &r) ? run(&r) : malformed();
}

static int on_signal(struct cursor *c)
{
	uint32_t id = take32(c);
	uint8_t signal = take8(c), scope = take8(c);

	if (c->bad || scope > 2)
		return malformed();
	return process_signal(id, signal, scope);
}

static int on_resize(struct cursor *c)
{
	uint32_t id = take32(c);
	uint16_t rows = take16(c), columns = take16(c);

	return c->bad ? malformed() : process_resize(id, rows, columns);
}

static int on_shutdown(struct cursor *c)
{
	uint8_t action = take8(c);
	uint32_t grace = take32(c);

	if (c->bad || action > 1)
		return malformed();
	shutdown_begin(action, grace);
	return 0;
}

static int on_clock(struct cursor *c)
{
	uint64_t ns = take64(c);
	int result;

	if (c->bad)
		return malformed();
	result = set_clock(ns);
	return judged(result, STAGE_RESOURCES, "clock");
}

static int on_processes(struct cursor *c)
{
	(void)c;
	return process_list();
}

static int (*const handlers[])(struct cursor *) = {
	[SETUP - SETUP] = on_setup,
	[RUN - SETUP] = on_run,
	[SIGNAL - SETUP] = on_signal,
	[RESIZE - SETUP] = on_resize,
	[SHUTDOWN - SETUP] = on_shutdown,
	[CLOCK - SETUP] = on_clock,
	[PROCESSES - SETUP] = on_processes,
};

static bool request(struct frame *f)
{
	struct cursor *c = &f->payload;
	uint32_t id;

	if (outbox_room(RESULT) < RESULT_FIXED + RESULT_VALUE_MAX)
		return false;
	id = take32(c);
	answer.stage = STAGE_NONE;
	give(NULL, 0);
	send_answer(id, c->bad ? malformed() : handlers[f->type - SETUP](c));
	return true;
}

bool requests_frame(struct frame *f)
{
	if (f->type >= SETUP && f->type <= PROCESSES)
		return request(f);
	if (f->type == DATA)
		return process_input(f->stream, f->payload.at, (size_t)(f->payload.end - f->payload.at));
	if (f->type == END)
		process_end(f->stream);
	else if (f->type == CREDIT)
		process_credit(f->stream, take32(&f->payload));
	return true;
}
