#define _GNU_SOURCE
#include "hypr.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static volatile bool have_saved;   /* read by handlers of fatal signals */
static bool wanted;

uint16_t terminal_flags(void) {
    uint16_t flags = 0;
    for (int fd = 0; fd < 3; fd++)
        if (isatty(fd)) flags |= (uint16_t) (1 << fd);
    return flags;
}

struct terminal_size terminal_size(void) {
    struct terminal_size size = { 0, 0 };
    struct winsize window;
    for (int fd = 0; fd < 3; fd++)
        if (ioctl(fd, TIOCGWINSZ, &window) == 0) {
            size.rows = window.ws_row;
            size.columns = window.ws_col;
            break;
        }
    return size;
}

/* TCSANOW everywhere: a terminal that takes no output (Ctrl-S, a dead line) must not hold the client at its end. */
static void enter(void) {
    struct termios raw;
    if (tcgetattr(STDIN_FILENO, &raw) != 0) return;   /* not a terminal: nothing to change */
    if (tcgetpgrp(STDIN_FILENO) != getpgrp()) return;  /* in the background; comes with SIGCONT when it is put in front */
    if (!have_saved) {
        saved = raw;
        have_saved = true;
    }
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

void terminal_raw(bool raw) {
    wanted = raw;
    if (raw) enter(); else terminal_restore();
}

void terminal_restore(void) {
    if (!have_saved) return;
    tcsetattr(STDIN_FILENO, TCSANOW, &saved);
    have_saved = false;
}

void terminal_resume(void) {
    if (wanted) enter();
}
