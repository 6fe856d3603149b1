#define _GNU_SOURCE
#include "hypr.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int pipe_ends[2];
static bool pipe_ignored;

static const int fatal[] = { SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS };
/* Of no meaning to a command in a microVM, or the terminal's own business. */
static const int kept[] = { SIGKILL, SIGSTOP, SIGCHLD, SIGPIPE, SIGTTIN, SIGTTOU, SIGURG };

static bool among(int number, const int *numbers, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number) return true;
    return false;
}

/* A handler and a pipe rather than signalfd: a signal then also interrupts a write that waits for a slow reader. */
static void collect(int number) {
    int before = errno;
    uint8_t octet = (uint8_t) number;
    while (write(pipe_ends[1], &octet, 1) < 0 && errno == EINTR) { }   /* when full, enough are waiting already */
    errno = before;
}

static void end_abnormally(int number) {
    terminal_restore();
    raise(number);   /* SA_RESETHAND has put the default action back */
}

int signals_open(void) {
    struct sigaction previous, action = { .sa_handler = collect };
    if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) fail("Cannot make a pipe: %s.", strerror(errno));
    sigfillset(&action.sa_mask);
    for (int number = 1; number < NSIG; number++) {
        if (among(number, kept, sizeof kept / sizeof *kept) || among(number, fatal, sizeof fatal / sizeof *fatal)) continue;
        if (sigaction(number, NULL, &previous) != 0 || previous.sa_handler == SIG_IGN) continue;   /* the libc's own; nohup's */
        sigaction(number, &action, NULL);
    }
    struct sigaction last = { .sa_handler = end_abnormally, .sa_flags = (int) (SA_RESETHAND | SA_NODEFER) };
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) sigaction(fatal[i], &last, NULL);
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigaction(SIGPIPE, &ignore, &previous);
    pipe_ignored = previous.sa_handler == SIG_IGN;
    return pipe_ends[0];
}

void signals_stop_self(void) {
    raise(SIGSTOP);
}

void signals_die(int number) {
    terminal_restore();
    struct sigaction standard = { .sa_handler = SIG_DFL };
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    sigaction(number, &standard, NULL);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    _exit(128 + number);
}

bool signals_pipe_ignored(void) {
    return pipe_ignored;
}
