/* Stands in for libraries that QEMU would load, and relocate, for nothing. Nobody calls them; who does all the same is told what is missing. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void absent(const char *name)
{
    static const char words[] = "HYPR leaves out the library of QEMU's that has ";
    if (write(STDERR_FILENO, words, sizeof words - 1) < 0 || write(STDERR_FILENO, name, strlen(name)) < 0 || write(STDERR_FILENO, "\n", 1) < 0) abort();
    abort();
}

#define ABSENT(name) __attribute__((visibility("default"))) void name(void); void name(void) { absent(#name); }
#include "absent.h"
