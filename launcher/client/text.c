#include "hypr.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print(const char *format, va_list values) {
    char line[4096];
    int length = vsnprintf(line, sizeof line, format, values);
    if (length < 0) return;
    fprintf(stderr, "hypr: %s\n", line);   /* stderr is unbuffered; one call keeps the line together */
}

void say(const char *format, ...) {
    va_list values;
    va_start(values, format);
    print(format, values);
    va_end(values);
}

void fail(const char *format, ...) {
    terminal_restore();
    va_list values;
    va_start(values, format);
    print(format, values);
    va_end(values);
    exit(STATUS_FAILED);
}

char *text(const char *format, ...) {
    va_list values;
    va_start(values, format);
    int length = vsnprintf(NULL, 0, format, values);
    va_end(values);
    char *made = length < 0 ? NULL : malloc((size_t) length + 1);
    if (made == NULL) fail("Out of memory.");
    va_start(values, format);
    vsnprintf(made, (size_t) length + 1, format, values);
    va_end(values);
    return made;
}

void buffer_add(struct buffer *buffer, const void *octets, size_t count) {
    if (count == 0) return;
    if (buffer->start > 0 && buffer->capacity - buffer->end < count) {
        memmove(buffer->octets, buffer->octets + buffer->start, buffer_length(buffer));
        buffer->end -= buffer->start;
        buffer->start = 0;
    }
    if (buffer->capacity - buffer->end < count) {
        size_t capacity = buffer->capacity == 0 ? 4096 : buffer->capacity;
        while (capacity - buffer->end < count) {
            if (capacity > SIZE_MAX / 2) fail("Out of memory.");
            capacity *= 2;
        }
        uint8_t *grown = realloc(buffer->octets, capacity);
        if (grown == NULL) fail("Out of memory.");
        buffer->octets = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->octets + buffer->end, octets, count);
    buffer->end += count;
}

void buffer_take(struct buffer *buffer, size_t count) {
    buffer->start += count;
    if (buffer->start == buffer->end) buffer->start = buffer->end = 0;
}

size_t buffer_length(const struct buffer *buffer) {
    return buffer->end - buffer->start;
}

void put_u16(struct buffer *buffer, uint16_t value) {
    uint8_t octets[] = { (uint8_t) value, (uint8_t) (value >> 8) };
    buffer_add(buffer, octets, sizeof octets);
}

void put_u32(struct buffer *buffer, uint32_t value) {
    uint8_t octets[] = { (uint8_t) value, (uint8_t) (value >> 8), (uint8_t) (value >> 16), (uint8_t) (value >> 24) };
    buffer_add(buffer, octets, sizeof octets);
}

uint32_t get_u32(const uint8_t *octets) {
    return octets[0] | (uint32_t) octets[1] << 8 | (uint32_t) octets[2] << 16 | (uint32_t) octets[3] << 24;
}

void put_frame(struct buffer *buffer, enum frame_type type, const void *payload, size_t count) {
    uint8_t start[] = { (uint8_t) type, 0, 0, 0 };
    buffer_add(buffer, start, sizeof start);
    put_u32(buffer, (uint32_t) count);
    buffer_add(buffer, payload, count);
}
