package io.hypr.net.bridge.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the process that holds a port, proc_net(5): from the port to the socket's inode, from there to the process that has it open. */
final class PortOwners {

    private static final String LISTEN = "0A";
    private static final Path PROC = Path.of("/proc");

    private PortOwners() {
    }

    /** @return such as {@code nginx (pid 4711)}; empty if it cannot be found out */
    static Optional<String> find(String protocol, InetAddress address, int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of(protocol, protocol + "6")) {
            sockets(PROC.resolve("thread-self/net/" + table), protocol.equals("tcp"), address, port, sockets);
        }
        return sockets.isEmpty() ? Optional.empty() : process(sockets);
    }

    private static void sockets(Path table, boolean listening, InetAddress address, int port, Set<String> sockets) {
        try {
            List<String> lines = Files.readAllLines(table);
            for (String line : lines.subList(1, lines.size())) {
                String[] words = line.strip().split("\\s+");
                String[] local = words[1].split(":");
                InetAddress theirs = address(local[0]);
                boolean overlaps = theirs.isAnyLocalAddress() || address.isAnyLocalAddress() || theirs.equals(address);
                if (Integer.parseInt(local[1], 16) == port && overlaps && (!listening || words[3].equals(LISTEN))) {
                    sockets.add("socket:[" + words[9] + "]");
                }
            }
        } catch (IOException e) {
            // No such table: the host has no IPv6.
            return;
        }
    }

    /** The kernel prints words of 32 bits in the host's byte order. */
    private static InetAddress address(String hex) throws UnknownHostException {
        ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.BIG_ENDIAN);
        ByteBuffer bytes = ByteBuffer.allocate(words.capacity()).order(ByteOrder.nativeOrder());
        while (words.hasRemaining()) {
            bytes.putInt(words.getInt());
        }
        return InetAddress.getByAddress(bytes.array());
    }

    private static Optional<String> process(Set<String> sockets) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, sockets)) {
                    return Optional.of(Files.readString(process.resolve("comm")).strip() + " (pid " + process.getFileName() + ")");
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean holds(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor) && sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return true;
                }
            }
        } catch (IOException e) {
            // The process ended meanwhile, or is not ours to look into.
            return false;
        }
        return false;
    }
}
