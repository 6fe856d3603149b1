/* hypr: says what was typed to hyprd, carries streams and signals, prints what comes back. */
#define _GNU_SOURCE
#include "hypr.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { AGAIN_MS = 50, AGAIN_LIMIT_MS = 60000 };

/* A descriptor below 3 that is closed would be given to the socket. */
static void fill_standard_streams(void) {
    int fd;
    do fd = open("/dev/null", O_RDWR); while (fd >= 0 && fd <= 2);
    if (fd > 2) close(fd);
}

static bool is_daemon_command(int argc, char **argv, const char *name) {
    return argc >= 3 && strcmp(argv[1], "daemon") == 0 && strcmp(argv[2], name) == 0;
}

static bool asks_help(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

static int connect_or_start(int argc, char **argv, const struct paths *paths) {
    int fd = daemon_await(paths);
    if (fd >= 0) return fd;
    if (!asks_help(argc, argv)) {
        bool stop = is_daemon_command(argc, argv, "stop"), status = is_daemon_command(argc, argv, "status");
        if (stop || status) {
            fprintf(stderr, "hyprd is not running\n");
            exit(status ? 1 : 0);
        }
    }
    const char *never = getenv("HYPR_NO_AUTOSTART");
    if (never != NULL && strcmp(never, "1") == 0 && !is_daemon_command(argc, argv, "start"))
        fail("hyprd is not running at %s, and HYPR_NO_AUTOSTART=1 forbids to start it. Start it with: hypr daemon start", paths->socket);
    return daemon_start(paths);
}

/* What a trace counts from. */
static void note_begin(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--trace") == 0) {
            struct timespec now;
            char text[24];
            clock_gettime(CLOCK_MONOTONIC, &now);
            snprintf(text, sizeof text, "%lld%09ld", (long long) now.tv_sec, now.tv_nsec);
            setenv("HYPR_BEGUN", text, 1);
        }
}

int main(int argc, char **argv) {
    struct paths paths;
    fill_standard_streams();
    note_begin(argc, argv);
    paths_find(&paths);
    if (is_daemon_command(argc, argv, "run") && !asks_help(argc, argv)) daemon_become(&paths, argv + 2);
    int hold, status, times = 0;
    do {
        struct buffer out = { 0 };
        int socket = connect_or_start(argc, argv, &paths);
        hold = is_daemon_command(argc, argv, "stop") && !asks_help(argc, argv) ? daemon_hold(socket) : -1;
        command_put(&out, argc, argv);
        status = conversation(socket, &out);
        if (status != STATUS_AGAIN) break;
        poll(NULL, 0, AGAIN_MS);
    } while (++times < AGAIN_LIMIT_MS / AGAIN_MS);
    if (status == STATUS_AGAIN) fail("The commands of hyprd did not come back within %d s. Its log tells more: %s", AGAIN_LIMIT_MS / 1000, paths.log);
    terminal_restore();
    /* hyprd answers before it ends; who says stop wants to be able to start the next one. */
    if (hold >= 0 && status == 0 && !daemon_await_end(hold)) fail("hyprd still runs a minute after it was asked to stop. Its log tells more: %s", paths.log);
    return status;
}
