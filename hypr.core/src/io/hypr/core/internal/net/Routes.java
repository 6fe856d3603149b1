package io.hypr.core.internal.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.hypr.core.internal.net.Ipv4.Block;

/** What the host already reaches, so that networks of containers do not hide it. */
public final class Routes {

    private Routes() {
    }

    /**
     * @param file {@code /proc/net/route}
     * @return destinations of the host's IPv4 routes but the default route; empty if they cannot be read
     */
    public static List<Block> of(Path file) {
        List<Block> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split("\\s+");
                if (words.length > 7 && words[1].matches("[0-9A-F]{8}") && words[7].matches("[0-9A-F]{8}")) {
                    long mask = Integer.toUnsignedLong(Integer.reverseBytes((int) Long.parseLong(words[7], 16)));
                    long base = Integer.toUnsignedLong(Integer.reverseBytes((int) Long.parseLong(words[1], 16)));
                    if (mask != 0) {
                        found.add(new Block(base, Long.bitCount(mask)));
                    }
                }
            }
        } catch (IOException e) {
            return List.of(); // A host without the file has no IPv4 routes.
        }
        return found;
    }
}
