#include "mounts.h"

#include "cgroup.h"
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
static bool read_only;

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
	int result;

	if (!*s->root)
		return 0;
	result = mount_on_own(s->root, LOWER, s->root_type, MS_RDONLY, NULL);
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

/* /proc is mounted by the first process, whose PID namespace it shows. */
static const struct standard_mount standard[] = {
	{"/dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"},
	{"/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "ptmxmode=0666,mode=0620,gid=5"},
	{"/sys", "sysfs", SAFE | MS_RDONLY, NULL},
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
	unsigned long fixed = privileged ? 0 : MS_RDONLY;
	int result;

	if (!*s->root)
		return 0;
	read_only = s->flags & SETUP_READ_ONLY;
	for (const struct standard_mount *m = standard; m < standard + COUNT(standard); m++) {
		const char *type = m->type, *options = m->options;

		if (m == standard && privileged) {
			type = "devtmpfs";
			options = NULL;
		}
		result = root_mount(type, m->target, type, m->flags & (~MS_RDONLY | fixed), options);
		if (result >= 0 && m == standard)
			result = fill_dev(privileged);
		if (result < 0)
			return judged(result, STAGE_MOUNTS, m->target);
	}
	result = root_bind(CGROUP, "/sys/fs/cgroup", fixed ? fixed | SAFE : 0);
	if (result >= 0)
		result = terminals = root_open("/dev/pts", O_PATH | O_DIRECTORY);
	return judged(result, STAGE_MOUNTS, "/sys/fs/cgroup");
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
		else if (m.kind == MOUNT_OWN)
			result = mount_on_own(m.source, m.target, m.type, m.flags, m.options);
		else
			result = root_mount(m.source, m.target, m.type, m.flags, m.options);
		if (result < 0)
			return judged(result, STAGE_MOUNTS, m.target);
	}
	return 0;
}

static int each(struct list list, int (*act)(const char *path))
{
	int result = 0;

	for (; list.count && result >= 0; list.count--)
		result = act(take_text(&list.items));
	return result;
}

int mounts_first(const struct run *r)
{
	int result = root_mount("proc", "/proc", "proc", SAFE, NULL);

	if (result >= 0)
		result = each(r->hidden, root_hide);
	if (result >= 0)
		result = each(r->protected, root_protect);
	if (result >= 0 && read_only)
		result = root_remount("/", MS_RDONLY);
	return result;
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
