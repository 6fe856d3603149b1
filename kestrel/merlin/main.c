#include "merlin.h"

static uint8_t pending[BUFFER];
static size_t gathered;

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

static void write_all(const uint8_t *from, size_t size)
{
	while (size) {
		int written = need(sys_write(1, from, size), "output");

		from += written;
		size -= (size_t)written;
	}
}

void out(const void *from, size_t size)
{
	if (size > sizeof pending - gathered)
		out_end();
	if (size >= sizeof pending) {
		write_all(from, size);
		return;
	}
	memcpy(pending + gathered, from, size);
	gathered += size;
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

void out_end(void)
{
	write_all(pending, gathered);
	gathered = 0;
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
	bool inside;
	void (*act)(char **argv);
} commands[] = {
	{"stat", 1, true, stat_path}, {"get", 2, true, get}, {"put", 1, true, put},
	{"diff", 0, false, differ},   {"top", 0, false, top}, {"show", 1, false, show},
	{"--", 1, false, init},       {"read", 2, true, read_programs},
};

/* The stack as the kernel leaves it: the count of words, then the words. */
int merlin(long count, char **argv);

int merlin(long count, char **argv)
{
	for (unsigned i = 0; count > 1 && i < sizeof commands / sizeof *commands; i++) {
		if (!same(argv[1], commands[i].name) || count < commands[i].words + 2)
			continue;
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
