/* Cuts from a 64-bit ELF program what no kernel reads: section headers and all that follows the last loaded octet. */
#define _POSIX_C_SOURCE 200809L
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

int main(int argc, char **argv)
{
	Elf64_Ehdr file;
	Elf64_Phdr part;
	Elf64_Off end = sizeof file;
	int fd = argc == 2 ? open(argv[1], O_RDWR) : -1;

	if (fd < 0)
		return fail("trim PROGRAM");
	if (pread(fd, &file, sizeof file, 0) != sizeof file)
		return fail(argv[1]);
	for (int i = 0; i < file.e_phnum; i++) {
		if (pread(fd, &part, sizeof part, (off_t)(file.e_phoff + (Elf64_Off)i * sizeof part)) != sizeof part)
			return fail(argv[1]);
		if (part.p_offset + part.p_filesz > end)
			end = part.p_offset + part.p_filesz;
	}
	file.e_shoff = file.e_shnum = file.e_shstrndx = 0;
	if (pwrite(fd, &file, sizeof file, 0) != sizeof file || ftruncate(fd, (off_t)end) < 0 || close(fd) < 0)
		return fail(argv[1]);
	return 0;
}
