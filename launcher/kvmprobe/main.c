/* hypr-kvmprobe: does /dev/kvm run a guest? Says so in one line of JSON and by the exit status. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_TIMEOUT_MS = 250, SECOND_TIME = 4, LIMIT_MS = 60000, STATUS_USAGE = 125 };

/* Between the process that may hang and the one that must not. */
struct shared {
    struct finding finding;
    volatile int stage;
};

static const char *const verdicts[] = { "works", "broken", "absent", "denied" };

struct finding *finding_set(struct finding *finding, enum verdict verdict, const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(finding->reason, sizeof finding->reason, format, values);
    va_end(values);
    finding->verdict = verdict;
    return finding;
}

static long long now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

_Noreturn static void usage(void) {
    fprintf(stderr, "usage: hypr-kvmprobe [--timeout-ms N] [--device FILE]\n"
        "N is how long no progress means that the guest hangs, 1 to 60000, 250 unless given.\n");
    exit(STATUS_USAGE);
}

static void parse(int argc, char **argv, const char **device, int *timeout) {
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc) usage();
        if (strcmp(argv[i], "--device") == 0) *device = argv[i + 1];
        else if (strcmp(argv[i], "--timeout-ms") == 0) {
            char *end;
            long value = strtol(argv[i + 1], &end, 10);
            if (*end != '\0' || value < 1 || value > LIMIT_MS) {
                fprintf(stderr, "hypr-kvmprobe: --timeout-ms takes 1 to %d, not '%s'.\n", LIMIT_MS, argv[i + 1]);
                exit(STATUS_USAGE);
            }
            *timeout = (int) value;
        } else usage();
    }
}

/* True when the child ended; false when it made no progress for the time. Its end closes the pipe, which needs no signal. A host
   that is merely slow (KVM in an emulated machine) reaches another stage within the time. */
static bool ended_in_time(int pipe_end, int timeout, const volatile int *stage) {
    int seen = *stage;
    for (;;) {
        struct pollfd watched = { .fd = pipe_end, .events = POLLIN };
        int ready = poll(&watched, 1, timeout);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
        if (ready == 0 && *stage == seen) return false;
        seen = *stage;
    }
}

/* Runs the guest and sets the finding; false when it made no progress for the time. */
static bool observe(const char *device, int timeout, struct shared *shared) {
    int ends[2], status;
    shared->stage = STAGE_MAKING;
    if (pipe(ends) != 0) { finding_set(&shared->finding, BROKEN, "cannot make a pipe: %s", strerror(errno)); return true; }
    pid_t child = fork();
    if (child < 0) { finding_set(&shared->finding, BROKEN, "cannot make a process: %s", strerror(errno)); return true; }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[0]);
        machine_run(device, &shared->finding, &shared->stage);
        _exit(0);
    }
    close(ends[1]);
    bool ended = ended_in_time(ends[0], timeout, &shared->stage);
    if (!ended) {
        kill(child, SIGKILL);
        finding_set(&shared->finding, BROKEN, "no progress for %d ms in %s", timeout, stage_name(shared->stage));
        if (!ended_in_time(ends[0], timeout, &shared->stage)) {   /* stuck in the kernel: not waited for */
            close(ends[0]);
            return false;
        }
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) { }
    close(ends[0]);
    if (ended && WIFSIGNALED(status))
        finding_set(&shared->finding, BROKEN, "signal %d ended the guest in %s", WTERMSIG(status), stage_name(shared->stage));
    return ended;
}

/* Reasons are plain ASCII, but --device may hold anything. */
static void print_json(const char *text) {
    for (; *text != '\0'; text++) {
        unsigned char octet = (unsigned char) *text;
        if (octet == '"' || octet == '\\') printf("\\%c", octet);
        else if (octet < ' ') printf("\\u%04x", octet);
        else putchar(octet);
    }
}

int main(int argc, char **argv) {
    const char *device = "/dev/kvm";
    int timeout = DEFAULT_TIMEOUT_MS;
    parse(argc, argv, &device, &timeout);
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) { perror("hypr-kvmprobe: cannot map memory"); return STATUS_USAGE; }
    finding_set(&shared->finding, BROKEN, "the probe ended without a result");
    long long before = now_us();
    if (!observe(device, timeout, shared))   /* a busy host may hold a guest back for so long: only a second, longer hang counts */
        observe(device, timeout * SECOND_TIME, shared);
    printf("{\"kvm\":\"%s\",\"reason\":\"", verdicts[shared->finding.verdict]);
    print_json(shared->finding.reason);
    printf("\",\"ms\":%lld}\n", (now_us() - before + 500) / 1000);
    return fflush(stdout) == 0 ? (int) shared->finding.verdict : STATUS_USAGE;
}
