#include "files.h"

#include "sys.h"

static int write_whole(int fd, const char *content, size_t size)
{
	int result = fd;

	while (result >= 0 && size) {
		result = sys_write(fd, content, size);
		if (result > 0) {
			content += result;
			size -= (size_t)result;
		} else if (result == 0) {
			result = -EIO;
		}
	}
	if (fd >= 0)
		sys_close(fd);
	return result < 0 ? result : 0;
}

int file_write(const char *path, const void *content, size_t size)
{
	return write_whole(sys_open(path, O_WRONLY), content, size);
}

int file_make(const char *path, const void *content, size_t size)
{
	return write_whole(sys_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644), content, size);
}

int file_read(const char *path, void *to, size_t limit)
{
	int fd = sys_open(path, O_RDONLY), size;

	if (fd < 0)
		return fd;
	size = sys_read(fd, to, limit);
	sys_close(fd);
	return size;
}
