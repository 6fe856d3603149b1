#include "cgroup.h"

#include "files.h"
#include "memory.h"
#include "sys.h"

int cgroup_fd;

static const char controllers[] = "+cpuset +cpu +io +memory +pids";

void cgroup_begin(void)
{
	int result = sys_mkdirat(AT_FDCWD, CGROUPS, 0755);

	if (result >= 0)
		result = sys_mount("cgroup2", CGROUPS, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	/* Where controllers are missing, the limits that need them are refused, and nothing else. */
	if (result >= 0)
		file_write(CGROUPS "/cgroup.subtree_control", controllers, sizeof controllers - 1);
	if (result >= 0)
		result = sys_mkdirat(AT_FDCWD, CGROUP, 0755);
	if (result >= 0)
		result = sys_open(CGROUP, O_PATH | O_DIRECTORY);
	cgroup_fd = result;
}

bool cgroup_had_oom(void)
{
	static const char key[] = "\noom_kill ";
	char events[256];
	int size = file_read(CGROUP "/memory.events", events, sizeof events);

	for (int at = 0; at + (int)sizeof key <= size; at++)
		if (memcmp(events + at, key, sizeof key - 1) == 0)
			return events[at + (int)sizeof key - 1] != '0';
	return false;
}
