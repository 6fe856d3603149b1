package io.hypr.core.internal.link;

import java.util.List;
import java.util.Map;

/**
 * What SETUP tells the agent (PROTOCOL.md section 6.1).
 *
 * @param entropy 32 octets or more, at most 512: from then on machines made from one template draw different numbers
 * @param root block device of the image
 * @param rootType {@code squashfs} or {@code erofs}
 * @param upper block device of the writable disk; empty = a tmpfs
 * @param upperType {@code ext4} or {@code tmpfs}
 * @param upperOptions mount options
 * @param readOnly whether the root is mounted read-only for the workload
 * @param privileged whether /proc and /sys are writable
 * @param hostname the host's name
 * @param domainname may be empty
 * @param hosts content of /etc/hosts
 * @param resolvConf content of /etc/resolv.conf
 * @param interfaces in order
 * @param mounts in order
 * @param sysctls by name
 * @param limits values of files of the container's cgroup, such as {@code pids.max}, by name
 */
public record Setup(
        byte[] entropy, String root, String rootType, String upper, String upperType, String upperOptions,
        boolean readOnly, boolean privileged, String hostname, String domainname, byte[] hosts, byte[] resolvConf,
        List<Interface> interfaces, List<Mount> mounts, Map<String, String> sysctls, Map<String, String> limits) {

    /** The device of the image. */
    public static final String ROOT = "/dev/vda";
    /** The device of the writable disk. */
    public static final String UPPER = "/dev/vdb";

    /**
     * A network interface.
     *
     * @param mac 6 octets; where no interface has this address, the device at this place of the list, counted in the machine's order, is given it
     * @param name such as {@code eth0}
     * @param mtu octets
     * @param ipv4 addresses of 4 octets
     * @param gateway4 4 octets; zero = none
     * @param ipv6 addresses of 16 octets
     * @param gateway6 16 octets; zero = none
     */
    public record Interface(byte[] mac, String name, int mtu, List<Address> ipv4, byte[] gateway4, List<Address> ipv6, byte[] gateway6) {
    }

    /**
     * An address.
     *
     * @param octets in network order
     * @param prefix bits of the network's part
     */
    public record Address(byte[] octets, int prefix) {
    }

    /**
     * A mount.
     *
     * @param source what
     * @param target where, inside the root; of {@link #OWN} a new directory of the agent's root
     * @param type of file system
     * @param flags MS_*
     * @param options for the file system
     * @param kind {@link #PLAIN}, {@link #BIND} or {@link #OWN}
     */
    public record Mount(String source, String target, String type, long flags, String options, int kind) {

        /** Mounted as is. */
        public static final int PLAIN = 0;
        /** A path of the agent's own file system that is bound to the target. */
        public static final int BIND = 1;
        /** Mounted in the agent's own file system, where it can be bound from. */
        public static final int OWN = 2;
    }

    /**
     * The part of a SETUP in two that mounts the image and the disk.
     *
     * @param content of /etc/hosts and /etc/resolv.conf until the other part comes
     * @return that part
     */
    public static Setup mounts(byte[] content) {
        return new Setup(new byte[0], ROOT, "squashfs", UPPER, "ext4", "", false, false, "", "", content, content, List.of(), List.of(), Map.of(), Map.of());
    }

    /** @return the other part, for a machine that has mounted what {@link #mounts} says */
    public Setup mounted() {
        return new Setup(entropy, "", rootType, upper, upperType, upperOptions, readOnly, privileged, hostname, domainname, hosts, resolvConf,
            interfaces, mounts, sysctls, limits);
    }

    /**
     * @param id of the request
     * @param clock ns since 1970; 0 = leave it
     * @return the payload
     */
    public Payload encode(long id, long clock) {
        return new Payload().u32(id).u64(clock).bytes(entropy).text(root).text(rootType).text(upper).text(upperType).text(upperOptions)
            .u32((readOnly ? 1 : 0) | (privileged ? 2 : 0)).text(hostname).text(domainname).bytes(hosts).bytes(resolvConf)
            .list(interfaces, (p, i) -> p.raw(i.mac).text(i.name).u16(i.mtu)
                .list(i.ipv4, (q, a) -> q.raw(a.octets).u8(a.prefix)).raw(i.gateway4)
                .list(i.ipv6, (q, a) -> q.raw(a.octets).u8(a.prefix)).raw(i.gateway6))
            .list(mounts, (p, m) -> p.text(m.source).text(m.target).text(m.type).u32(m.flags).text(m.options).u8(m.kind))
            .list(sysctls.entrySet(), (p, e) -> p.text(e.getKey()).text(e.getValue()))
            .list(limits.entrySet(), (p, e) -> p.text(e.getKey()).text(e.getValue()));
    }
}
