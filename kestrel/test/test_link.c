/*
 * The link of the test program, which is Kestrel with this file in the place of link_open.c: descriptor 100 where there is one
 * (it stands for a virtio-serial port), else a connection to /host/link (it stands for vsock).
 */
#include "../src/link_open.h"
#include "../src/memory.h"
#include "../src/sys.h"

enum { PORT = 100, FAMILY_UNIX = 1 };

int link_open(bool *keeps)
{
	struct {
		uint16_t family;
		char path[108];
	} address = {FAMILY_UNIX, "/host/link"};
	int fd, result;

	*keeps = sys_fcntl(PORT, F_SETFL, O_RDWR | O_NONBLOCK) >= 0;
	if (*keeps) {
		sys_fcntl(PORT, F_SETFD, 1);
		return PORT;
	}
	fd = sys_socket(FAMILY_UNIX, SOCK_STREAM, 0);
	if (fd < 0)
		return fd;
	result = sys_connect(fd, &address, sizeof address);
	if (result >= 0)
		result = sys_fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	if (result < 0) {
		sys_close(fd);
		return result;
	}
	return fd;
}

void link_wait(void)
{
	sys_poll(NULL, 0, 10);
}
