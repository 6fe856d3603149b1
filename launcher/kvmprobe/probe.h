/* hypr-kvmprobe: what its files share. */
#ifndef PROBE_H
#define PROBE_H

enum verdict { WORKS, BROKEN, ABSENT, DENIED };   /* also the exit status */

enum { REASON_LIMIT = 400, STAGE_MAKING = -1, STAGE_STARTED = 0 };
struct finding {
    enum verdict verdict;
    char reason[REASON_LIMIT];
};

/* Sets the finding; returns it for `return finding_set(...)`. */
struct finding *finding_set(struct finding *finding, enum verdict verdict, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* machine.c: runs the guest on the KVM device at the path. May hang: the caller runs it in a process that it can kill.
   *stage is the last stage that the guest reached, readable meanwhile. */
void machine_run(const char *device, struct finding *finding, volatile int *stage);
const char *stage_name(int stage);

#endif
