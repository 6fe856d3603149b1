/* The processes that RUN made: their octets in and out, their end. */
#ifndef KESTREL_PROCESS_H
#define KESTREL_PROCESS_H

#include "wire.h"

/* One octet of the ring for input is left for the end-of-file character of a terminal. */
enum { PROCESS_MAX = 64, INPUT_RING = 32 * 1024, INPUT_MAX = INPUT_RING - 1 };

enum process_state { PROCESS_NONE, PROCESS_RUNS, PROCESS_DEAD, PROCESS_ENDED };

/* A stream to the host. `open` until its END was sent; `fd` is -1 when there is nothing more to read. */
struct outlet {
	int fd;
	uint16_t stream;
	bool open, ready, hung_up;
	uint32_t credit;
	uint32_t owed; /* octets that were waiting when the process died */
};

/* A stream from the host. */
struct inlet {
	int fd;
	uint16_t stream;
	bool ready, ending;
	uint32_t at, size;  /* what waits in `octets`, a ring */
	uint32_t grant;     /* credit not yet given */
	uint8_t octets[INPUT_RING];
};

struct process {
	uint32_t id;
	int pid;
	enum process_state state;
	int status;
	bool terminal, oom;
	uint64_t ended_at, deadline;
	struct outlet out[2];
	struct inlet in;
};

/* All descriptors are reported to `epoll`, tagged from `first_tag` on. */
void processes_begin(int epoll, uint64_t first_tag);
void processes_ready(uint64_t tag, uint32_t events);

/* A place for process `id`; NULL with *error set (EEXIST, EAGAIN) when there is none. */
struct process *process_place(uint32_t id, int *error);

bool stream_in_use(uint16_t stream);

/* The process runs: its streams are served from now on. 0 or a negative errno. */
int process_watch(struct process *);

/* Closes what the host's side of its streams has open. */
void process_close(struct process *);

/* Takes the status of every child that ended; true = no child is left. */
bool processes_reap(void);

/* Moves octets, sends what is due; ms until it is to be called again at the latest, -1 = no matter. */
int processes_pump(void);

/* Every process's EXIT is sent. */
bool processes_settled(void);

bool process_input(uint16_t stream, const uint8_t *octets, size_t size);
void process_end(uint16_t stream);
void process_credit(uint16_t stream, uint32_t octets);

/* SIGNAL, RESIZE and PROCESSES. */
int process_signal(const union request *);
int process_resize(const union request *);
int process_list(const union request *);

#endif
