/* What reads ahead. */
#include "merlin.h"

#include <linux/elf.h>

enum { FILES = 64, NAME = 256, HEADERS = 16, DYNAMICS = 64, MOST_READ = 64 << 20 };

/* Where loaders look without being told. */
#define LIBRARIES "/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/lib64:/usr/lib64:/lib:/usr/lib:/usr/local/lib"

static char files[FILES][NAME];
static unsigned count;
static const char *search_path;

static int open_regular(const char *path)
{
	int fd = sys_open(path, O_RDONLY | O_NONBLOCK);
	struct statx s;

	if (fd < 0)
		return fd;
	if (sys_statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &s) >= 0 && (s.stx_mode & S_IFMT) == S_IFREG)
		return fd;
	sys_close(fd);
	return -ENOEXEC;
}

/* Whether there is such a file; then it is one of those to be read. */
static bool add(const char *path)
{
	int fd = open_regular(path);

	if (fd < 0)
		return false;
	sys_close(fd);
	for (unsigned i = 0; i < count; i++)
		if (same(files[i], path))
			return true;
	if (count < FILES && length_of(path) < NAME)
		memcpy(files[count++], path, length_of(path) + 1);
	return true;
}

/* Adds the first file of that name in directories between which there are colons. */
static void search(const char *directories, const char *name)
{
	char path[NAME];

	while (*directories) {
		struct builder b = build(path, sizeof path);

		while (*directories && *directories != ':')
			append_octet(&b, *directories++);
		directories += *directories == ':';
		append_octet(&b, '/');
		append(&b, name);
		if (!b.cut && add(path))
			return;
	}
}

static void find(const char *word)
{
	for (const char *at = word; *at; at++)
		if (*at == '/') {
			add(word);
			return;
		}
	if (*word)
		search(search_path, word);
}

static bool take(int fd, void *to, size_t size, uint64_t at)
{
	return sys_pread(fd, to, size, at) == (int)size;
}

/* A text in the file, cut where it is too long to be a name. */
static void take_name(int fd, char name[NAME], uint64_t at)
{
	int size = sys_pread(fd, name, NAME - 1, at);

	name[size < 0 ? 0 : size] = 0;
}

/* The words of the first line: `#!`, an interpreter, and perhaps what env(1) is to start. */
static void read_script(int fd)
{
	char line[NAME];

	take_name(fd, line, 2);
	for (char *at = line; *at && *at != '\n';) {
		char *word = at, end;

		while (*at && *at != ' ' && *at != '\n')
			at++;
		end = *at;
		*at = 0;
		find(word);
		at += end == ' ';
		if (end == '\n')
			return;
	}
}

static uint64_t place_of(const struct elf64_phdr *headers, unsigned number, uint64_t address)
{
	for (unsigned i = 0; i < number; i++)
		if (headers[i].p_type == PT_LOAD && address - headers[i].p_vaddr < headers[i].p_filesz)
			return headers[i].p_offset + (address - headers[i].p_vaddr);
	return ~0ull;
}

static void read_dynamics(int fd, const struct elf64_phdr *headers, unsigned number, const struct elf64_phdr *section)
{
	Elf64_Dyn all[DYNAMICS];
	uint64_t names = ~0ull;
	unsigned many = section->p_filesz < sizeof all ? (unsigned)(section->p_filesz / sizeof *all) : DYNAMICS;

	if (!take(fd, all, many * sizeof *all, section->p_offset))
		return;
	for (unsigned i = 0; i < many; i++)
		if (all[i].d_tag == DT_STRTAB)
			names = place_of(headers, number, all[i].d_un.d_ptr);
	for (unsigned i = 0; i < many && names != ~0ull && all[i].d_tag != DT_NULL; i++) {
		char name[NAME];

		if (all[i].d_tag != DT_NEEDED)
			continue;
		take_name(fd, name, names + all[i].d_un.d_val);
		if (*name)
			search(LIBRARIES, name);
	}
}

/* Adds what the file says it is run by or linked with. */
static void follow(int fd)
{
	struct elf64_hdr header = {0};
	struct elf64_phdr headers[HEADERS];

	if (sys_pread(fd, &header, sizeof header, 0) != sizeof header)
		header.e_phnum = 0;
	if (header.e_ident[0] == '#' && header.e_ident[1] == '!')
		read_script(fd);
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phnum > HEADERS ||
	    header.e_phentsize != sizeof *headers || !take(fd, headers, header.e_phnum * sizeof *headers, header.e_phoff))
		return;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		char name[NAME];

		if (headers[i].p_type == PT_INTERP) {
			take_name(fd, name, headers[i].p_offset);
			add(name);
		} else if (headers[i].p_type == PT_DYNAMIC) {
			read_dynamics(fd, headers, header.e_phnum, &headers[i]);
		}
	}
}

/*
 * read PATH WORD...: reads each program of that name, the interpreter of a script, and what a program is linked with, so that they need
 * not come from the disk when it starts; prints what it read. What is not there, or another thing than it seems, is left out.
 */
void read_programs(char **argv)
{
	static char octets[BUFFER];
	int64_t left = MOST_READ;

	search_path = argv[1];
	for (char **word = argv + 2; *word; word++)
		find(*word);
	for (unsigned i = 0; i < count && left > 0; i++) {
		int fd = open_regular(files[i]), size = 0;

		if (fd < 0)
			continue;
		follow(fd);
		while (left > 0 && (size = sys_read(fd, octets, sizeof octets)) > 0)
			left -= size;
		sys_close(fd);
		out_text(files[i]);
		out_text("\n");
	}
}
