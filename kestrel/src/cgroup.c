#include "cgroup.h"

#include "files.h"
#include "memory.h"
#include "sys.h"

#define CGROUPS "/cgroup"

static const char *path_of(uint32_t id, const char *rest)
{
	static char path[64];
	struct builder b = build(path, sizeof path);

	append(&b, CGROUPS "/process-");
	append_number(&b, id);
	append(&b, rest);
	return path;
}

int cgroups_begin(void)
{
	static const char memory[] = "+memory";
	int result = sys_mkdirat(AT_FDCWD, CGROUPS, 0755);

	if (result >= 0)
		result = sys_mount("cgroup2", CGROUPS, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	/* A kernel without the memory controller is as good as one with it, but for the oom flag of EXIT. */
	if (result >= 0)
		file_write(CGROUPS "/cgroup.subtree_control", memory, sizeof memory - 1);
	return result;
}

int cgroup_make(uint32_t id)
{
	const char *path = path_of(id, "");
	int result = sys_mkdirat(AT_FDCWD, path, 0755);

	if (result < 0 && result != -EEXIST)
		return result;
	return sys_open(path, O_PATH | O_DIRECTORY);
}

bool cgroup_had_oom(uint32_t id)
{
	static const char key[] = "\noom_kill ";
	char events[256];
	int size = file_read(path_of(id, "/memory.events"), events, sizeof events);

	for (int at = 0; at + (int)sizeof key <= size; at++)
		if (memcmp(events + at, key, sizeof key - 1) == 0)
			return events[at + (int)sizeof key - 1] != '0';
	return false;
}

void cgroup_remove(uint32_t id)
{
	sys_unlinkat(AT_FDCWD, path_of(id, ""), AT_REMOVEDIR);
}
