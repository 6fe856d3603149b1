/*
 * edu ADDRESS: uses QEMU's educational device from user space, as root in a microVM, and prints what it finds:
 *
 *     id 010000ed
 *     factorial 3628800
 *     interrupts 3
 *
 * There is no driver for the device in the guest, so its MSI is set up by hand: a message to the first processor with the vector of the kernel's rescheduling
 * interrupt, which is harmless at any time, counted in /proc/interrupts, and not used by a guest with one processor. What is counted has gone the whole way: device, IOMMU's remapping, VFIO, VMM, guest.
 *
 * Registers: QEMU, docs/specs/edu.rst. MSI: PCI Local Bus Specification 3.0, 6.8.1. Message: Intel SDM volume 3, 11.11.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ID = 0x00, LIVE = 0x04, FACTORIAL = 0x08, STATUS = 0x20, CAUSE = 0x24, RAISE = 0x60, ACKNOWLEDGE = 0x64 };
enum { BUSY = 1 };
enum { COMMAND = 0x04, MEMORY_AND_MASTER = 0x06, CAPABILITIES = 0x34, MSI = 0x05, MSI_ENABLE = 0x0001, MSI_64 = 0x0080 };
static const uint32_t LOCAL_APIC = 0xfee00000;
enum { RESCHEDULE_VECTOR = 0xfd, ROUNDS = 3, PATIENCE = 2000 };

static volatile uint8_t *registers;
static int config;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint32_t get(unsigned at) { return *(volatile uint32_t *)(registers + at); }
static void put(unsigned at, uint32_t value) { *(volatile uint32_t *)(registers + at) = value; }

static uint32_t read_config(unsigned at, unsigned size)
{
	uint32_t value = 0;
	if (pread(config, &value, size, (off_t)at) != (ssize_t)size) die("reading the configuration space");
	return value;
}

static void write_config(unsigned at, uint32_t value, unsigned size)
{
	if (pwrite(config, &value, size, (off_t)at) != (ssize_t)size) die("writing the configuration space");
}

static unsigned find_msi(void)
{
	unsigned at, left = 48;
	for (at = read_config(CAPABILITIES, 1); at != 0 && left-- > 0; at = read_config(at + 1, 1))
		if (read_config(at, 1) == MSI) return at;
	fputs("the device has no MSI\n", stderr);
	exit(1);
}

static void enable_msi(void)
{
	unsigned at = find_msi();
	uint32_t control = read_config(at + 2, 2);
	write_config(at + 4, LOCAL_APIC, 4);
	if (control & MSI_64) write_config(at + 8, 0, 4);
	write_config(at + ((control & MSI_64) ? 12 : 8), RESCHEDULE_VECTOR, 2);
	write_config(at + 2, control | MSI_ENABLE, 2);
}

/* The sum over all processors in the line RES of /proc/interrupts. */
static unsigned long rescheduled(void)
{
	char line[4096];
	unsigned long sum = 0;
	FILE *file = fopen("/proc/interrupts", "r");
	if (!file) die("/proc/interrupts");
	while (fgets(line, sizeof line, file)) {
		char *at = strstr(line, "RES:"), *end;
		if (!at) continue;
		for (at += 4;; at = end) {
			unsigned long value = strtoul(at, &end, 10);
			if (end == at) break;
			sum += value;
		}
	}
	fclose(file);
	return sum;
}

/* Raises an interrupt, waits until it is counted, and lets the device be quiet again. */
static int one_more(void)
{
	unsigned long before = rescheduled();
	int left = PATIENCE, counted;
	put(RAISE, 1);
	while (!(counted = rescheduled() > before) && left-- > 0) usleep(1000);
	if (get(CAUSE) != 1) counted = 0;
	put(ACKNOWLEDGE, 1);
	return counted;
}

int main(int argc, char **argv)
{
	char path[256];
	int resource, round, seen = 0;
	unsigned long before;
	if (argc != 2) {
		fputs("edu ADDRESS, such as 0000:00:05.0\n", stderr);
		return 2;
	}
	snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/config", argv[1]);
	if ((config = open(path, O_RDWR)) < 0) die(path);
	write_config(COMMAND, read_config(COMMAND, 2) | MEMORY_AND_MASTER, 2);
	snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/resource0", argv[1]);
	if ((resource = open(path, O_RDWR | O_SYNC)) < 0) die(path);
	registers = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, resource, 0);
	if (registers == MAP_FAILED) die("mapping the registers");
	printf("id %08x\n", get(ID));
	put(LIVE, 0x12345678);
	if (get(LIVE) != ~0x12345678u) {
		fputs("the device does not live\n", stderr);
		return 1;
	}
	put(FACTORIAL, 10);
	while (get(STATUS) & BUSY) usleep(1000);
	printf("factorial %u\n", get(FACTORIAL));
	enable_msi();
	before = rescheduled();
	for (round = 0; round < ROUNDS; round++) seen += one_more();
	printf("interrupts %lu\n", rescheduled() - before);
	return seen == ROUNDS ? 0 : 1;
}
