package io.hypr.vmm;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * All that a backend must know to start one microVM. Made by the engine.
 *
 * @param id the container's id, 64 hexadecimal digits; unique on this host
 * @param processors virtual processors at the start, 1 to 254
 * @param maxProcessors what {@link Resizable} may raise them to, at least {@code processors}; the same if they never grow
 * @param memory bytes of memory at the start, a multiple of 2 MiB, at least 64 MiB
 * @param maxMemory what {@link Resizable} may raise it to, a multiple of 2 MiB, at least {@code memory}; the same if it never grows
 * @param boot kernel and agent
 * @param disks block devices in the order in which the guest sees them: the first is {@code /dev/vda}
 * @param nics network interfaces in order
 * @param devices hardware to pass through, by what the device driver's {@code describe} said
 * @param shares directories of the host that the guest mounts by tag
 * @param runDirectory an empty directory of this microVM alone, mode 0700, for sockets and pid files, on a tmpfs if the host has one; its path is short
 *        enough for unix sockets. The backend owns what is in it.
 * @param log file to which the VMM's own output is appended; what the guest's console prints goes there too. The backend sees to it that the file is never
 *        larger than 2 MiB, however much is printed, and that it holds the end of it.
 * @param jail how the VMM process is confined
 * @param facets names of facets that the session must have; the backend refuses with {@code UNSUPPORTED} those that it has not
 * @param options backend-specific settings by name, from the user's {@code --vmm-opt name=value}; unknown names are errors
 */
public record VmPlan(
        String id,
        int processors,
        int maxProcessors,
        long memory,
        long maxMemory,
        Boot boot,
        List<Disk> disks,
        List<Nic> nics,
        List<PassThrough> devices,
        List<Share> shares,
        Path runDirectory,
        Path log,
        Jail jail,
        Set<String> facets,
        Map<String, String> options) {

    /** Checks ranges and copies the collections. */
    public VmPlan {
        Objects.requireNonNull(id, "id");
        if (processors < 1 || processors > 254) {
            throw new IllegalArgumentException("A microVM has 1 to 254 processors, not " + processors);
        }
        if (memory < 64L << 20 || memory % (2L << 20) != 0) {
            throw new IllegalArgumentException("A microVM's memory is a multiple of 2 MiB and at least 64 MiB, not " + memory);
        }
        if (maxProcessors < processors || maxProcessors > 254) {
            throw new IllegalArgumentException("A microVM of " + processors + " processors can grow to 254 at most, not to " + maxProcessors);
        }
        if (maxMemory < memory || maxMemory % (2L << 20) != 0) {
            throw new IllegalArgumentException("A microVM's memory of " + memory + " grows to a multiple of 2 MiB above it, not to " + maxMemory);
        }
        disks = List.copyOf(disks);
        nics = List.copyOf(nics);
        devices = List.copyOf(devices);
        shares = List.copyOf(shares);
        facets = Set.copyOf(facets);
        options = Map.copyOf(options);
    }

    /**
     * What the microVM boots.
     *
     * @param vmlinux the kernel as an ELF file with a PVH entry
     * @param bzImage the same kernel as a bzImage, for machines that cannot boot the ELF file
     * @param initramfs an uncompressed or compressed cpio archive whose {@code /init} is Kestrel
     * @param arguments further kernel arguments that the user asked for; the backend adds those that its machine needs
     */
    public record Boot(Path vmlinux, Path bzImage, Path initramfs, List<String> arguments) {
        /** Copies the list. */
        public Boot {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * A block device.
     *
     * @param file a raw image; the VMM's user must be able to open it, which the engine has seen to
     * @param readOnly whether the guest may only read it; such a file can be shared by many microVMs
     */
    public record Disk(Path file, boolean readOnly) {
    }

    /**
     * A network interface.
     *
     * @param tap name of a tap on the host that the jail's user may open; on macOS the path of a unix socket of datagrams that speaks as gvproxy's; empty =
     * the interface leads nowhere, as that of a microVM that is only made to be saved
     * @param mac hardware address of the guest's side, as {@code 02:42:ac:11:00:02}
     * @param mtu bytes, 576 to 65535
     */
    public record Nic(String tap, String mac, int mtu) {
    }

    /**
     * A device to pass through.
     *
     * @param kind {@code vfio-pci}
     * @param address on the host, for example {@code 0000:01:00.0}
     */
    public record PassThrough(String kind, String address) {
    }

    /**
     * A directory or a file of the host that is offered to the guest. A file is what the share's root has alone, by the name {@value #FILE}.
     *
     * @param tag the name by which the guest mounts it, at most 35 octets
     * @param source directory or regular file on the host
     * @param readOnly whether the guest may only read
     */
    public record Share(String tag, Path source, boolean readOnly) {

        /** The name of a shared file in its share. */
        public static final String FILE = "file";
    }

    /**
     * How the VMM process is confined.
     *
     * @param uid numeric user that the VMM runs as
     * @param gid numeric group
     * @param cgroup name of its control group relative to the root of each hierarchy, such as {@code hypr/3f2a...}
     * @param limits what the host holds the whole VMM to, beside what its size says
     */
    public record Jail(int uid, int gid, String cgroup, Limits limits) {

        /**
         * A jail that limits nothing further.
         *
         * @param uid numeric user that the VMM runs as
         * @param gid numeric group
         * @param cgroup name of its control group
         */
        public Jail(int uid, int gid, String cgroup) {
            this(uid, gid, cgroup, Limits.NONE);
        }
    }

    /**
     * What the host holds a VMM to. A host that cannot hold one of the first two, or the last, goes on without it.
     *
     * @param cpus host processors that the whole VMM may keep busy, fractions allowed; 0 = as many as it likes
     * @param shares of processor time beside other VMMs when all are busy, 2 to 262144; each has 1024 unless said otherwise
     * @param processors of the host on which it runs, and on no others, as {@code 0-2,5}; empty = all
     * @param reservation octets of memory down to which the host takes memory from others first; 0 = none
     */
    public record Limits(double cpus, int shares, String processors, long reservation) {

        /** The shares of a VMM for which nothing else is said. */
        public static final int USUAL_SHARES = 1024;
        /** Nothing is limited. */
        public static final Limits NONE = new Limits(0, USUAL_SHARES, "", 0);

        /** Checks the ranges. */
        public Limits {
            if (!(cpus >= 0) || shares < 2 || shares > 262_144 || !processors.matches("[0-9,-]*") || reservation < 0) {
                throw new IllegalArgumentException("No limits of a VMM: " + cpus + " processors, " + shares + " shares, on '" + processors + "', "
                        + reservation + " octets");
            }
        }
    }
}
