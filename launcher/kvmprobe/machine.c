#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    API_VERSION = 12, MEMORY = 4 << 20, START = 0x1000, PORT = 0x10, LAST_STAGE = 9, WELL = 0x7f, WRONG = 0xff, CPUID_LIMIT = 256,
    PAGE_TABLE = 7, PAGE_LARGE = 0x87, PAGE_2M = 2 << 20
};

static const unsigned long TSS_ADDRESS = 0xfffbd000;   /* below the firmware's place, as in other VMMs */

extern const uint8_t guest_start[], guest_end[];

struct machine {
    int kvm, vm, vcpu;
    uint8_t *memory;
    struct kvm_run *run;
};

const char *stage_name(int stage) {
    static const char *const names[] = {
        "making a VM", "real mode", "protected mode", "64-bit mode with paging", "a second address space", "changing page tables",
        "handling a page fault", "model specific registers", "user mode and system calls", "waking from HLT by a timer",
        "floating point"
    };
    return names[stage - STAGE_MAKING];
}

/* musl's request is an int, the kernel's an unsigned number. */
static int control(int fd, unsigned long request, const void *argument) {
    return ioctl(fd, (int) request, argument);
}

static void put64(uint8_t *at, uint64_t value) {
    memcpy(at, &value, sizeof value);
}

/* Two address spaces: in the first, 4 MiB are themselves; in the second, the second 2 MiB are the first again. */
static void fill_memory(uint8_t *memory) {
    for (unsigned root = 0x4000; root <= 0x7000; root += 0x3000) {
        put64(memory + root, (root + 0x1000) | PAGE_TABLE);
        put64(memory + root + 0x1000, (root + 0x2000) | PAGE_TABLE);
        put64(memory + root + 0x2000, PAGE_LARGE);
        put64(memory + root + 0x2008, (root == 0x4000 ? PAGE_2M : 0) | PAGE_LARGE);
    }
    memcpy(memory + START, guest_start, (size_t) (guest_end - guest_start));
}

/* The guest sees the processor that KVM offers, as a real one would. */
static int give_cpuid(const struct machine *machine) {
    struct kvm_cpuid2 *cpuid = calloc(1, sizeof *cpuid + CPUID_LIMIT * sizeof *cpuid->entries);
    if (cpuid == NULL) return -1;
    cpuid->nent = CPUID_LIMIT;
    int result = control(machine->kvm, KVM_GET_SUPPORTED_CPUID, cpuid);
    if (result == 0) result = control(machine->vcpu, KVM_SET_CPUID2, cpuid);
    free(cpuid);
    return result;
}

static int set_start(const struct machine *machine) {
    struct kvm_sregs special;
    struct kvm_regs registers = { .rip = START, .rflags = 2 };
    if (control(machine->vcpu, KVM_GET_SREGS, &special) != 0) return -1;
    special.cs.base = special.cs.selector = 0;
    if (control(machine->vcpu, KVM_SET_SREGS, &special) != 0) return -1;
    return control(machine->vcpu, KVM_SET_REGS, &registers);
}

static struct finding *make(struct machine *machine, const char *device, struct finding *finding) {
    machine->kvm = open(device, O_RDWR | O_CLOEXEC);
    if (machine->kvm < 0) {
        enum verdict verdict = errno == EACCES || errno == EPERM ? DENIED : ABSENT;
        return finding_set(finding, verdict, "cannot open %s: %s", device, strerror(errno));
    }
    int version = control(machine->kvm, KVM_GET_API_VERSION, NULL);
    if (version < 0) return finding_set(finding, ABSENT, "%s is no KVM device: %s", device, strerror(errno));
    if (version != API_VERSION) return finding_set(finding, BROKEN, "KVM's API version is %d, not %d", version, API_VERSION);
    machine->vm = control(machine->kvm, KVM_CREATE_VM, NULL);
    if (machine->vm < 0) return finding_set(finding, BROKEN, "cannot make a VM: %s", strerror(errno));
    machine->memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (machine->memory == MAP_FAILED) return finding_set(finding, BROKEN, "cannot map memory for a VM: %s", strerror(errno));
    fill_memory(machine->memory);
    struct kvm_userspace_memory_region region = { .memory_size = MEMORY, .userspace_addr = (uintptr_t) machine->memory };
    if (control(machine->vm, KVM_SET_USER_MEMORY_REGION, &region) != 0)
        return finding_set(finding, BROKEN, "cannot give a VM memory: %s", strerror(errno));
    if (ioctl(machine->vm, (int) KVM_SET_TSS_ADDR, TSS_ADDRESS) != 0)   /* early Intel processors need it for real mode */
        return finding_set(finding, BROKEN, "cannot give a VM a task state segment: %s", strerror(errno));
    if (control(machine->vm, KVM_CREATE_IRQCHIP, NULL) != 0)
        return finding_set(finding, BROKEN, "cannot give a VM interrupt controllers: %s", strerror(errno));
    machine->vcpu = control(machine->vm, KVM_CREATE_VCPU, NULL);
    if (machine->vcpu < 0) return finding_set(finding, BROKEN, "cannot make a virtual processor: %s", strerror(errno));
    int size = control(machine->kvm, KVM_GET_VCPU_MMAP_SIZE, NULL);
    machine->run = size < 0 ? MAP_FAILED : mmap(NULL, (size_t) size, PROT_READ | PROT_WRITE, MAP_SHARED, machine->vcpu, 0);
    if (machine->run == MAP_FAILED) return finding_set(finding, BROKEN, "cannot map a virtual processor: %s", strerror(errno));
    if (give_cpuid(machine) != 0) return finding_set(finding, BROKEN, "cannot set a virtual processor's CPUID: %s", strerror(errno));
    if (set_start(machine) != 0) return finding_set(finding, BROKEN, "cannot set a virtual processor's registers: %s", strerror(errno));
    return NULL;
}

static struct finding *run(const struct machine *machine, struct finding *finding, volatile int *stage) {
    const struct kvm_run *run = machine->run;
    for (;;) {
        if (control(machine->vcpu, KVM_RUN, NULL) != 0) {
            if (errno == EINTR) continue;
            return finding_set(finding, BROKEN, "the virtual processor does not run in %s: %s", stage_name(*stage), strerror(errno));
        }
        switch (run->exit_reason) {
            case KVM_EXIT_IO: {
                uint8_t value = *((const uint8_t *) run + run->io.data_offset);
                bool said = run->io.direction == KVM_EXIT_IO_OUT && run->io.port == PORT && run->io.size == 1;
                if (said && value == WELL && *stage == LAST_STAGE)
                    return finding_set(finding, WORKS, "a guest ran in real, protected, 64-bit and user mode");
                if (said && value == WRONG) return finding_set(finding, BROKEN, "the guest computed wrongly in %s", stage_name(*stage));
                if (!said || value != *stage + 1 || value > LAST_STAGE)
                    return finding_set(finding, BROKEN, "the guest said %u to port %u in %s", value, run->io.port, stage_name(*stage));
                *stage = value;
                break;
            }
            case KVM_EXIT_INTERNAL_ERROR:
                return finding_set(finding, BROKEN, "KVM_EXIT_INTERNAL_ERROR (suberror %u) in %s", run->internal.suberror, stage_name(*stage));
            case KVM_EXIT_FAIL_ENTRY:
                return finding_set(finding, BROKEN, "the processor refuses to enter the guest in %s (reason 0x%llx)", stage_name(*stage),
                                   (unsigned long long) run->fail_entry.hardware_entry_failure_reason);
            default:
                return finding_set(finding, BROKEN, "KVM ended the guest in %s (exit reason %u)", stage_name(*stage), run->exit_reason);
        }
    }
}

void machine_run(const char *device, struct finding *finding, volatile int *stage) {
    struct machine machine = { 0 };
    *stage = STAGE_MAKING;
    if (make(&machine, device, finding) != NULL) return;
    *stage = STAGE_STARTED;
    run(&machine, finding, stage);
}
