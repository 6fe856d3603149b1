#include "setup.h"

#include "cgroup.h"
#include "clock.h"
#include "files.h"
#include "link.h"
#include "memory.h"
#include "mounts.h"
#include "network.h"
#include "outcome.h"
#include "root.h"
#include "sys.h"

enum { ENTROPY_MAX = 512 };

static int clock_and_entropy(const struct setup *s)
{
	static struct {
		int bits, size;
		uint8_t octets[ENTROPY_MAX];
	} pool;
	int result = s->clock ? set_clock(s->clock) : 0, fd;

	if (result < 0)
		return judged(result, STAGE_RESOURCES, "clock");
	if (!s->entropy.size)
		return 0;
	pool.size = (int)s->entropy.size;
	pool.bits = 8 * pool.size;
	memcpy(pool.octets, s->entropy.at, s->entropy.size);
	fd = sys_open("/dev/urandom", O_WRONLY);
	result = fd < 0 ? fd : sys_ioctl(fd, RNDADDENTROPY, &pool);
	/* Clones of one memory differ from here on. A generator that was never ready refuses: it is seeded by becoming so. */
	if (result >= 0)
		sys_ioctl(fd, RNDRESEEDCRNG, NULL);
	if (fd >= 0)
		sys_close(fd);
	memset(&pool, 0, sizeof pool);
	return judged(result, STAGE_RESOURCES, "/dev/urandom");
}

static int names(const struct setup *s)
{
	int result = sys_sethostname(s->hostname, length_of(s->hostname));

	if (result >= 0)
		result = sys_setdomainname(s->domainname, length_of(s->domainname));
	return judged(result, STAGE_RESOURCES, s->hostname);
}

/*
 * A file that the engine keeps is bound over the image's, so that it is no change of the container's own. It has the same path in
 * Kestrel's file system.
 */
static int provide(const char *path, const void *content, size_t size, const struct setup *s)
{
	int result;

	if (!size)
		return 0;
	result = file_make(path, content, size);
	if (result >= 0 && *s->root)
		result = root_bind(path, path, s->flags & SETUP_READ_ONLY ? MS_RDONLY : 0);
	return result;
}

static int files(const struct setup *s)
{
	static char hostname[256];
	struct builder b = build(hostname, sizeof hostname);
	int result;

	append(&b, s->hostname);
	append_octet(&b, '\n');
	sys_mkdirat(AT_FDCWD, "/etc", 0755); /* It is there after the first part; without it nothing can be provided. */
	result = provide("/etc/hostname", hostname, b.size, s);
	if (result >= 0)
		result = provide("/etc/hosts", s->hosts.at, s->hosts.size, s);
	if (result >= 0)
		result = provide("/etc/resolv.conf", s->resolv_conf.at, s->resolv_conf.size, s);
	return judged(result, STAGE_FILES, "/etc");
}

static int cgroup(const struct setup *s)
{
	(void)s;
	return judged(cgroup_fd, STAGE_MOUNTS, "cgroup2");
}

/* Writes each value to the file that its name stands for, below `directory`; a dot in the name is `separator` in the path. */
static int write_settings(struct list list, const char *directory, char separator)
{
	for (; list.count; list.count--) {
		char path[256];
		struct builder b = build(path, sizeof path);
		const char *name = take_text(&list.items), *value = take_text(&list.items);
		int result;

		append(&b, directory);
		for (const char *at = name; *at; at++)
			append_octet(&b, *at == '.' ? separator : *at);
		result = b.cut ? -ENAMETOOLONG : file_write(path, value, length_of(value));
		if (result < 0)
			return judged(result, STAGE_RESOURCES, name);
	}
	return 0;
}

static int sysctls(const struct setup *s)
{
	return write_settings(s->sysctls, "/proc/sys/", '/');
}

static int limits(const struct setup *s)
{
	return write_settings(s->limits, CGROUP "/", '.');
}

int update(const union request *r)
{
	return write_settings(r->update.limits, CGROUP "/", '.');
}

int setup(const union request *r)
{
	static int (*const steps[])(const struct setup *) = {
		clock_and_entropy, names, cgroup, mounts_root, mounts_standard, files, network, mounts_listed, sysctls, limits,
	};
	static bool began;
	int result = 0;

	if (r->setup.entropy.size > ENTROPY_MAX)
		return judged(-EBADMSG, STAGE_MESSAGE, "");
	if (began || !*r->setup.root != !!root_fd)
		return judged(-EALREADY, STAGE_RESOURCES, "");
	/* The first part of a SETUP in two: what comes of it may go on as many machines, each with an id of its own. */
	link_named = began = *r->setup.hostname;
	for (unsigned i = 0; i < sizeof steps / sizeof *steps && result >= 0; i++)
		result = steps[i](&r->setup);
	return result;
}
