/* Writes an initramfs (cpio, newc) without root: pack OUT KESTREL MERLIN. It holds /dev/console, /dev, /sys, /proc, /init and /merlin. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIRECTORY = 040755, PROGRAM = 0100755, CONSOLE = 020600 };

static FILE *out;
static long written;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void put(const void *from, size_t size)
{
	if (size && fwrite(from, 1, size, out) != size)
		fail("pack");
	written += (long)size;
}

static void align(void)
{
	while (written % 4)
		put("", 1);
}

static void entry(const char *name, unsigned mode, unsigned major, unsigned minor, const char *content, size_t size)
{
	static unsigned inode;
	char header[128];
	int length = snprintf(header, sizeof header, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ++inode, mode, 0, 0, 1,
			      0, (unsigned)size, 0, 0, major, minor, (unsigned)strlen(name) + 1, 0);

	put(header, (size_t)length);
	put(name, strlen(name) + 1);
	align();
	put(content, size);
	align();
}

/* A program, under its name in the initramfs. */
static void program(const char *name, const char *path)
{
	static char content[65536];
	FILE *in = fopen(path, "rb");
	size_t size;

	if (!in)
		fail(path);
	size = fread(content, 1, sizeof content, in);
	if (ferror(in) || !feof(in))
		fail(path);
	fclose(in);
	entry(name, PROGRAM, 0, 0, content, size);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("Usage: pack OUT KESTREL MERLIN\n", stderr);
		return 2;
	}
	out = fopen(argv[1], "wb");
	if (!out)
		fail(argv[1]);
	entry("dev", DIRECTORY, 0, 0, "", 0);
	entry("dev/console", CONSOLE, 5, 1, "", 0);
	entry("proc", DIRECTORY, 0, 0, "", 0);
	entry("sys", DIRECTORY, 0, 0, "", 0);
	program("init", argv[2]);
	program("merlin", argv[3]);
	entry("TRAILER!!!", 0, 0, 0, "", 0);
	while (written % 512)
		put("", 1);
	if (fclose(out))
		fail(argv[1]);
	return 0;
}
