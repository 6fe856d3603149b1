/* get PATH NAME: an archive of what is at the path, itself named NAME; a link at its end is not followed. */
#include "merlin.h"
#include "tar.h"

enum { LINKS = 16384, LINK_NAMES = 4 << 20, PAX_LIMIT = 3 * PATH_LIMIT };

static char path_text[PATH_LIMIT], name_text[PATH_LIMIT];
static struct builder path, name;

/* Files with more names than one, by the place of the name that the archive has them under. When there is no room they are copied again. */
static struct {
	uint64_t inode;
	uint32_t major, minor, name;
} links[LINKS];
static char link_names[LINK_NAMES];
static uint32_t link_count, link_room;

static char pax_text[PAX_LIMIT];
static struct builder pax;

static unsigned digits(uint64_t number)
{
	return number < 10 ? 1 : 1 + digits(number / 10);
}

/* The number before a record counts itself. */
static void record(const char *key, const void *value, size_t size)
{
	size_t rest = length_of(key) + size + 3, whole = rest + digits(rest);

	whole = rest + digits(whole);
	append_number(&pax, whole);
	append_octet(&pax, ' ');
	append(&pax, key);
	append_octet(&pax, '=');
	for (size_t i = 0; i < size; i++)
		append_octet(&pax, ((const char *)value)[i]);
	append_octet(&pax, '\n');
}

static void record_number(const char *key, uint64_t value)
{
	char text[24];
	struct builder b = build(text, sizeof text);

	append_number(&b, value);
	record(key, text, b.size);
}

/* Octal digits and a NUL; a number that does not fit goes into an extended header. */
static void octal(char *field, size_t size, uint64_t value, const char *key)
{
	if (value >> 3 * (size - 1)) {
		record_number(key, value);
		value = 0;
	}
	for (size_t i = size - 1; i--; value >>= 3)
		field[i] = (char)('0' + (value & 7));
}

static void text(char *field, size_t size, const char *value, size_t length, const char *key)
{
	if (length > size)
		record(key, value, length);
	memcpy(field, value, length < size ? length : size);
}

static void finish(struct tar *t)
{
	unsigned sum = 0;

	memcpy(t->magic, "ustar\00000", 8);
	memset(t->sum, ' ', sizeof t->sum);
	for (size_t i = 0; i < BLOCK; i++)
		sum += ((uint8_t *)t)[i];
	octal(t->sum, 7, sum, "");
	t->sum[6] = 0;
	out(t, BLOCK);
}

static void pad(uint64_t size)
{
	static char zeros[BLOCK];

	out(zeros, -size & (BLOCK - 1));
}

static void member(const struct statx *s, char type, uint64_t size, const char *link)
{
	static uint8_t value[64];
	struct tar t, extended;
	int got;

	memset(&t, 0, sizeof t);
	pax = build(pax_text, sizeof pax_text);
	text(t.name, sizeof t.name, name.text, name.size, "path");
	octal(t.mode, sizeof t.mode, s->stx_mode & 07777, "mode");
	octal(t.uid, sizeof t.uid, s->stx_uid, "uid");
	octal(t.gid, sizeof t.gid, s->stx_gid, "gid");
	octal(t.size, sizeof t.size, size, "size");
	octal(t.mtime, sizeof t.mtime, s->stx_mtime.tv_sec < 0 ? 0 : (uint64_t)s->stx_mtime.tv_sec, "mtime");
	octal(t.major, sizeof t.major, s->stx_rdev_major, "SCHILY.devmajor");
	octal(t.minor, sizeof t.minor, s->stx_rdev_minor, "SCHILY.devminor");
	text(t.link, sizeof t.link, link, length_of(link), "linkpath");
	t.type = type;
	got = type == TAR_FILE ? sys_lgetxattr(path.text, CAPABILITY, value, sizeof value) : 0;
	if (got > 0)
		record(PAX_CAPABILITY, value, (size_t)got);
	if (pax.size) {
		size_t whole = pax.size;

		memset(&extended, 0, sizeof extended);
		memcpy(extended.name, "PaxHeader", 9);
		octal(extended.mode, sizeof extended.mode, 0644, "");
		octal(extended.size, sizeof extended.size, whole, "");
		extended.type = TAR_PAX;
		finish(&extended);
		out(pax_text, whole);
		pad(whole);
	}
	finish(&t);
}

/* Exactly as many octets as the header says: one that shrinks meanwhile is filled with zeros. */
static void content(uint64_t size)
{
	bool direct, over = false;
	int fd = direct_open(path.text, O_RDONLY, size, &direct);

	for (uint64_t left = size; left;) {
		size_t part;
		uint8_t *to = out_space(&part);
		int got = 0;

		if (part > left)
			part = (size_t)left;
		if (!over)
			got = sys_read(fd, to, direct ? rounded(part) : part);
		if (direct && (got == -EINVAL || got % BLOCK)) {
			direct_end(fd, &direct);
			if (got < 0)
				continue;
		}
		over = !need(got, path.text);
		if (over)
			memset(to, 0, part);
		else if ((size_t)got < part)
			part = (size_t)got;
		out_filled(part);
		left -= part;
	}
	sys_close(fd);
	pad(size);
}

/* The name under which the archive has this file already; NULL if it does not, and then it is noted. */
static const char *known(const struct statx *s)
{
	uint32_t size = (uint32_t)name.size + 1;

	for (uint32_t i = 0; i < link_count; i++)
		if (links[i].inode == s->stx_ino && links[i].major == s->stx_dev_major && links[i].minor == s->stx_dev_minor)
			return link_names + links[i].name;
	if (link_count < LINKS && size <= LINK_NAMES - link_room) {
		links[link_count].inode = s->stx_ino;
		links[link_count].major = s->stx_dev_major;
		links[link_count].minor = s->stx_dev_minor;
		links[link_count++].name = link_room;
		memcpy(link_names + link_room, name.text, size);
		link_room += size;
	}
	return NULL;
}

static void file(const struct statx *s)
{
	const char *other = s->stx_nlink > 1 ? known(s) : NULL;

	if (other) {
		member(s, TAR_HARD, 0, other);
		return;
	}
	member(s, TAR_FILE, s->stx_size, "");
	content(s->stx_size);
}

static void symbolic(const struct statx *s)
{
	static char target[PATH_LIMIT];

	target[need(sys_readlink(path.text, target, sizeof target - 1), path.text)] = 0;
	member(s, TAR_SYMBOLIC, 0, target);
}

static void tree(void);

static void directory(const struct statx *s)
{
	struct listing l;
	struct entry *e;
	size_t bare = name.size;

	append_octet(&name, '/');
	member(s, TAR_DIRECTORY, 0, "");
	leave(&name, bare);
	list_begin(&l, path.text);
	while ((e = list_next(&l)) != NULL) {
		size_t path_before = enter(&path, e->name), name_before = enter(&name, e->name);

		tree();
		leave(&path, path_before);
		leave(&name, name_before);
	}
}

/* What is gone meanwhile is left out, and so are sockets, which no archive can hold. */
static void tree(void)
{
	struct statx s;
	int result = sys_statx(AT_FDCWD, path.text, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &s);

	if (result == -ENOENT && name.size > 0)
		return;
	need(result, path.text);
	switch (s.stx_mode & S_IFMT) {
	case S_IFDIR:
		directory(&s);
		break;
	case S_IFREG:
		file(&s);
		break;
	case S_IFLNK:
		symbolic(&s);
		break;
	case S_IFCHR:
		member(&s, TAR_CHARACTER, 0, "");
		break;
	case S_IFBLK:
		member(&s, TAR_BLOCK, 0, "");
		break;
	case S_IFIFO:
		member(&s, TAR_FIFO, 0, "");
		break;
	default:
		break;
	}
}

void get(char **argv)
{
	static char end[2 * BLOCK];
	struct statx s;

	path = build(path_text, sizeof path_text);
	name = build(name_text, sizeof name_text);
	append(&path, argv[1]);
	append(&name, argv[2]);
	if (path.cut || name.cut)
		fail(-ENAMETOOLONG, argv[1]);
	need(sys_statx(AT_FDCWD, path.text, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &s), path.text);
	tree();
	out(end, sizeof end);
}
