#include "mounts.h"

#include "memory.h"
#include "outcome.h"
#include "root.h"
#include "sys.h"

#define LOWER "/lower"
#define UPPER "/upper"
#define ROOT "/root"
#define DIRECTORY_OF_CHANGES UPPER "/upper"
#define DIRECTORY_OF_WORK UPPER "/work"

enum { SAFE = MS_NOSUID | MS_NODEV | MS_NOEXEC };

static int terminals;

static int make_directory(const char *path)
{
	int result = sys_mkdirat(AT_FDCWD, path, 0755);

	return result == -EEXIST ? 0 : result;
}

static int mount_on_own(const char *source, const char *target, const char *type, unsigned long flags, const char *data)
{
	int result = make_directory(target);

	if (result >= 0)
		result = sys_mount(source, target, type, flags, data);
	return judged(result, STAGE_MOUNTS, source);
}

/* The directory of changes becomes the root's own directory: it begins with the mode and owner of the image's. */
static int make_changes(void)
{
	struct statx image;
	int result = sys_mkdirat(AT_FDCWD, DIRECTORY_OF_CHANGES, 0755);

	if (result == -EEXIST)
		return make_directory(DIRECTORY_OF_WORK);
	if (result >= 0)
		result = sys_statx(AT_FDCWD, LOWER, 0, STATX_BASIC_STATS, &image);
	if (result >= 0)
		result = sys_chown(DIRECTORY_OF_CHANGES, image.stx_uid, image.stx_gid);
	if (result >= 0)
		result = sys_fchmodat(AT_FDCWD, DIRECTORY_OF_CHANGES, image.stx_mode & 07777);
	return result < 0 ? result : make_directory(DIRECTORY_OF_WORK);
}

/* The usual way of initial file systems: the new root is moved over the old one, which only Kestrel still sees. */
static int move_root(void)
{
	int result = sys_chdir(ROOT);

	if (result >= 0)
		result = sys_mount(".", "/", NULL, MS_MOVE, NULL);
	if (result >= 0)
		result = sys_open(".", O_PATH | O_DIRECTORY);
	if (result >= 0)
		root_fd = result;
	sys_chdir("/");
	return result;
}

int mounts_root(const struct setup *s)
{
	int result = mount_on_own(s->root, LOWER, s->root_type, MS_RDONLY, NULL);

	if (result >= 0)
		result = mount_on_own(*s->upper ? s->upper : "tmpfs", UPPER, s->upper_type, 0, s->upper_options);
	if (result >= 0)
		result = judged(make_changes(), STAGE_MOUNTS, DIRECTORY_OF_CHANGES);
	if (result >= 0)
		result = mount_on_own("overlay", ROOT, "overlay", 0,
				      "lowerdir=" LOWER ",upperdir=" DIRECTORY_OF_CHANGES ",workdir=" DIRECTORY_OF_WORK);
	return result < 0 ? result : judged(move_root(), STAGE_MOUNTS, ROOT);
}

struct standard_mount {
	const char *target, *type;
	unsigned long flags;
	const char *options;
};

static const struct standard_mount standard[] = {
	{"/proc", "proc", SAFE, NULL},
	{"/sys", "sysfs", SAFE, NULL},
	{"/sys/fs/cgroup", "cgroup2", SAFE, NULL},
	{"/dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"},
	{"/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "ptmxmode=0666,mode=0620,gid=5"},
	{"/dev/shm", "tmpfs", SAFE, "mode=1777,size=65536k"},
	{"/dev/mqueue", "mqueue", SAFE, NULL},
};

static const struct {
	char name[8];
	uint8_t major, minor;
} nodes[] = {{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};

static const struct {
	char name[7], target[16];
} links[] = {
	{"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
	{"stderr", "/proc/self/fd/2"}, {"core", "/proc/kcore"},      {"ptmx", "pts/ptmx"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A privileged container has the kernel's own /dev, where all of this exists or may be added. */
static int fill_dev(bool privileged)
{
	int result = 0, dev = root_open("/dev", O_PATH | O_DIRECTORY);

	if (dev < 0)
		return dev;
	for (unsigned i = 0; i < COUNT(nodes) && result >= 0 && !privileged; i++) {
		result = sys_mknodat(dev, nodes[i].name, S_IFCHR, nodes[i].major << 8 | nodes[i].minor);
		if (result >= 0)
			result = sys_fchmodat(dev, nodes[i].name, 0666);
	}
	for (unsigned i = 0; i < COUNT(links) && result >= 0; i++) {
		result = sys_symlinkat(links[i].target, dev, links[i].name);
		if (result == -EEXIST)
			result = 0;
	}
	sys_close(dev);
	return result;
}

int mounts_standard(const struct setup *s)
{
	bool privileged = s->flags & SETUP_PRIVILEGED;
	int result;

	for (const struct standard_mount *m = standard; m < standard + COUNT(standard); m++) {
		bool dev = same(m->target, "/dev"), whole = dev && privileged;

		result = root_mount(whole ? "devtmpfs" : m->type, m->target, whole ? "devtmpfs" : m->type, m->flags,
				    whole ? NULL : m->options);
		if (result >= 0 && dev)
			result = fill_dev(privileged);
		if (result < 0)
			return judged(result, STAGE_MOUNTS, m->target);
	}
	result = root_open("/dev/pts", O_PATH | O_DIRECTORY);
	terminals = result;
	return judged(result, STAGE_MOUNTS, "/dev/pts");
}

int mounts_listed(const struct setup *s)
{
	struct cursor c = s->mounts.items;
	struct mount_point m;
	int result;

	for (uint32_t i = 0; i < s->mounts.count; i++) {
		take_fields(&c, mount_fields, &m);
		if (m.kind == MOUNT_BIND)
			result = root_bind(m.source, m.target, m.flags);
		else
			result = root_mount(m.source, m.target, m.type, m.flags, m.options);
		if (result < 0)
			return judged(result, STAGE_MOUNTS, m.target);
	}
	return 0;
}

enum { HIDDEN, KEPT, REMOUNTED };

/* What an unprivileged container does not see, sees read-only, or has mounted read-only; in this order. */
static const struct {
	char path[20];
	uint8_t how;
} protected[] = {
	{"/proc/acpi", HIDDEN}, {"/proc/kcore", HIDDEN}, {"/proc/keys", HIDDEN},     {"/proc/timer_list", HIDDEN}, {"/sys/firmware", HIDDEN},
	{"/proc/bus", KEPT},    {"/proc/fs", KEPT},      {"/proc/irq", KEPT},        {"/proc/sys", KEPT},          {"/proc/sysrq-trigger", KEPT},
	{"/sys", REMOUNTED},    {"/sys/fs/cgroup", REMOUNTED},
};

int mounts_protect(const struct setup *s)
{
	int result = 0;

	for (unsigned i = 0; i < COUNT(protected) && !(s->flags & SETUP_PRIVILEGED); i++) {
		const char *path = protected[i].path;

		if (protected[i].how == HIDDEN)
			result = root_hide(path);
		else if (protected[i].how == KEPT)
			result = root_protect(path);
		else
			result = root_remount(path, MS_RDONLY | SAFE);
		if (result < 0)
			return judged(result, STAGE_MOUNTS, path);
	}
	if (s->flags & SETUP_READ_ONLY)
		result = root_remount("/", MS_RDONLY);
	return judged(result, STAGE_MOUNTS, "/");
}

int terminal_open(void)
{
	int unlocked = 0;
	int fd = sys_openat(terminals, "ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK, 0), result;

	if (fd < 0)
		return fd;
	result = sys_ioctl(fd, TIOCSPTLCK, &unlocked);
	if (result < 0) {
		sys_close(fd);
		return result;
	}
	return fd;
}

void mounts_end(void)
{
	sys_sync();
	if (!root_fd)
		return;
	sys_close(terminals);
	if (sys_fchdir(root_fd) >= 0)
		sys_umount(".", UMOUNT_DETACH);
	sys_chdir("/");
	sys_close(root_fd);
	root_fd = 0;
	if (sys_umount(UPPER, 0) < 0)
		sys_mount(NULL, UPPER, NULL, MS_REMOUNT | MS_RDONLY, NULL);
}
