#define _GNU_SOURCE
#include "hypr.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : NULL;
}

/* The folder above the one the program lies in: bin/hypr belongs to a distribution whose daemon is bin/hyprd. */
static char *distribution(void) {
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0) fail("Cannot tell where hypr itself lies (/proc/self/exe): %s. Set HYPR_DIST to its distribution.", strerror(errno));
    program[length] = '\0';
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(program, '/');
        if (slash != NULL) *slash = '\0';
    }
    return text("%s", program);
}

static char *run_directory(void) {
    const char *given = setting("HYPR_RUN"), *session = setting("XDG_RUNTIME_DIR");
    if (given != NULL) return text("%s", given);
    if (geteuid() == 0) return text("/run/hypr");
    if (session != NULL) return text("%s/hypr", session);
    return text("/tmp/hypr-%u", (unsigned) geteuid());
}

static char *log_file(void) {
    const char *given = setting("HYPR_LOG"), *home = setting("HYPR_HOME"), *user = setting("HOME");
    if (given != NULL) return text("%s", given);
    if (home != NULL) return text("%s/hyprd.log", home);
    if (geteuid() == 0) return text("/var/lib/hypr/hyprd.log");
    return user != NULL ? text("%s/.local/share/hypr/hyprd.log", user) : text("%s", "");
}

void paths_find(struct paths *paths) {
    const char *given = setting("HYPR_DIST");
    paths->run = run_directory();
    paths->socket = text("%s/hypr.sock", paths->run);
    paths->hyprd = given != NULL ? text("%s/bin/hyprd", given) : text("%s/bin/hyprd", distribution());
    paths->log = log_file();
}
