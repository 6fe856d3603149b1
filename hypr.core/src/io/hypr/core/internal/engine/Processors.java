package io.hypr.core.internal.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/** Lists of processors of the host, as {@code 0-2,5}. */
final class Processors {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    private Processors() {
    }

    /**
     * @param list of processors; empty = none are named
     * @return how many it names
     * @throws io.hypr.model.HyprException if it is no list, or one of what the host has not
     */
    static int checked(String list) {
        if (list.isEmpty()) {
            return 0;
        }
        String available = available();
        BitSet missing = parse(list);
        int count = missing.cardinality();
        missing.andNot(parse(available));
        if (!missing.isEmpty()) {
            throw NewContainer.invalid("Requested CPUs are not available - requested " + list + ", available: " + available);
        }
        return count;
    }

    private static BitSet parse(String list) {
        BitSet set = new BitSet();
        for (String range : list.split(",", -1)) {
            if (!range.matches("[0-9]{1,5}(-[0-9]{1,5})?")) {
                throw wrong(list);
            }
            String[] ends = range.split("-");
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[ends.length - 1]);
            if (last < first) {
                throw wrong(list);
            }
            set.set(first, last + 1);
        }
        return set;
    }

    private static RuntimeException wrong(String list) {
        return NewContainer.invalid("Invalid value " + list + " for cpuset cpus: invalid format: " + list);
    }

    /** @return those that this process may run on */
    private static String available() {
        try {
            return Files.readAllLines(STATUS).stream().filter(l -> l.startsWith(ALLOWED)).findFirst().orElseThrow().substring(ALLOWED.length()).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
