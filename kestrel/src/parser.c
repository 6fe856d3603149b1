#include "parser.h"

#include "memory.h"

uint8_t *parser_space(struct parser *p, size_t *size)
{
	if (p->begin) {
		memmove(p->buffer, p->buffer + p->begin, p->end - p->begin);
		p->end -= p->begin;
		p->begin = 0;
	}
	*size = sizeof p->buffer - p->end;
	return p->buffer + p->end;
}

void parser_filled(struct parser *p, size_t size)
{
	p->end += size;
}

static bool lose(struct parser *p)
{
	p->lost = true;
	p->zeros = 0;
	return false;
}

/* Skips padding and, while lost, all that no padding precedes; false = no octet of a frame is left. */
static bool find_begin(struct parser *p)
{
	for (; p->begin < p->end; p->begin++) {
		if (!p->buffer[p->begin]) {
			p->zeros += p->lost;
			continue;
		}
		if (!p->lost || (p->zeros >= WIRE_PADDING && p->buffer[p->begin] == HELLO))
			return true;
		p->zeros = 0;
	}
	return false;
}

static bool known(uint8_t type)
{
	return type == HELLO || type == ACK || (type >= DATA && type <= CREDIT) || (type >= SETUP && type <= UPDATE);
}

/* Whether a whole frame with a right trailer is to be acted upon. */
static bool wanted(struct parser *p, const struct frame *f, uint8_t flags)
{
	if (p->lost && f->type != HELLO)
		return false;
	if ((flags & WIRE_MUST_UNDERSTAND) && !known(f->type))
		return lose(p);
	if (f->type < WIRE_FIRST_NUMBERED)
		return f->number ? lose(p) : true;
	if (!f->number || f->number > p->taken + 1)
		return lose(p);
	if (f->number <= p->taken)
		return false;
	p->taken++;
	return true;
}

bool parser_next(struct parser *p, struct frame *f)
{
	while (find_begin(p)) {
		uint8_t *at = p->buffer + p->begin;
		size_t have = p->end - p->begin;
		size_t length;

		if (have < WIRE_HEADER)
			return false;
		length = get32(at + 4);
		if (length > WIRE_PAYLOAD_MAX) {
			lose(p);
			p->begin++;
			continue;
		}
		if (have < WIRE_HEADER + length + WIRE_TRAILER)
			return false;
		p->begin += WIRE_HEADER + length + WIRE_TRAILER;
		f->type = at[0];
		f->stream = (uint16_t)(at[2] | at[3] << 8);
		f->number = get64(at + 8);
		f->payload = (struct cursor){at + WIRE_HEADER, at + WIRE_HEADER + length, false};
		if (get64(f->payload.end) != ~f->number)
			continue;
		if (wanted(p, f, at[1])) {
			p->lost = false;
			return true;
		}
	}
	return false;
}

void parser_refuse(struct parser *p, const struct frame *f)
{
	if (f->number)
		p->taken--;
	lose(p);
}

void parser_restart(struct parser *p)
{
	p->begin = p->end = 0;
	p->lost = false;
}
