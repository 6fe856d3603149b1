/* put DIRECTORY: unpacks the archive on standard input there: ustar, pax, GNU's long names and numbers in base 256. */
#include "merlin.h"
#include "tar.h"

enum { DATED = 16384, DATED_NAMES = 4 << 20, EXTENSION_LIMIT = 1 << 20 };

static char path_text[PATH_LIMIT];
static struct builder path;
static size_t base;

/* What extended headers say of the next member; a name of no size says nothing. */
static struct {
	char name[PATH_LIMIT], link[PATH_LIMIT];
	bool has_size, has_uid, has_gid, has_mtime;
	uint64_t size, uid, gid, mtime;
	uint8_t capability[64];
	size_t capability_size;
} said;

/* Directories get their times in the end, since what is made in them changes these. */
static struct {
	uint64_t mtime;
	uint32_t name;
} dated[DATED];
static char dated_names[DATED_NAMES];
static uint32_t dated_count, dated_room;

static bool read_all(void *to, size_t size, const char *what)
{
	size_t had = 0;

	while (had < size) {
		uint8_t *from;
		size_t part = in(&from, 1);

		if (!part && !had && !what)
			return false;
		if (!part)
			fail(-EBADMSG, "the archive is cut short");
		if (part > size - had)
			part = size - had;
		memcpy((char *)to + had, from, part);
		in_taken(part);
		had += part;
	}
	return true;
}

static uint64_t number(const char *field, size_t size)
{
	uint64_t value = 0;

	if (*field & 0x80) {
		for (size_t i = 1; i < size; i++)
			value = value << 8 | (uint8_t)field[i];
		return value;
	}
	for (size_t i = 0; i < size; i++)
		if (field[i] >= '0' && field[i] <= '7')
			value = value << 3 | (uint64_t)(field[i] - '0');
		else if (field[i] != ' ' && field[i] != 0)
			fail(-EBADMSG, "a header of the archive has a number that is none");
		else if (value)
			break;
	return value;
}

static void take(char *to, const char *from, size_t size)
{
	if (size >= PATH_LIMIT)
		fail(-ENAMETOOLONG, "a name in the archive");
	memcpy(to, from, size);
	to[size] = 0;
}

static bool keyed(const char *record, const char *key)
{
	return memcmp(record, key, length_of(key)) == 0 && record[length_of(key)] == '=';
}

/* One record of a pax header; it ends in a NUL where its line feed was. */
static void understand(char *key, char *value, size_t size)
{
	if (keyed(key, "path"))
		take(said.name, value, size);
	else if (keyed(key, "linkpath"))
		take(said.link, value, size);
	else if (keyed(key, "size"))
		said.has_size = true, said.size = decimal(value);
	else if (keyed(key, "uid"))
		said.has_uid = true, said.uid = decimal(value);
	else if (keyed(key, "gid"))
		said.has_gid = true, said.gid = decimal(value);
	else if (keyed(key, "mtime"))
		said.has_mtime = true, said.mtime = decimal(value);
	else if (keyed(key, PAX_CAPABILITY) && size <= sizeof said.capability)
		memcpy(said.capability, value, said.capability_size = size);
}

static void pax(char *at, size_t size)
{
	char *end = at + size;

	while (at < end) {
		size_t whole = decimal(at);
		char *key = at, *value;

		while (key < end && *key != ' ')
			key++;
		value = ++key;
		while (value < end && *value != '=')
			value++;
		if (whole > (size_t)(end - at) || value >= at + whole || at[whole - 1] != '\n')
			fail(-EBADMSG, "an extended header of the archive is not sound");
		at += whole;
		at[-1] = 0;
		value++;
		understand(key, value, (size_t)(at - 1 - value));
	}
}

static void skip(uint64_t size)
{
	while (size) {
		uint8_t *from;
		size_t part = in(&from, 1);

		if (!part)
			fail(-EBADMSG, "the archive is cut short");
		if (part > size)
			part = (size_t)size;
		in_taken(part);
		size -= part;
	}
}

static void extension(char type, uint64_t size)
{
	static char octets[EXTENSION_LIMIT + BLOCK];

	if (size > EXTENSION_LIMIT)
		fail(-EBADMSG, "an extended header of the archive is too large");
	read_all(octets, (size_t)(size + (-size & (BLOCK - 1))), "");
	octets[size] = 0;
	if (type == TAR_PAX)
		pax(octets, (size_t)size);
	else
		take(type == 'L' ? said.name : said.link, octets, length_of(octets));
}

static bool up(const char *name, size_t size)
{
	return size == 2 && name[0] == '.' && name[1] == '.';
}

/* Puts the path together: no empty names, no dots, and nothing that leads out of the directory. */
static void aim(const char *name)
{
	leave(&path, base);
	while (*name) {
		size_t size = 0;

		while (name[size] && name[size] != '/')
			size++;
		if (up(name, size))
			fail(-EPERM, name);
		if (size && !(size == 1 && *name == '.')) {
			append_octet(&path, '/');
			for (size_t i = 0; i < size; i++)
				append_octet(&path, name[i]);
		}
		name += size;
		while (*name == '/')
			name++;
	}
	if (path.cut)
		fail(-ENAMETOOLONG, path.text);
}

/* Directories above that the archive does not have. */
static void make_parents(void)
{
	for (size_t i = base + 1; i < path.size; i++) {
		if (path.text[i] != '/')
			continue;
		path.text[i] = 0;
		sys_mkdirat(AT_FDCWD, path.text, 0755);
		path.text[i] = '/';
	}
}

/* Nothing but a directory may be where a directory goes, and no directory where something else goes; else what is there gives way. */
static void make_way(bool directory)
{
	struct statx s;
	int result = sys_statx(AT_FDCWD, path.text, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &s);
	bool is = result >= 0 && (s.stx_mode & S_IFMT) == S_IFDIR;

	if (result == -ENOENT) {
		make_parents();
		return;
	}
	need(result, path.text);
	if (is != directory)
		fail(is ? -EISDIR : -ENOTDIR, path.text);
	if (!directory)
		need(sys_unlinkat(AT_FDCWD, path.text, 0), path.text);
}

/* Past the page cache only whole units can be written: what is less waits for the next piece, and the end of the file is written as usual. */
static void fill(uint64_t size)
{
	bool direct;
	int fd = direct_open(path.text, O_WRONLY | O_CREAT | O_EXCL, size, &direct);

	for (uint64_t left = size; left;) {
		uint8_t *from;
		size_t part = in(&from, direct && left >= DIRECT_UNIT ? DIRECT_UNIT : 1);
		int written;

		if (!part)
			fail(-EBADMSG, "the archive is cut short");
		if (part > left)
			part = (size_t)left;
		if (direct && part < DIRECT_UNIT)
			direct_end(fd, &direct);
		if (direct)
			part &= ~(size_t)(DIRECT_UNIT - 1);
		written = sys_write(fd, from, part);
		if (direct && written == -EINVAL) {
			direct_end(fd, &direct);
			continue;
		}
		in_taken((size_t)need(written, path.text));
		left -= (size_t)written;
	}
	sys_close(fd);
	skip(-size & (BLOCK - 1));
}

static void date(uint64_t mtime, const char *what)
{
	struct __kernel_timespec times[2] = {{(long)mtime, 0}, {(long)mtime, 0}};

	need(sys_utime(what, times), what);
}

static void date_later(uint64_t mtime)
{
	uint32_t size = (uint32_t)path.size + 1;

	if (dated_count == DATED || size > DATED_NAMES - dated_room)
		return;
	dated[dated_count].mtime = mtime;
	dated[dated_count++].name = dated_room;
	memcpy(dated_names + dated_room, path.text, size);
	dated_room += size;
}

/* One name more for what the archive has already; its name is taken as all others are. */
static void link_hard(const char *to)
{
	static char here[PATH_LIMIT], name[PATH_LIMIT];

	take(here, path.text, path.size);
	take(name, to, length_of(to));
	aim(name);
	need(sys_link(path.text, here), here);
}

static void make(char type, unsigned mode, const struct tar *t, uint64_t size)
{
	static const uint32_t kinds[] = {S_IFCHR, S_IFBLK, 0, S_IFIFO};
	unsigned major = (unsigned)number(t->major, sizeof t->major), minor = (unsigned)number(t->minor, sizeof t->minor);

	make_way(type == TAR_DIRECTORY);
	if (type == TAR_FILE) {
		fill(size);
		return;
	}
	if (type == TAR_DIRECTORY) {
		int result = sys_mkdirat(AT_FDCWD, path.text, 0755);

		need(result == -EEXIST ? 0 : result, path.text);
	} else if (type == TAR_SYMBOLIC) {
		need(sys_symlinkat(said.link, AT_FDCWD, path.text), path.text);
	} else {
		unsigned device = (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffu) << 12;

		need(sys_mknodat(AT_FDCWD, path.text, kinds[type - TAR_CHARACTER] | mode, type == TAR_FIFO ? 0 : device), path.text);
	}
}

static void member(const struct tar *t)
{
	char type = t->type == 0 || t->type == '7' ? TAR_FILE : t->type;
	uint64_t size = said.has_size ? said.size : number(t->size, sizeof t->size);
	uint64_t mtime = said.has_mtime ? said.mtime : number(t->mtime, sizeof t->mtime);
	unsigned mode = (unsigned)number(t->mode, sizeof t->mode) & 07777;
	uint32_t uid = (uint32_t)(said.has_uid ? said.uid : number(t->uid, sizeof t->uid));
	uint32_t gid = (uint32_t)(said.has_gid ? said.gid : number(t->gid, sizeof t->gid));

	if (type < TAR_FILE || type > TAR_FIFO)
		fail(-EBADMSG, "a member of the archive is of an unknown type");
	aim(said.name);
	if (path.size == base) {
		if (type != TAR_DIRECTORY)
			fail(-EBADMSG, "a member of the archive has no name");
		return; /* The directory itself is there and stays as it is. */
	}
	if (type == TAR_HARD) {
		make_way(false);
		link_hard(said.link);
		return;
	}
	make(type, mode, t, size);
	need(sys_lchown(path.text, uid, gid), path.text);
	if (type != TAR_SYMBOLIC)
		need(sys_fchmodat(AT_FDCWD, path.text, mode), path.text);
	if (type == TAR_FILE && said.capability_size)
		need(sys_lsetxattr(path.text, CAPABILITY, said.capability, said.capability_size), path.text);
	if (type == TAR_DIRECTORY)
		date_later(mtime);
	else
		date(mtime, path.text);
}

static void name_of(const struct tar *t)
{
	static char text[sizeof t->prefix + sizeof t->name + 2];
	struct builder b = build(text, sizeof text);
	bool prefixed = memcmp(t->magic, "ustar", 6) == 0;

	for (size_t i = 0; prefixed && i < sizeof t->prefix && t->prefix[i]; i++)
		append_octet(&b, t->prefix[i]);
	if (b.size)
		append_octet(&b, '/');
	for (size_t i = 0; i < sizeof t->name && t->name[i]; i++)
		append_octet(&b, t->name[i]);
	if (!said.name[0])
		take(said.name, text, b.size);
	if (!said.link[0])
		take(said.link, t->link, t->link[sizeof t->link - 1] ? sizeof t->link : length_of(t->link));
}

static bool blank(const struct tar *t)
{
	for (size_t i = 0; i < BLOCK; i++)
		if (((const char *)t)[i])
			return false;
	return true;
}

static void judge(const struct tar *t)
{
	unsigned sum = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		bool own = i >= offsetof(struct tar, sum) && i < offsetof(struct tar, type);

		sum += own ? ' ' : ((const uint8_t *)t)[i];
	}
	if (number(t->sum, sizeof t->sum) != sum)
		fail(-EBADMSG, "a header of the archive is damaged, or it is no archive");
}

void put(char **argv)
{
	static struct tar t;
	uint8_t *rest;

	path = build(path_text, sizeof path_text);
	append(&path, argv[1]);
	while (path.size && path.text[path.size - 1] == '/')
		leave(&path, path.size - 1);
	base = path.size;
	in_begin();
	while (read_all(&t, sizeof t, NULL) && !blank(&t)) {
		judge(&t);
		if (t.type == TAR_PAX || t.type == 'L' || t.type == 'K') {
			extension(t.type, number(t.size, sizeof t.size));
			continue;
		}
		if (t.type == 'g') {
			skip(rounded(number(t.size, sizeof t.size)));
			continue;
		}
		name_of(&t);
		member(&t);
		memset(&said, 0, sizeof said);
	}
	for (uint32_t i = dated_count; i--;)
		date(dated[i].mtime, dated_names + dated[i].name);
	/* What a writer puts after the end is taken from it, so that it is not stopped. */
	for (size_t more; (more = in(&rest, 1)) > 0;)
		in_taken(more);
}
