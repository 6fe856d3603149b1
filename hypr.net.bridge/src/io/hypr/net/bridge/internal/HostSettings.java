package io.hypr.net.bridge.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** The settings of the kernel below /proc/sys/net, of the network namespace of the caller. Each is written only if it differs. */
final class HostSettings {

    private static final Path NET = Path.of("/proc/sys/net");

    private HostSettings() {
    }

    /** @return whether the host speaks IPv6 */
    static boolean hasIpv6() {
        return Files.exists(NET.resolve("ipv6/conf/all")) && !"1".equals(read("ipv6/conf/all/disable_ipv6"));
    }

    /**
     * @return whether what passes a bridge goes through the rules for IP, as Docker sets it: then a container's way to its own published
     * port leads back by its own tap
     */
    static boolean filtersBridges() {
        return "1".equals(read("bridge/bridge-nf-call-iptables")) || "1".equals(read("bridge/bridge-nf-call-ip6tables"));
    }

    /** Lets a bridge lead connections from 127.0.0.1 to containers; containers are kept from 127.0.0.1 by a rule. */
    static void routeLocalnet(String bridge) {
        write("ipv4/conf/" + bridge + "/route_localnet", "1");
    }

    /** Lets the host forward IPv4. */
    static void forwardIpv4() {
        write("ipv4/ip_forward", "1");
    }

    /** Lets the host forward IPv6. A host that forwards stops listening to router advertisements, and loses its own default route, unless told otherwise. */
    static void forwardIpv6() {
        if ("1".equals(read("ipv6/conf/all/forwarding"))) {
            return;
        }
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(NET.resolve("ipv6/conf"))) {
            for (Path device : devices) {
                String setting = "ipv6/conf/" + device.getFileName() + "/accept_ra";
                if ("1".equals(read(setting))) {
                    write(setting, "2");
                }
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The IPv6 settings of the host's network devices cannot be listed.", e);
        }
        write("ipv6/conf/all/forwarding", "1");
    }

    /** Keeps the host from taking part in IPv6 on a device itself; a port of a bridge needs no address. */
    static void disableIpv6(String device) {
        if (Files.exists(NET.resolve("ipv6/conf/" + device))) {
            write("ipv6/conf/" + device + "/disable_ipv6", "1");
        }
    }

    /** The host gives routes on its bridges and takes none. */
    static void ignoreRouterAdvertisements(String device) {
        if (Files.exists(NET.resolve("ipv6/conf/" + device))) {
            write("ipv6/conf/" + device + "/accept_ra", "0");
        }
    }

    /** @return the setting; empty if the host does not have it */
    static String read(String setting) {
        try {
            return Files.readString(NET.resolve(setting)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static void write(String setting, String value) {
        if (read(setting).equals(value)) {
            return;
        }
        try {
            Files.writeString(NET.resolve(setting), value);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.DENIED, "The setting net/" + setting + " cannot be set to " + value + ".", e)
                    .remedy("Run hyprd as root, with /proc/sys writable, or set it by sysctl.");
        }
    }
}
