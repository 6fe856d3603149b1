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

static int set_clock_asked(const union request *r)
{
	return judged(set_clock(r->clock.ns), STAGE_RESOURCES, "clock");
}

/* Requests from SETUP on. */
static const struct {
	const struct field *fields;
	int (*act)(const union request *);
} handlers[] = {
	{setup_fields, setup},   {run_fields, run},           {signal_fields, process_signal},
	{resize_fields, process_resize}, {shutdown_fields, shutdown_asked}, {clock_fields, set_clock_asked},
	{processes_fields, process_list}, {update_fields, update},
};

static bool request(struct frame *f)
{
	static union request r;
	uint32_t id;
	int result;

	if (outbox_room(RESULT) < RESULT_FIXED + RESULT_VALUE_MAX)
		return false;
	id = take32(&f->payload);
	answer.stage = STAGE_NONE;
	give(NULL, 0);
	if (take_fields(&f->payload, handlers[f->type - SETUP].fields, &r))
		result = handlers[f->type - SETUP].act(&r);
	else
		result = judged(-EBADMSG, STAGE_MESSAGE, "");
	send_answer(id, result);
	return true;
}

bool requests_frame(struct frame *f)
{
	if (f->type >= SETUP && f->type <= UPDATE)
		return request(f);
	if (f->type == DATA)
		return process_input(f->stream, f->payload.at, (size_t)(f->payload.end - f->payload.at));
	if (f->type == END)
		process_end(f->stream);
	else if (f->type == CREDIT)
		process_credit(f->stream, take32(&f->payload));
	return true;
}
