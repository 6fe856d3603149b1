/*
 * PID 1 of kernel/test.sh's guests: does what a container does and says on the console whether the kernel could.
 * /dev/vda is a SquashFS with the file `hello`, /dev/vdb an empty ext4. Powers off at the end.
 */
#define _GNU_SOURCE
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/dm-ioctl.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif

static char reason[256];
static int checks;

void because(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
}

void check(const char *name, int good)
{
    if (good)
        printf("ok %s\n", name);
    else
        printf("not ok %s: %s\n", name, reason[0] ? reason : strerror(errno));
    reason[0] = 0;
    checks++;
    fflush(stdout);
}

/* Reads a file whole, at most size - 1 bytes; an unreadable file is an empty one. */
static char *contents(const char *path, char *buffer, size_t size)
{
    size_t length = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        ssize_t n;
        while (length < size - 1 && (n = read(file, buffer + length, size - 1 - length)) > 0)
            length += (size_t)n;
        close(file);
    } else {
        because("%s: %s", path, strerror(errno));
    }
    buffer[length] = 0;
    return buffer;
}

static int has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += length)
        if ((at == text || strchr(" \t\n", at[-1])) && (!at[length] || strchr(" \t\n", at[length])))
            return 1;
    return 0;
}

static void check_words(const char *kind, const char *path, const char *const words[])
{
    char text[4096], name[64];
    contents(path, text, sizeof text);
    for (; *words; words++) {
        snprintf(name, sizeof name, "%s %s", kind, *words);
        if (!has_word(text, *words) && !reason[0])
            because("%s does not list it", path);
        check(name, has_word(text, *words));
    }
}

static void check_exists(const char *kind, const char *directory, const char *const names[])
{
    char path[128], name[128];
    for (; *names; names++) {
        snprintf(path, sizeof path, "%s/%s", directory, *names);
        snprintf(name, sizeof name, "%s %s", kind, *names);
        check(name, access(path, F_OK) == 0);
    }
}

static int put(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0)
        return 0;
    ssize_t n = write(file, text, strlen(text));
    return close(file) == 0 && n == (ssize_t)strlen(text);
}

static void check_root(void)
{
    static const char acl[] = {2, 0, 0, 0, 1, 0, 6, 0, -1, -1, -1, -1, 2, 0, 4, 0, 42, 0, 0, 0, 4, 0, 4, 0, -1, -1, -1, -1,
                               16, 0, 4, 0, -1, -1, -1, -1, 32, 0, 0, 0, -1, -1, -1, -1};
    char text[64];
    mkdir("/lower", 0755);
    mkdir("/disk", 0755);
    mkdir("/root", 0755);
    check("mount squashfs (zstd)", mount("/dev/vda", "/lower", "squashfs", MS_RDONLY, NULL) == 0);
    check("mount ext4", mount("/dev/vdb", "/disk", "ext4", 0, NULL) == 0);
    mkdir("/disk/upper", 0755);
    mkdir("/disk/work", 0755);
    check("mount overlay",
          mount("overlay", "/root", "overlay", 0, "lowerdir=/lower,upperdir=/disk/upper,workdir=/disk/work") == 0);
    contents("/root/hello", text, sizeof text);
    check("read through overlay", strcmp(text, "hello\n") == 0);
    check("write through overlay", put("/root/hello", "HELLO\n") && !strcmp(contents("/disk/upper/hello", text, sizeof text), "HELLO\n"));
    check("ACL through overlay", setxattr("/root/hello", "system.posix_acl_access", acl, sizeof acl, 0) == 0);
    check("user xattr", setxattr("/root/hello", "user.test", "1", 1, 0) == 0);
    check("unmount", umount("/root") == 0 && umount("/disk") == 0 && umount("/lower") == 0);
}

static void check_cgroups(void)
{
    static const char *const controllers[] = {"cpu", "cpuset", "memory", "io", "pids", "hugetlb", NULL};
    check("mount cgroup2", mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL) == 0);
    check_words("controller", "/sys/fs/cgroup/cgroup.controllers", controllers);
    mkdir("/sys/fs/cgroup/test", 0755);
    check("cgroup limit", put("/sys/fs/cgroup/cgroup.subtree_control", "+memory +pids +cpu +io") &&
                              put("/sys/fs/cgroup/test/memory.max", "16777216") && put("/sys/fs/cgroup/test/pids.max", "8"));
    check("cgroup freezer and kill",
          access("/sys/fs/cgroup/test/cgroup.freeze", F_OK) == 0 && access("/sys/fs/cgroup/test/cgroup.kill", F_OK) == 0);
}

static void check_namespaces(void)
{
    int flags = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWCGROUP;
    pid_t child = fork();
    if (child == 0)
        _exit(unshare(flags) ? errno : 0);
    int status = -1;
    waitpid(child, &status, 0);
    because("unshare: %s", strerror(WEXITSTATUS(status)));
    check("all namespaces", status == 0);
    static const char *const names[] = {"user", "pid", "net", "uts", "ipc", "cgroup", "mnt", "time", NULL};
    check_exists("namespace", "/proc/self/ns", names);
}

static void check_calls(void)
{
    struct io_uring_params ring = {0};
    check("io_uring", syscall(SYS_io_uring_setup, 4, &ring) >= 0);
    check("seccomp", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &(unsigned){SECCOMP_RET_KILL_PROCESS}) == 0);
    check("landlock", syscall(444 /* landlock_create_ruleset */, NULL, 0, 1 /* version */) >= 1);
    check("userfaultfd", syscall(SYS_userfaultfd, O_CLOEXEC) >= 0);
    check("mqueue", syscall(SYS_mq_open, "test", O_CREAT | O_RDWR, 0600, NULL) >= 0);
    check("keyctl", syscall(SYS_add_key, "user", "test", "x", 1, -3 /* session keyring */) > 0);

    struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
    union bpf_attr program;
    memset(&program, 0, sizeof program);
    program.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    program.insn_cnt = 2;
    program.insns = (unsigned long)code;
    program.license = (unsigned long)"GPL";
    check("bpf program for a cgroup's devices", syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof program) >= 0);

    check("vsock", socket(AF_VSOCK, SOCK_STREAM, 0) >= 0);
    check("ipv6", socket(AF_INET6, SOCK_STREAM, 0) >= 0);

    unsigned char random[32];
    check("entropy at once", syscall(SYS_getrandom, random, sizeof random, 1 /* GRND_NONBLOCK */) == sizeof random);

    long pid = 20;   /* getpid by the 32-bit door */
    __asm__ volatile("int $0x80" : "+a"(pid) : : "r8", "r9", "r10", "r11", "memory");
    because("getpid by int 0x80 returned %ld", pid);
    check("32-bit system calls", pid == 1);
    check("modules", access("/proc/modules", F_OK) == 0);
    struct timespec sharp;
    clock_getres(CLOCK_MONOTONIC, &sharp);
    because("the clock ticks by %ld ns", sharp.tv_nsec);
    check("high resolution timers", sharp.tv_sec == 0 && sharp.tv_nsec == 1);
}

static void check_verity(void)
{
    char buffer[16384];
    struct dm_ioctl *request = (struct dm_ioctl *)(void *)buffer;
    memset(buffer, 0, sizeof buffer);
    request->version[0] = DM_VERSION_MAJOR;
    request->data_size = sizeof buffer;
    request->data_start = sizeof *request;
    int control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
    int found = 0;
    if (control >= 0 && ioctl(control, DM_LIST_VERSIONS, request) == 0) {
        struct dm_target_versions *target = (struct dm_target_versions *)(void *)(buffer + request->data_start);
        for (;;) {
            found |= strcmp(target->name, "verity") == 0;
            if (!target->next)
                break;
            target = (struct dm_target_versions *)(void *)((char *)target + target->next);
        }
        because("device mapper lists no such target");
    }
    check("dm-verity", found);
}

static void check_devices(int pci)
{
    static const char *const drivers[] = {"virtio_blk", "virtio_net", "virtio_console", "virtio_balloon", "virtio_mem",
                                          "virtio_rng", "virtiofs", "9pnet_virtio", "vmw_vsock_virtio_transport", NULL};
    check_exists("driver", "/sys/bus/virtio/drivers", drivers);
    static const char *const consoles[] = {"hvc0", "ttyS0", "kmsg", "fuse", "loop-control", "net/tun", NULL};
    check_exists("device", "/dev", consoles);
    check("virtio-mmio", access("/sys/bus/platform/drivers/virtio-mmio", F_OK) == 0);
    if (pci) {
        char text[64];
        check("PCI device with MSI", access("/sys/bus/virtio/devices/virtio0/../msi_irqs", F_OK) == 0);
        check("PCI Express hotplug", access("/sys/bus/pci_express/drivers/pciehp", F_OK) == 0);
        check("NVMe", access("/sys/bus/pci/drivers/nvme", F_OK) == 0);
        check("ACPI", strstr(contents("/proc/interrupts", text, sizeof text), "CPU0") && access("/sys/firmware/acpi", F_OK) == 0);
    }
}

static void check_memory(void)
{
    char text[4096];
    check("free page reporting", access("/sys/module/page_reporting", F_OK) == 0);
    check("memory hotplug", access("/sys/devices/system/memory/block_size_bytes", F_OK) == 0);
    contents("/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof text);
    if (!reason[0])
        because("the choices are %s", text);
    check("huge pages on request", strstr(text, "madvise") != NULL);   /* chosen from 512 MiB of memory on */
}

int main(int count, char **words)
{
    static const char *const types[] = {"overlay", "squashfs", "ext4", "tmpfs", "devtmpfs", "cgroup2", "virtiofs", "9p",
                                        "fuse", "mqueue", "binfmt_misc", "bpf", "proc", "sysfs", "devpts", "hugetlbfs", NULL};
    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    mkdir("/dev", 0755);
    check("mount proc, sysfs, devtmpfs", mount("proc", "/proc", "proc", 0, NULL) == 0 && mount("sysfs", "/sys", "sysfs", 0, NULL) == 0 &&
                                             mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) == 0);
    check_words("file system", "/proc/filesystems", types);
    check_root();
    check_cgroups();
    check_namespaces();
    check_calls();
    check_verity();
    check_devices(count > 1 && strcmp(words[1], "pci") == 0);
    check_memory();
    check_network();
    printf("end %d\n", checks);
    fflush(stdout);
    tcdrain(1);
    /* With ACPI this powers off; without, the command line has reboot=t and the machine no-reboot: both end the VMM. */
    reboot(access("/sys/firmware/acpi", F_OK) == 0 ? RB_POWER_OFF : RB_AUTOBOOT);
    return 1;
}
