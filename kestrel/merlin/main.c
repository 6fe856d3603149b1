#include "merlin.h"

_Noreturn void fail(int error, const char *what)
{
	static char text[PATH_LIMIT + 32];
	struct builder b = build(text, sizeof text);

	append_number(&b, (uint64_t)-error);
	append_octet(&b, ' ');
	append(&b, what);
	append_octet(&b, '\n');
	sys_write(2, text, b.size);
	sys_exit(1);
}

int need(int result, const char *what)
{
	if (result < 0)
		fail(result, what);
	return result;
}

uint64_t decimal(const char *text)
{
	uint64_t value = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	return value;
}

void out_text(const char *text)
{
	out(text, length_of(text));
}

void out_number(uint64_t number)
{
	char text[24];
	struct builder b = build(text, sizeof text);

	append_number(&b, number);
	out(text, b.size);
}

void list_begin(struct listing *l, const char *path)
{
	l->fd = need(sys_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path);
	l->size = l->at = 0;
}

struct entry *list_next(struct listing *l)
{
	for (;;) {
		struct entry *e;

		if (l->at == l->size) {
			l->at = 0;
			l->size = need(sys_getdents(l->fd, l->octets, sizeof l->octets), "directory");
			if (!l->size) {
				sys_close(l->fd);
				return NULL;
			}
		}
		e = (struct entry *)(void *)(l->octets + l->at);
		l->at += e->size;
		if (!same(e->name, ".") && !same(e->name, ".."))
			return e;
	}
}

size_t enter(struct builder *path, const char *name)
{
	size_t before = path->size;

	if (!before || path->text[before - 1] != '/')
		append_octet(path, '/');
	append(path, name);
	if (path->cut)
		fail(-ENAMETOOLONG, path->text);
	return before;
}

void leave(struct builder *path, size_t before)
{
	path->size = before;
	path->text[before] = 0;
}

static const struct {
	const char *name;
	int words;
	bool inside, bulk;
	void (*act)(char **argv);
} commands[] = {
	{"stat", 1, true, false, stat_path}, {"get", 2, true, true, get},      {"put", 1, true, true, put},
	{"diff", 0, false, false, differ},   {"top", 0, false, false, top},    {"show", 1, false, false, show},
	{"--", 1, false, false, init},       {"read", 2, true, false, read_programs},
};

/* The stack as the kernel leaves it: the count of words, then the words. */
int merlin(long count, char **argv);

int merlin(long count, char **argv)
{
	for (unsigned i = 0; count > 1 && i < sizeof commands / sizeof *commands; i++) {
		if (!same(argv[1], commands[i].name) || count < commands[i].words + 2)
			continue;
		if (commands[i].bulk && count == commands[i].words + 2 + WINDOW_WORDS)
			window_open(argv + commands[i].words + 2);
		if (commands[i].inside) {
			need(sys_fchdir(3), "root");
			need(sys_chroot("."), "root");
			sys_umask(0);
		}
		commands[i].act(argv + 1);
		out_end();
		return 0;
	}
	fail(-EINVAL, "command");
}
