/* Kestrel: the first process of each microVM of HYPR. */
#include "cgroup.h"
#include "early.h"
#include "link.h"
#include "network.h"
#include "process.h"
#include "shutdown.h"
#include "sys.h"

enum { TAG_LINK, TAG_CHILDREN, TAG_PROCESSES };

static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static void sort_event(const struct epoll_event *event, int children)
{
	uint8_t told[128];

	if (event->data == TAG_LINK)
		link_ready(event->events);
	else if (event->data == TAG_CHILDREN)
		while (sys_read(children, told, sizeof told) > 0)
			;
	else
		processes_ready(event->data, event->events);
}

static _Noreturn void serve(int epoll, int children)
{
	struct epoll_event events[64];
	int wait = 0;

	for (;;) {
		int count = sys_epoll_wait(epoll, events, 64, wait);
		bool alone;

		for (int i = 0; i < count; i++)
			sort_event(&events[i], children);
		link_receive();
		alone = processes_reap();
		wait = processes_pump();
		link_send();
		wait = sooner(wait, link_again());
		wait = sooner(wait, shutdown_step(alone));
	}
}

int main(void)
{
	int epoll, children;

	early_mounts();
	early_streams();
	epoll = early_epoll();
	children = early_children(epoll, TAG_CHILDREN);
	processes_begin(epoll, TAG_PROCESSES);
	/* Before the first word: a microVM that starts from the memory of another one finds it done. */
	cgroup_begin();
	network_begin();
	link_begin();
	link_watch(epoll, TAG_LINK);
	serve(epoll, children);
}
