#include "link_open.h"

#include <linux/netlink.h>

#include "memory.h"
#include "sys.h"

#define PORTS "/sys/class/virtio-ports/"
#define PORT_NAME "io.hypr.link"

enum { VSOCK_HOST = 2, VSOCK_PORT = 1024, RETRY_MS = 100 };

/* Of linux/vm_sockets.h, which wants a C library. */
struct vsock_address {
	uint16_t family, reserved;
	uint32_t port, cid;
	uint8_t flags, zero[3];
};

struct directory_entry {
	uint64_t inode, offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

static bool port_has_name(const char *port)
{
	char path[64], name[sizeof PORT_NAME + 1];
	struct builder b = build(path, sizeof path);
	int fd, size;

	append(&b, PORTS);
	append(&b, port);
	append(&b, "/name");
	if (b.cut)
		return false;
	fd = sys_open(path, O_RDONLY);
	if (fd < 0)
		return false;
	size = sys_read(fd, name, sizeof name);
	sys_close(fd);
	return size == sizeof PORT_NAME && memcmp(name, PORT_NAME "\n", sizeof PORT_NAME) == 0;
}

static int open_device(const char *port)
{
	char path[64];
	struct builder b = build(path, sizeof path);

	append(&b, "/dev/");
	append(&b, port);
	return b.cut ? -ENAMETOOLONG : sys_open(path, O_RDWR | O_NONBLOCK);
}

static int open_port(void)
{
	_Alignas(struct directory_entry) char entries[1024];
	int size, result = -ENODEV, fd = sys_open(PORTS, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return fd;
	while (result < 0 && (size = sys_getdents(fd, entries, sizeof entries)) > 0)
		for (int at = 0; at < size && result < 0;) {
			struct directory_entry *entry = (struct directory_entry *)(void *)(entries + at);

			if (entry->name[0] != '.' && port_has_name(entry->name))
				result = open_device(entry->name);
			at += entry->size;
		}
	sys_close(fd);
	return result;
}

/* Gives a host that does not answer at all a moment, and no more. */
static int connect_within(int fd, const struct vsock_address *host)
{
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	int error = 0;
	int result = sys_connect(fd, host, sizeof *host);

	if (result != -EINPROGRESS)
		return result;
	result = sys_poll(&wait, 1, RETRY_MS);
	if (result == 0)
		return -ETIMEDOUT;
	if (result > 0)
		result = sys_socket_error(fd, &error);
	return result < 0 ? result : -error;
}

static int open_vsock(void)
{
	struct vsock_address host = {.family = AF_VSOCK, .port = VSOCK_PORT, .cid = VSOCK_HOST};
	int fd = sys_socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0), result;

	if (fd < 0)
		return fd;
	result = connect_within(fd, &host);
	if (result < 0) {
		sys_close(fd);
		return result;
	}
	return fd;
}

int link_open(bool *keeps)
{
	int fd = open_port();

	*keeps = fd >= 0;
	return (int)(fd >= 0 ? fd : open_vsock());
}

static int open_events(void)
{
	struct sockaddr_nl all = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = sys_socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && sys_bind(fd, &all, sizeof all) < 0) {
		sys_close(fd);
		return -EIO;
	}
	return fd;
}

/* The first call only opens the kernel's device events: what came before them is found by the look that follows. */
void link_wait(void)
{
	static int events;
	struct pollfd wait = {.events = POLLIN};
	char event[2048];

	if (!events && (events = open_events()) > 0)
		return;
	wait.fd = events;
	sys_poll(&wait, 1, RETRY_MS);
	while (sys_read(wait.fd, event, sizeof event) > 0)
		;
}
