/* Small files, read and written whole. */
#ifndef KESTREL_FILES_H
#define KESTREL_FILES_H

#include <stddef.h>

/* Writes to a file that exists (sysctls, cgroup files): 0 or a negative errno. */
int file_write(const char *path, const void *content, size_t size);

/* Makes a file of Kestrel's own with this content: 0 or a negative errno. */
int file_make(const char *path, const void *content, size_t size);

/* Reads at most `limit` octets: their count or a negative errno. */
int file_read(const char *path, void *to, size_t limit);

#endif
