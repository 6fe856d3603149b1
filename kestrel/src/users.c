#include "users.h"

#include "memory.h"
#include "sys.h"

/* A file read line by line; a line that is longer than the buffer is cut. */
struct lines {
	int fd;
	size_t begin, end;
	char buffer[64 * 1024];
};

static struct lines lines;

/* A file that is not there has no lines. */
static void open_lines(const char *path)
{
	lines.fd = sys_open(path, O_RDONLY);
	lines.begin = lines.end = 0;
}

static bool refill(void)
{
	int size;

	memmove(lines.buffer, lines.buffer + lines.begin, lines.end - lines.begin);
	lines.end -= lines.begin;
	lines.begin = 0;
	if (lines.fd < 0 || lines.end == sizeof lines.buffer - 1)
		return false;
	size = sys_read((int)lines.fd, lines.buffer + lines.end, sizeof lines.buffer - 1 - lines.end);
	if (size > 0)
		lines.end += (size_t)size;
	return size > 0;
}

static char *next_line(void)
{
	size_t at = lines.begin;
	char *line;

	for (;; at++) {
		if (at == lines.end) {
			size_t seen = at - lines.begin;

			if (!refill() && !lines.end)
				break;
			at = lines.begin + seen;
			if (at == lines.end)
				lines.buffer[lines.end++] = '\n';
		}
		if (lines.buffer[at] == '\n') {
			line = lines.buffer + lines.begin;
			lines.buffer[at] = 0;
			lines.begin = at + 1;
			return line;
		}
	}
	if (lines.fd >= 0)
		sys_close((int)lines.fd);
	lines.fd = -1;
	return NULL;
}

/* Cuts off the text up to `end`, and moves on behind it. */
static char *next_field(char **rest, char end)
{
	char *field = *rest;

	while (**rest && **rest != end)
		++*rest;
	if (**rest)
		*(*rest)++ = 0;
	return field;
}

static bool is_number(const char *text, uint32_t *number)
{
	return parse_number(text, INT32_MAX, number);
}

/* Whether an entry is the one that `wanted` names, by name or number. */
static bool matches(const char *wanted, const char *name, uint32_t number)
{
	uint32_t n;

	return same(wanted, name) || (is_number(wanted, &n) && n == number);
}

static bool find_in_passwd(const char *wanted, struct identity *who, char *name, size_t limit)
{
	char *line;
	bool found = false;

	open_lines("/etc/passwd");
	while ((line = next_line())) {
		const char *entry = next_field(&line, ':');
		struct builder n, home;
		uint32_t uid, gid;

		next_field(&line, ':');
		if (found || !is_number(next_field(&line, ':'), &uid) || !is_number(next_field(&line, ':'), &gid))
			continue;
		if (!matches(wanted, entry, uid))
			continue;
		n = build(name, limit);
		append(&n, entry);
		who->uid = uid;
		who->gid = gid;
		next_field(&line, ':');
		home = build(who->home, sizeof who->home);
		append(&home, next_field(&line, ':'));
		found = true;
	}
	return found;
}

static bool add_group(struct identity *who, uint32_t gid)
{
	for (size_t i = 0; i < who->count; i++)
		if (who->groups[i] == gid)
			return true;
	if (who->count == GROUPS_MAX)
		return false;
	who->groups[who->count++] = gid;
	return true;
}

static bool is_member(char *members, const char *name)
{
	while (*members)
		if (same(next_field(&members, ','), name))
			return true;
	return false;
}

static void add_groups_of(const char *name, struct identity *who)
{
	char *line;

	open_lines("/etc/group");
	while ((line = next_line())) {
		uint32_t gid;

		next_field(&line, ':');
		next_field(&line, ':');
		if (is_number(next_field(&line, ':'), &gid) && is_member(line, name))
			add_group(who, gid);
	}
}

static bool find_group(const char *wanted, uint32_t *gid)
{
	char *line;
	bool found = false;

	open_lines("/etc/group");
	while ((line = next_line())) {
		const char *entry = next_field(&line, ':');
		uint32_t number;

		next_field(&line, ':');
		if (!found && is_number(next_field(&line, ':'), &number) && matches(wanted, entry, number)) {
			*gid = number;
			found = true;
		}
	}
	return found || is_number(wanted, gid);
}

int find_user(char *user, struct list additional, struct identity *who)
{
	char name[256] = "";
	const char *wanted = next_field(&user, ':'), *group = user;

	who->uid = who->gid = 0;
	who->count = 0;
	who->home[0] = 0;
	who->unknown = wanted;
	if (!find_in_passwd(*wanted ? wanted : "0", who, name, sizeof name) && *wanted && !is_number(wanted, &who->uid))
		return -ENOENT;
	if (!who->home[0])
		memcpy(who->home, "/", 2);
	who->unknown = group;
	if (*group && !find_group(group, &who->gid))
		return -ENOENT;
	add_group(who, who->gid);
	if (!*group && *name)
		add_groups_of(name, who);
	for (; additional.count; additional.count--) {
		uint32_t gid;

		who->unknown = take_text(&additional.items);
		if (!find_group(who->unknown, &gid))
			return -ENOENT;
		if (!add_group(who, gid))
			return -E2BIG;
	}
	return 0;
}
