/*
 * A library for QEMU that keeps small what a microVM costs beside its guest. It is preloaded, for two functions whose work QEMU 7 does
 * where it must not or need not, and it is a plug-in of the emulator, which throws translated code away when the guest rests.
 *
 * It uses functions of the C library that every version has under the same name. A plug-in is part of the program that loads it: this file
 * may also be used under the GNU General Public License, version 2 or later.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

/* The guest rests when all of QEMU uses less than this part of a processor. */
#define REST_PART 50
#define SECOND UINT64_C(1000000000)
#define PAGE 4096
#define PAGES_OF_A_MIB 256

/*
 * How long a guest must have rested, and how much code there must be, for it to be thrown away. What only the start needed goes soon; what followed
 * a start by itself (free memory reported, disks written) a little later. What the guest needs now and then is not translated again more often than the last.
 */
static const struct {
    uint64_t rest;
    size_t pages;
} steps[] = { { 2 * SECOND, 2 * PAGES_OF_A_MIB }, { 8 * SECOND, 2 * PAGES_OF_A_MIB }, { 60 * SECOND, 8 * PAGES_OF_A_MIB } };

/* The first piece of the buffer has what QEMU itself made at its start, for as long as it runs. */
#define PROLOGUE (16 * PAGE)
/* An idle guest keeps within it: pages of the usual size, so that what is used is what is paid for. */
#define SMALL (4 << 20)
/* Room enough for an empty tree. */
#define TREE (64 << 10)

/* What of QEMU's interface to plug-ins (version 1) is needed. */
typedef uint64_t plugin_id;
void qemu_plugin_register_vcpu_idle_cb(plugin_id id, void (*callback)(plugin_id, unsigned int)) __attribute__((weak));
void qemu_plugin_reset(plugin_id id, void (*callback)(plugin_id)) __attribute__((weak));
PUBLIC int qemu_plugin_version = 1;

/*
 * A guest says which memory it does not use. Of memory in a file QEMU gives a page back to the file first, which a template, sealed against
 * all writing, refuses; QEMU then leaves it at that. What the guest has of its own is the private page, which goes by the madvise that follows.
 */
PUBLIC int fallocate64(int descriptor, int mode, off64_t offset, off64_t length)
{
    int result = (int) syscall(SYS_fallocate, descriptor, mode, offset, length);
    if (result != 0 && errno == EPERM && (mode & FALLOC_FL_PUNCH_HOLE) && (fcntl(descriptor, F_GET_SEALS) & F_SEAL_WRITE)) return 0;
    return result;
}

/* The tree that the machine microvm describes itself with is made in a megabyte, which libfdt fills with zeros that are there already. */
PUBLIC int fdt_create(void *tree, int size)
{
    int (*make)(void *, int);
    *(void **) &make = dlsym(RTLD_NEXT, "fdt_create");
    return make == NULL ? -1 : make(tree, size < TREE ? size : TREE);
}

static uint64_t now(clockid_t clock)
{
    struct timespec time;
    return clock_gettime(clock, &time) == 0 ? (uint64_t) time.tv_sec * SECOND + (uint64_t) time.tv_nsec : 0;
}

static const char *hexadecimal(const char *text, uintptr_t *value)
{
    *value = 0;
    for (;; text++) {
        if (*text >= '0' && *text <= '9') *value = *value << 4 | (uintptr_t) (*text - '0');
        else if (*text >= 'a' && *text <= 'f') *value = *value << 4 | (uintptr_t) (*text - 'a' + 10);
        else return text;
    }
}

/* Takes a line of proc_pid_maps(5); true if it is of memory that can be written and run, which translated code alone is. */
static bool is_code(const char *line, uintptr_t *begin, uintptr_t *end)
{
    const char *rest = hexadecimal(line, begin);
    return *rest == '-' && strncmp(hexadecimal(rest + 1, end), " rwxp 00000000 00:00 0", 22) == 0;
}

/* Calls a function for each piece of the buffer of translated code, and adds up what it returns. */
static size_t each_piece(size_t (*visit)(uintptr_t begin, uintptr_t end))
{
    static char text[2 * PAGE];
    size_t kept = 0, sum = 0;
    ssize_t got;
    bool first = true;
    int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (maps < 0) return 0;
    while ((got = read(maps, text + kept, sizeof text - 1 - kept)) > 0) {
        char *line = text, *feed;
        text[kept + (size_t) got] = '\0';
        while ((feed = strchr(line, '\n')) != NULL) {
            uintptr_t begin, end;
            if (is_code(line, &begin, &end)) {
                if (first) begin += PROLOGUE;
                first = false;
                if (begin < end) sum += visit(begin, end);
            }
            line = feed + 1;
        }
        kept = strlen(line);
        if (kept == sizeof text - 1) break;
        memmove(text, line, kept);
    }
    close(maps);
    return sum;
}

/* Pages that are in memory. */
static size_t resident(uintptr_t begin, uintptr_t end)
{
    static unsigned char pages[PAGE];
    size_t sum = 0;
    for (; begin < end; begin += sizeof pages * PAGE) {
        size_t count = (end - begin) / PAGE < sizeof pages ? (end - begin) / PAGE : sizeof pages;
        if (mincore((void *) begin, count * PAGE, pages) != 0) return sum;
        for (size_t i = 0; i < count; i++) sum += pages[i] & 1;
    }
    return sum;
}

static size_t give_back(uintptr_t begin, uintptr_t end)
{
    return madvise((void *) begin, end - begin, MADV_DONTNEED) == 0;
}

static size_t make_small(uintptr_t begin, uintptr_t end)
{
    return madvise((void *) begin, end - begin < SMALL ? end - begin : SMALL, MADV_NOHUGEPAGE) == 0;
}

/* QEMU calls what follows with its lock held, or while no processor of the guest runs. */
static uint64_t looked, used, rested;
static unsigned int step;
static bool is_small;
static void idle(plugin_id id, unsigned int processor);

/* QEMU has forgotten all translated code, and its callbacks. */
static void flushed(plugin_id id)
{
    each_piece(give_back);
    if (!is_small) each_piece(make_small);
    is_small = true;
    malloc_trim(0);
    qemu_plugin_register_vcpu_idle_cb(id, idle);
}

/* A processor of the guest waits. The guest does so several times a second when it rests, so no timer is needed. */
static void idle(plugin_id id, unsigned int processor)
{
    uint64_t time = now(CLOCK_MONOTONIC), taken;
    (void) processor;
    if (time - looked < SECOND) return;
    taken = now(CLOCK_PROCESS_CPUTIME_ID);
    rested = looked != 0 && (taken - used) * REST_PART < time - looked ? rested + time - looked : 0;
    looked = time;
    used = taken;
    if (rested < steps[step].rest) return;
    rested = 0;
    if (each_piece(resident) >= steps[step].pages) qemu_plugin_reset(id, flushed);
    if (step < sizeof steps / sizeof *steps - 1) step++;
}

PUBLIC int qemu_plugin_install(plugin_id id, const void *info, int count, char **words)
{
    (void) info;
    (void) count;
    (void) words;
    if (qemu_plugin_register_vcpu_idle_cb == NULL || qemu_plugin_reset == NULL) return 1;
    qemu_plugin_register_vcpu_idle_cb(id, idle);
    return 0;
}
