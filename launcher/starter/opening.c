#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

void taps_give(const struct options *options) {
    for (size_t i = 0; i < options->own_tap_count; i++) {
        int fd = tap_open(options->own_taps[i]);
        if (ioctl(fd, TUNSETOWNER, (unsigned long) options->user) != 0)
            fail(errno, "Cannot give the tap %s to user %u", options->own_taps[i], (unsigned) options->user);
        close(fd);
    }
}

static const char *made[LIST_LIMIT];
static size_t made_count;

/* Clients can connect as soon as the program was started; what they say waits until it listens to them. */
static int socket_listen(const char *file) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(file) >= sizeof address.sun_path) fail(0, "--listen: the name %s is longer than %zu characters", file, sizeof address.sun_path - 1);
    memcpy(address.sun_path, file, strlen(file));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail(errno, "Cannot make a socket");
    mode_t mask = umask(0177);
    int status = bind(fd, (const struct sockaddr *) &address, sizeof address), error = errno;
    umask(mask);
    if (status != 0) fail(error, "Cannot make the socket %s", file);
    made[made_count++] = file;
    if (listen(fd, SOMAXCONN) != 0) fail(errno, "Cannot listen at %s", file);
    return fd;
}

static int opened(const struct opening *one) {
    if (one->kind == ATTACH_TAP) return tap_open(one->file);
    if (one->kind == LISTEN_AT) return socket_listen(one->file);
    return open(one->file, (one->kind == READ_FILE ? O_RDONLY : O_RDWR) | O_CLOEXEC);
}

void openings_do(struct options *options) {
    for (size_t i = 0; i < options->opening_count; i++) {
        const struct opening *one = &options->openings[i];
        int fd = opened(one);
        if (fd < 0) fail(errno, "Cannot open %s", one->file);
        options->kept[one->kept].from = fd;
    }
}

void openings_undo(void) {
    while (made_count > 0) unlink(made[--made_count]);
}
