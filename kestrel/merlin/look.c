/* What only looks: stat, diff, top, show. */
#include "merlin.h"

/* stat PATH: mode, size and time of what is there, then the target if it is a link. A link is not followed. */
void stat_path(char **argv)
{
	static char target[PATH_LIMIT];
	struct statx s;

	need(sys_statx(AT_FDCWD, argv[1], AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &s), argv[1]);
	out_number(s.stx_mode);
	out_text(" ");
	out_number(s.stx_size);
	out_text(" ");
	out_number(s.stx_mtime.tv_sec < 0 ? 0 : (uint64_t)s.stx_mtime.tv_sec);
	out_text(" ");
	if ((s.stx_mode & S_IFMT) == S_IFLNK)
		out(target, (size_t)need(sys_readlink(argv[1], target, sizeof target), argv[1]));
}

/*
 * diff: each change of the container as a letter, its path and a NUL. A = added, C = changed, D = deleted, P = a directory that is a copy
 * because something in it has changed, T = like P but its time differs.
 */
static char upper_text[PATH_LIMIT], lower_text[PATH_LIMIT];
static struct builder upper, lower;
static size_t upper_base;

static void change(const char *letter)
{
	out(letter, 1);
	out(upper.text + upper_base, upper.size - upper_base + 1);
}

static bool equal_times(const struct statx *a, const struct statx *b)
{
	return a->stx_mtime.tv_sec == b->stx_mtime.tv_sec;
}

static void compare(void)
{
	struct statx now, before;
	bool was, directory;

	need(sys_statx(AT_FDCWD, upper.text, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &now), upper.text);
	was = sys_statx(AT_FDCWD, lower.text, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &before) >= 0;
	directory = (now.stx_mode & S_IFMT) == S_IFDIR;
	if ((now.stx_mode & S_IFMT) == S_IFCHR && !now.stx_rdev_major && !now.stx_rdev_minor) {
		if (was)
			change("D");
		return;
	}
	if (!was)
		change("A");
	else if (!directory || now.stx_mode != before.stx_mode || now.stx_uid != before.stx_uid || now.stx_gid != before.stx_gid)
		change("C");
	else
		change(equal_times(&now, &before) ? "P" : "T");
}

static void walk(void)
{
	struct listing l;
	struct entry *e;

	list_begin(&l, upper.text);
	while ((e = list_next(&l)) != NULL) {
		size_t upper_before = enter(&upper, e->name), lower_before = enter(&lower, e->name);

		compare();
		if (e->type == 4)
			walk();
		leave(&upper, upper_before);
		leave(&lower, lower_before);
	}
}

void differ(char **argv)
{
	(void)argv;
	upper = build(upper_text, sizeof upper_text);
	lower = build(lower_text, sizeof lower_text);
	append(&upper, "/upper/upper");
	append(&lower, "/lower");
	upper_base = upper.size;
	walk();
}

static char text[BUFFER];

/* All that can be read there, with a NUL after it; empty if nothing is there. */
static int slurp_open(int fd)
{
	int size = 0, got = 1;

	while (fd >= 0 && got > 0 && size < (int)sizeof text - 1) {
		got = sys_read(fd, text + size, sizeof text - 1 - (size_t)size);
		size += got > 0 ? got : 0;
	}
	if (fd >= 0)
		sys_close(fd);
	text[size] = 0;
	return size;
}

/* A whole file of /proc or the like. */
static int slurp(const char *path)
{
	return slurp_open(sys_open(path, O_RDONLY));
}

/* show FILE...: the content of each, and a NUL after it. */
void show(char **argv)
{
	while (*++argv)
		out(text, (size_t)slurp(*argv) + 1);
}

static const char *after(const char *key)
{
	size_t size = length_of(key);

	for (const char *line = text; *line;) {
		if (memcmp(line, key, size) == 0)
			return line + size;
		while (*line && *line++ != '\n')
			;
	}
	return "";
}

/* The second number of NSpid: only processes of the container have one. */
static const char *inner(const char *numbers)
{
	while (*numbers == '\t')
		numbers++;
	while (*numbers >= '0' && *numbers <= '9')
		numbers++;
	return *numbers == '\t' ? numbers + 1 : "";
}

static void out_field(const char *from)
{
	while (*from == '\t' || *from == ' ')
		from++;
	while (*from && *from != '\t' && *from != '\n')
		out(from++, 1);
	out("", 1);
}

static void process(const char *number)
{
	static char path_text[64];
	struct builder path = build(path_text, sizeof path_text);
	size_t directory;
	int size;

	append(&path, "/proc/");
	append(&path, number);
	directory = path.size;
	append(&path, "/status");
	if (!slurp(path_text) || !*inner(after("NSpid:")))
		return;
	out_field(inner(after("NSpid:")));
	out_field(after("Uid:"));
	out_field(after("Gid:"));
	leave(&path, directory);
	append(&path, "/stat");
	out(text, (size_t)slurp(path_text) + 1);
	leave(&path, directory);
	append(&path, "/cmdline");
	size = slurp(path_text);
	for (int i = 0; i < size; i++)
		if (!text[i])
			text[i] = i + 1 == size ? 0 : ' ';
	out_field(text[0] ? text : "");
}

/*
 * top: /proc/uptime, /proc/meminfo, the image's /etc/passwd, then of each process of the container its number in there, user, group, /proc/N/stat and
 * its words; a NUL after each of these.
 */
void top(char **argv)
{
	struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT};
	struct listing l;
	struct entry *e;

	(void)argv;
	out(text, (size_t)slurp("/proc/uptime") + 1);
	out(text, (size_t)slurp("/proc/meminfo") + 1);
	out(text, (size_t)slurp_open(sys_openat2(3, "/etc/passwd", &how)) + 1);
	list_begin(&l, "/proc");
	while ((e = list_next(&l)) != NULL)
		if (e->name[0] >= '1' && e->name[0] <= '9')
			process(e->name);
}
