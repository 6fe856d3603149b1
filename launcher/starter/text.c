#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int messages = STDERR_FILENO;
static void (*undo_all)(void);

void messages_to(int fd) {
    messages = fd;
}

void on_failure(void (*undo)(void)) {
    undo_all = undo;
}

static void print(int error, const char *format, va_list values) {
    char sentence[2048];
    vsnprintf(sentence, sizeof sentence, format, values);
    dprintf(messages, error == 0 ? "hypr-start: %s.\n" : "hypr-start: %s: %s.\n", sentence, strerror(error));
}

void warn(int error, const char *format, ...) {
    va_list values;
    va_start(values, format);
    print(error, format, values);
    va_end(values);
}

void fail(int error, const char *format, ...) {
    va_list values;
    va_start(values, format);
    print(error, format, values);
    va_end(values);
    void (*undo)(void) = undo_all;
    undo_all = NULL;   /* an undo that fails itself ends here */
    if (undo != NULL) undo();
    _exit(STATUS_FAILED);
}

int write_text(const char *path, int flags, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);
    if (fd < 0) return errno;
    size_t length = strlen(text);
    ssize_t written;
    do written = write(fd, text, length); while (written < 0 && errno == EINTR);
    int error = written < 0 ? errno : (size_t) written < length ? ENOSPC : 0;
    if (close(fd) != 0 && error == 0) error = errno;
    return error;
}

unsigned long long parse_number(const char *option, const char *text, unsigned long long most) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || value > most)
        fail(0, "%s takes a number from 0 to %llu, not '%s'", option, most, text);
    return value;
}
