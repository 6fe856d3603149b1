package io.hypr.ffm.net;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

import io.hypr.ffm.call.ErrnoException;

/**
 * Taps that outlive the process that makes them, so that an unprivileged process can open them: the driver of /dev/net/tun, its ioctls as in the kernel's
 * Documentation/networking/tuntap.rst. Until it is {@link #keep kept}, a new one goes with this process, however that ends: who marks it as theirs before that
 * leaves none behind without a mark. A tap is deleted with {@link Rtnetlink#delete}. Not safe for use by several threads.
 */
public final class Tap implements AutoCloseable {

    /** The device by which taps are made and opened. */
    public static final String DEVICE = "/dev/net/tun";

    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETPERSIST = 0x400454cbL;
    private static final long TUNSETOWNER = 0x400454ccL;
    private static final int IFF_TAP = 0x0002;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final int LONGEST_NAME = 15;

    private final String name;
    private final int fd;

    private Tap(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    /**
     * Makes a tap that is kept.
     *
     * @param name as {@link #open} has it
     * @param owner as {@link #open} has it
     * @throws ErrnoException as {@link #open} has it
     */
    public static void create(String name, int owner) throws ErrnoException {
        try (Tap tap = open(name, owner)) {
            tap.keep();
        }
    }

    /**
     * Makes a tap whose packets carry the header of virtio-net, or gives a tap that is there and that nobody has open to another owner. Its network
     * device is down.
     *
     * @param name of the network device, 1 to 15 bytes
     * @param owner numeric user that may open it
     * @return the tap, which this process has open until it closes it
     * @throws ErrnoException ENOENT or ENXIO if the host has no tun driver, EPERM without CAP_NET_ADMIN, EBUSY if a process has it open, EINVAL if there is
     *         another kind of device of that name
     */
    public static Tap open(String name, int owner) throws ErrnoException {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > LONGEST_NAME) {
            throw new IllegalArgumentException("The name of a network device has 1 to 15 bytes, not '" + name + "'");
        }
        int fd = NetCalls.open(DEVICE);
        try (Arena arena = Arena.ofConfined()) {
            NetCalls.ioctl("TUNSETIFF " + name, fd, TUNSETIFF, Ifreq.of(arena, name, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR));
            NetCalls.ioctl("TUNSETOWNER " + owner, fd, TUNSETOWNER, owner);
            return new Tap(name, fd);
        } catch (ErrnoException e) {
            NetCalls.close(fd);
            throw e;
        }
    }

    /**
     * Lets it stay when nobody has it open.
     *
     * @throws ErrnoException if the kernel refuses
     */
    public void keep() throws ErrnoException {
        NetCalls.ioctl("TUNSETPERSIST " + name, fd, TUNSETPERSIST, 1);
    }

    /** Lets go of it; one that is not kept is gone then. */
    @Override
    public void close() throws ErrnoException {
        NetCalls.close(fd);
    }
}
