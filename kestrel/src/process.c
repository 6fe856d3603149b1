#include "process.h"

#include "cgroup.h"
#include "clock.h"
#include "outbox.h"
#include "outcome.h"
#include "streams.h"
#include "sys.h"

enum { LINGER_MS = 100 };

static struct process table[PROCESS_MAX];
static int epoll;
static uint64_t first_tag;

void processes_begin(int epoll_fd, uint64_t tag)
{
	epoll = epoll_fd;
	first_tag = tag;
}

static bool finished(const struct process *p)
{
	return p->state == PROCESS_NONE || (p->state == PROCESS_ENDED && !p->out[0].open && !p->out[1].open);
}

static struct process *find(uint32_t id)
{
	for (struct process *p = table; p < table + PROCESS_MAX; p++)
		if (p->state != PROCESS_NONE && p->id == id)
			return p;
	return NULL;
}

/* Places are used in turn, so that those that ended last are known longest; the workload's is kept. */
struct process *process_place(uint32_t id, int *error)
{
	static unsigned turn;

	*error = -EEXIST;
	if (find(id))
		return NULL;
	for (unsigned i = 0; i < PROCESS_MAX; i++) {
		struct process *p = &table[turn++ % PROCESS_MAX];

		if (!finished(p) || (p->state == PROCESS_ENDED && p->id == 1))
			continue;
		*p = (struct process){.id = id, .in = {.fd = -1}, .out = {{.fd = -1}, {.fd = -1}}};
		return p;
	}
	*error = -EAGAIN;
	return NULL;
}

static struct outlet *outlet_of(uint16_t stream)
{
	for (struct process *p = table; p < table + PROCESS_MAX; p++)
		for (int i = 0; i < 2; i++)
			if (p->state != PROCESS_NONE && p->out[i].open && p->out[i].stream == stream)
				return &p->out[i];
	return NULL;
}

static struct process *reader_of(uint16_t stream)
{
	for (struct process *p = table; p < table + PROCESS_MAX; p++)
		if (p->state == PROCESS_RUNS && p->in.stream == stream)
			return p;
	return NULL;
}

bool stream_in_use(uint16_t stream)
{
	return stream && (outlet_of(stream) || reader_of(stream));
}

/* Tags count the descriptors: four a process, of which three are used, the input last. */
int process_watch(struct process *p)
{
	uint64_t tag = first_tag + 4 * (uint64_t)(p - table);
	const int fds[] = {p->out[0].fd, p->out[1].fd, p->in.fd};
	int result = 0;

	for (unsigned i = 0; i < 3 && result >= 0; i++) {
		struct epoll_event event = {.events = (i < 2 ? EPOLLIN : EPOLLOUT) | EPOLLET, .data = tag + i};

		if (fds[i] >= 0)
			result = sys_epoll_add(epoll, fds[i], &event);
	}
	return result;
}

void processes_ready(uint64_t tag, uint32_t events)
{
	struct process *p = table + (tag - first_tag) / 4;
	unsigned which = (unsigned)((tag - first_tag) % 4);

	if (which == 2) {
		p->in.ready = true;
		return;
	}
	p->out[which].ready = true;
	p->out[which].hung_up |= (events & (EPOLLHUP | EPOLLERR)) != 0;
}

void process_close(struct process *p)
{
	inlet_close(&p->in);
	outlet_close(&p->out[0]);
	outlet_close(&p->out[1]);
}

static void died(struct process *p, int status)
{
	p->state = PROCESS_DEAD;
	p->status = status;
	p->ended_at = now_ns(CLOCK_WALL);
	p->deadline = now_ms() + LINGER_MS;
	p->oom = cgroup_had_oom();
	inlet_close(&p->in);
	outlet_count_owed(&p->out[0]);
	outlet_count_owed(&p->out[1]);
}

bool processes_reap(void)
{
	int status;
	int pid;

	while ((pid = sys_wait(-1, &status, WNOHANG)) > 0)
		for (struct process *p = table; p < table + PROCESS_MAX; p++)
			if (p->state == PROCESS_RUNS && p->pid == pid)
				died(p, status);
	return pid == -ECHILD;
}

static bool may_exit(const struct process *p, uint64_t now)
{
	for (const struct outlet *o = p->out; o < p->out + 2; o++)
		if (o->open && (o->fd < 0 || o->owed || now < p->deadline))
			return false;
	return true;
}

static void send_exit(struct process *p)
{
	uint8_t payload[16];
	struct writer w = {payload};
	int signal = p->status & 0x7f;

	if (outbox_room(EXIT) < (int)sizeof payload)
		return;
	put32(&w, p->id);
	put8(&w, signal != 0);
	put8(&w, (uint8_t)(signal ? signal : p->status >> 8));
	put8(&w, (p->status & 0x80) != 0);
	put8(&w, p->oom);
	put64(&w, p->ended_at);
	outbox_add(EXIT, 0, payload, sizeof payload);
	p->state = PROCESS_ENDED;
}

int processes_pump(void)
{
	uint64_t now = now_ms();
	int due = -1;
	bool moved = true;

	while (moved) {
		moved = false;
		for (struct process *p = table; p < table + PROCESS_MAX; p++)
			if (p->state != PROCESS_NONE && !finished(p))
				moved |= (int)outlet_pump(&p->out[0]) | (int)outlet_pump(&p->out[1]);
	}
	for (struct process *p = table; p < table + PROCESS_MAX; p++) {
		if (p->state == PROCESS_RUNS)
			inlet_pump(&p->in, p->terminal);
		if (p->state != PROCESS_DEAD)
			continue;
		if (may_exit(p, now))
			send_exit(p);
		else if (now < p->deadline && (due < 0 || (int)(p->deadline - now) < due))
			due = (int)(p->deadline - now);
	}
	return due;
}

bool processes_settled(void)
{
	for (struct process *p = table; p < table + PROCESS_MAX; p++)
		if (p->state == PROCESS_RUNS || p->state == PROCESS_DEAD)
			return false;
	return true;
}

bool process_input(uint16_t stream, const uint8_t *octets, size_t size)
{
	struct process *p = stream ? reader_of(stream) : NULL;

	return !p || inlet_add(&p->in, octets, size);
}

void process_end(uint16_t stream)
{
	struct process *reader = stream ? reader_of(stream) : NULL;
	struct outlet *outlet = stream ? outlet_of(stream) : NULL;

	if (reader)
		inlet_end(&reader->in, reader->terminal);
	if (outlet)
		outlet_close(outlet);
}

void process_credit(uint16_t stream, uint32_t octets)
{
	struct outlet *o = stream ? outlet_of(stream) : NULL;

	if (o)
		o->credit = o->credit + octets < octets ? UINT32_MAX : o->credit + octets;
}

static struct process *find_running(uint32_t id)
{
	struct process *p = find(id);

	return p && p->state == PROCESS_RUNS ? p : NULL;
}

int process_signal(const union request *r)
{
	struct process *p = find_running(r->signal.process);
	int target = -1;

	if (r->signal.scope > SCOPE_ALL)
		return judged(-EBADMSG, STAGE_MESSAGE, "");
	if (r->signal.scope != SCOPE_ALL) {
		if (!p)
			return judged(-ESRCH, STAGE_PROCESS, "");
		target = r->signal.scope == SCOPE_GROUP ? -p->pid : p->pid;
	}
	return judged(sys_kill(target, r->signal.signal), STAGE_PROCESS, "");
}

int process_resize(const union request *r)
{
	struct process *p = find_running(r->resize.process);
	struct winsize size = {.ws_row = r->resize.rows, .ws_col = r->resize.columns};
	int result = -ESRCH;

	if (p)
		result = p->terminal ? sys_ioctl(p->out[0].fd, TIOCSWINSZ, &size) : -ENOTTY;
	return judged(result, STAGE_PROCESS, "");
}

int process_list(const union request *r)
{
	static uint8_t value[4 + 9 * PROCESS_MAX];
	struct writer w = {value};
	uint32_t count = 0;

	(void)r;
	put32(&w, 0);
	for (struct process *p = table; p < table + PROCESS_MAX; p++) {
		if (p->state == PROCESS_NONE)
			continue;
		put32(&w, p->id);
		put32(&w, (uint32_t)p->pid);
		put8(&w, p->state == PROCESS_ENDED ? 2 : 1);
		count++;
	}
	w.at = value;
	put32(&w, count);
	give(value, 4 + 9 * count);
	return 0;
}
