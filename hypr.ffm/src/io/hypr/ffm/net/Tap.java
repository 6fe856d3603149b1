package io.hypr.ffm.net;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

import io.hypr.ffm.call.ErrnoException;

/**
 * Taps that outlive the process that makes them, so that an unprivileged process can open them: the driver of /dev/net/tun, its ioctls as in the kernel's
 * Documentation/networking/tuntap.rst. A tap is deleted with {@link Rtnetlink#delete}.
 */
public final class Tap {

    /** The device by which taps are made and opened. */
    public static final String DEVICE = "/dev/net/tun";

    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETPERSIST = 0x400454cbL;
    private static final long TUNSETOWNER = 0x400454ccL;
    private static final int IFF_TAP = 0x0002;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final int LONGEST_NAME = 15;

    private Tap() {
    }

    /**
     * Makes a tap whose packets carry the header of virtio-net, or gives a tap that is there and that nobody has open to another owner. Its network
     * device is down.
     *
     * @param name of the network device, 1 to 15 bytes
     * @param owner numeric user that may open it
     * @throws ErrnoException ENOENT or ENXIO if the host has no tun driver, EPERM without CAP_NET_ADMIN, EBUSY if a process has it open, EINVAL if there is
     *         another kind of device of that name
     */
    public static void create(String name, int owner) throws ErrnoException {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > LONGEST_NAME) {
            throw new IllegalArgumentException("The name of a network device has 1 to 15 bytes, not '" + name + "'");
        }
        int fd = NetCalls.open(DEVICE);
        try (Arena arena = Arena.ofConfined()) {
            NetCalls.ioctl("TUNSETIFF " + name, fd, TUNSETIFF, Ifreq.of(arena, name, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR));
            NetCalls.ioctl("TUNSETOWNER " + owner, fd, TUNSETOWNER, owner);
            NetCalls.ioctl("TUNSETPERSIST " + name, fd, TUNSETPERSIST, 1);
        } finally {
            NetCalls.close(fd);
        }
    }
}
