#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int interface_index(const char *name) {
    struct ifreq request = { 0 };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    memcpy(request.ifr_name, name, strlen(name));
    int status = ioctl(fd, SIOCGIFINDEX, &request), error = errno;
    close(fd);
    errno = error;
    return status;
}

/* A tap that is not there would be made by TUNSETIFF, and be gone with the program: that is a mistake, not a network, unless no name was given. */
static int tap_open(const char *name) {
    struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
    if (strlen(name) >= IFNAMSIZ) fail(0, "--tap: the name %s is longer than %d characters", name, IFNAMSIZ - 1);
    if (*name == '\0') name = "hyprvm%d";
    else if (interface_index(name) < 0) fail(errno, "Cannot find the tap %s", name);
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) fail(errno, "Cannot open /dev/net/tun");
    memcpy(request.ifr_name, name, strlen(name));
    if (ioctl(fd, TUNSETIFF, &request) != 0) fail(errno, "Cannot attach to the tap %s", name);
    return fd;
}

void openings_do(struct options *options) {
    for (size_t i = 0; i < options->opening_count; i++) {
        const struct opening *one = &options->openings[i];
        int fd = one->kind == ATTACH_TAP ? tap_open(one->file)
               : open(one->file, (one->kind == READ_FILE ? O_RDONLY : O_RDWR) | O_CLOEXEC);
        if (fd < 0) fail(errno, "Cannot open %s", one->file);
        options->kept[one->kept].from = fd;
    }
}
