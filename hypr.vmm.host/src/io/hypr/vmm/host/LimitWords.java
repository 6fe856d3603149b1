package io.hypr.vmm.host;

import java.util.ArrayList;
import java.util.List;

import io.hypr.vmm.VmPlan;

/** Turns the limits of a VMM into options of {@code hypr-start}, which need its {@code --cgroup}. */
public final class LimitWords {

    /** Microseconds; a quota below a thousand is refused by the kernel. */
    private static final long PERIOD = 100_000;
    /** What the kernel gives a control group of version 2 where version 1 gives it the usual shares. */
    private static final long USUAL_WEIGHT = 100;

    private LimitWords() {
    }

    /**
     * @param limits of a VMM
     * @return options
     */
    public static List<String> of(VmPlan.Limits limits) {
        long weight = Math.round((double) limits.shares() * USUAL_WEIGHT / VmPlan.Limits.USUAL_SHARES);
        List<String> words = new ArrayList<>(List.of("--cpu-weight", Long.toString(Math.clamp(weight, 1, 10_000))));
        if (limits.cpus() > 0) {
            words.addAll(List.of("--cpu-max", Math.max(1000, Math.round(limits.cpus() * PERIOD)) + "/" + PERIOD));
        }
        if (!limits.processors().isEmpty()) {
            words.addAll(List.of("--processors", limits.processors()));
        }
        if (limits.reservation() > 0) {
            words.addAll(List.of("--memory-low", Long.toString(limits.reservation())));
        }
        return words;
    }
}
