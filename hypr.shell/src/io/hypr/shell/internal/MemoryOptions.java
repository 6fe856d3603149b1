package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.List;

import io.hypr.engine.ContainerChange;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/**
 * Reads the options of swap and of the kernel's memory. A microVM has no swap and a kernel with memory of its own: what asks for no more
 * than that is taken, and what asks for more is put aside with a warning, as Docker does on a kernel that cannot do it.
 */
final class MemoryOptions {

    private static final long LEAST_OF_KERNEL = 6L << 20;

    private MemoryOptions() {
    }

    /**
     * @param s gets what there is to get
     * @param words what was typed
     */
    static void read(ContainerSpec s, Words words) {
        s.memory = words.bytes("memory").orElse(0L);
        s.memorySwap = swap(words);
        int swappiness = words.number("memory-swappiness", -1);
        if (swappiness < -1 || swappiness > 100) {
            throw new InputException("invalid value: " + swappiness + ". Valid memory swappiness range is 0-100");
        }
        s.memorySwappiness = swappiness == 0 ? Integer.valueOf(0) : null;
        long kernel = words.bytes("kernel-memory").orElse(0L);
        if (kernel != 0 && kernel < LEAST_OF_KERNEL) {
            throw new HyprException(ErrorCode.INVALID, "Minimum kernel memory limit allowed is 6MB");
        }
    }

    /**
     * @param change gets what there is to get
     * @param words what was typed
     */
    static void read(ContainerChange change, Words words) {
        change.memory = words.bytes("memory").orElse(null);
        change.memorySwap = words.has("memory-swap") ? Long.valueOf(swap(words)) : null;
        change.memoryReservation = words.bytes("memory-reservation").orElse(null);
    }

    private static long swap(Words words) {
        return words.get("memory-swap").orElse("").equals("-1") ? -1 : words.bytes("memory-swap").orElse(0L);
    }

    /**
     * @param words what was typed; what is wrong with it was said before
     * @return what is put aside of it, a sentence or two each
     */
    static List<String> warnings(Words words) {
        List<String> all = new ArrayList<>();
        long swap = swap(words);
        if (swap == -1 || swap > words.bytes("memory").orElse(0L)) {
            all.add("A microVM has no swap. Memory limited without swap.");
        }
        if (words.number("memory-swappiness", -1) > 0) {
            all.add("A microVM has no swap. Memory swappiness discarded.");
        }
        if (words.is("oom-kill-disable")) {
            all.add("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
        }
        if (words.bytes("kernel-memory").orElse(0L) != 0) {
            all.add("Your kernel does not support kernel memory limit capabilities or the cgroup is not mounted. Limitation discarded.");
        }
        return all;
    }
}
