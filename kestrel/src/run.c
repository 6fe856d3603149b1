#include "run.h"

#include "cgroup.h"
#include "child.h"
#include "memory.h"
#include "mounts.h"
#include "outcome.h"
#include "process.h"
#include "root.h"
#include "sys.h"

/* What a workload can print before the agent must take its turn: without KVM each change of turns empties the processor's tables. */
enum { PIPE_SIZE = 256 * 1024 };

/* The child's ends of its streams; each is closed here once the child has it. */
static int theirs[3];

/* One pipe: ours does not block, and -1 stands for /dev/null. */
static int make_pipe(int which, int *ours)
{
	int ends[2];
	int result = sys_pipe(ends, 0);
	int mine = which == 0;

	if (result < 0)
		return result;
	*ours = ends[mine];
	theirs[which] = ends[!mine];
	sys_fcntl(*ours, F_SETPIPE_SZ, PIPE_SIZE);
	return sys_fcntl(*ours, F_SETFL, (mine ? O_WRONLY : O_RDONLY) | O_NONBLOCK);
}

static int make_pipes(const struct run *r, struct process *p)
{
	int result = 0;

	if (r->stdin)
		result = make_pipe(0, &p->in.fd);
	if (result >= 0 && r->stdout)
		result = make_pipe(1, &p->out[0].fd);
	if (result >= 0 && r->stderr)
		result = make_pipe(2, &p->out[1].fd);
	return result;
}

static int make_terminal(const struct run *r, struct process *p)
{
	struct winsize size = {.ws_row = r->rows, .ws_col = r->columns};
	int result = terminal_open();

	if (result < 0)
		return result;
	p->out[0].fd = result;
	if (r->rows || r->columns)
		result = sys_ioctl(p->out[0].fd, TIOCSWINSZ, &size);
	if (result >= 0 && r->stdin)
		result = p->in.fd = (int)sys_fcntl(p->out[0].fd, F_DUPFD_CLOEXEC, 3);
	if (result >= 0)
		result = theirs[0] = (int)sys_ioctl(p->out[0].fd, TIOCGPTPEER, (void *)(O_RDWR | O_NOCTTY | O_CLOEXEC));
	return result < 0 ? result : 0;
}

static int make_streams(const struct run *r, struct process *p)
{
	p->terminal = r->flags & RUN_TERMINAL;
	p->in.stream = r->stdin;
	p->in.grant = INPUT_MAX;
	p->out[0].stream = r->stdout;
	p->out[1].stream = r->stderr;
	for (int i = 0; i < 3; i++)
		theirs[i] = -1;
	for (int i = 0; i < 2; i++) {
		p->out[i].credit = r->credit;
		p->out[i].ready = true;
	}
	p->in.ready = true;
	return p->terminal ? make_terminal(r, p) : make_pipes(r, p);
}

static void close_theirs(void)
{
	for (int i = 0; i < 3; i++)
		if (theirs[i] >= 0)
			sys_close(theirs[i]);
}

/* What the child reports when it cannot become the program; the pipe ends without a word when it does. */
static int hear(int pipe)
{
	static struct child_report report;
	int size = sys_read(pipe, &report, sizeof report);

	if (size == 0)
		return 0;
	if (size != sizeof report)
		return judged(-EIO, STAGE_RESOURCES, "");
	return judged(report.error, report.stage, report.what);
}

/* Children are made in this PID namespace from now on. */
static int enter_pids(int fd)
{
	int result = sys_setns(fd, CLONE_NEWPID);

	sys_close(fd);
	return result;
}

/*
 * The first process begins the PID namespace that all later children are made in, whatever their parent; tools are made outside of
 * it and of the container's cgroup.
 */
static int cloned(const struct run *r)
{
	struct clone_args how = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)cgroup_fd};
	int container = -1, result = 0;

	if (r->flags & RUN_FIRST)
		result = sys_unshare(CLONE_NEWPID);
	if (result >= 0 && (r->flags & RUN_TOOL)) {
		how.flags = 0;
		container = sys_open("/proc/self/ns/pid_for_children", O_RDONLY);
		result = enter_pids(sys_open("/proc/self/ns/pid", O_RDONLY));
	}
	if (result >= 0)
		result = sys_clone(&how);
	if (!result)
		return 0;
	if (container >= 0)
		enter_pids(container);
	return result;
}

static int spawn(const struct run *r, struct process *p)
{
	int report[2];
	int result = sys_pipe(report, 0);

	if (result < 0)
		return judged(result, STAGE_RESOURCES, "pipe");
	p->pid = cloned(r);
	if (p->pid == 0)
		child(r, theirs, report[1]);
	sys_close(report[1]);
	result = p->pid < 0 ? judged(p->pid, STAGE_RESOURCES, "process") : hear(report[0]);
	sys_close(report[0]);
	if (p->pid > 0 && result < 0)
		sys_wait(p->pid, NULL, 0);
	return result;
}

static int start(const struct run *r, struct process *p)
{
	static uint8_t pid[4];
	struct writer w = {pid};
	int result = make_streams(r, p);

	if (result >= 0)
		result = process_watch(p);
	result = result < 0 ? judged(result, STAGE_RESOURCES, "streams") : spawn(r, p);
	close_theirs();
	if (result < 0)
		return result;
	p->out[0].open = p->out[0].fd >= 0;
	p->out[1].open = p->out[1].fd >= 0;
	p->state = PROCESS_RUNS;
	put32(&w, (uint32_t)p->pid);
	give(pid, sizeof pid);
	return 0;
}

static bool streams_clash(const struct run *r)
{
	const uint16_t streams[] = {r->stdin, r->stdout, r->stderr};

	for (int i = 0; i < 3; i++)
		for (int j = 0; j < i; j++)
			if (streams[i] && streams[i] == streams[j])
				return true;
	return stream_in_use(r->stdin) || stream_in_use(r->stdout) || stream_in_use(r->stderr);
}

int run(const union request *request)
{
	const struct run *r = &request->run;
	struct process *p;
	int result;

	if (!r->argv.count)
		return judged(-EBADMSG, STAGE_MESSAGE, "");
	if (!root_fd)
		return judged(-ENXIO, STAGE_MOUNTS, "");
	if (streams_clash(r))
		return judged(-EBUSY, STAGE_MESSAGE, "stream");
	if ((r->flags & RUN_TERMINAL) && (!r->stdout || r->stderr))
		return judged(-EINVAL, STAGE_MESSAGE, "terminal");
	p = process_place(r->process, &result);
	if (!p)
		return judged(result, STAGE_RESOURCES, "process");
	result = start(r, p);
	if (result < 0)
		process_close(p);
	return result;
}
