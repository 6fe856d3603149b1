package io.hypr.gpu.vfio.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * What must be taken for what is wanted: the functions that the microVM gets, and their idle group mates, which are kept away from the host. Changes nothing.
 *
 * @param lent in the order in which the microVM gets them
 * @param held others that are taken with them
 */
record Selection(List<PciFunction> lent, List<PciFunction> held) {

    /**
     * A look at the host, and what others have.
     *
     * @param host the host
     * @param bus its functions
     * @param names theirs
     * @param use what the host needs
     * @param standing claims of other containers
     */
    record View(HostTree host, PciBus bus, PciNames names, HostUse use, List<DriverRecord> standing) {

        static View of(HostTree host, PciBus bus, List<DriverRecord> standing) {
            return new View(host, bus, PciNames.of(host, bus.functions()), new HostUse(host), standing);
        }
    }

    /**
     * Finds what must be taken.
     *
     * @param view the host as it is
     * @param wanted functions that were asked for
     * @param force whether also what the host needs is taken
     * @return what must be taken
     * @throws HyprException as the contract's {@code claim} says
     */
    static Selection of(View view, List<PciFunction> wanted, boolean force) {
        Set<PciFunction> lent = new LinkedHashSet<>();
        for (PciFunction f : wanted) {
            refuseUnfit(view, f);
            lent.add(f);
            lent.addAll(view.bus().companions(f));
        }
        Map<String, List<PciFunction>> groups = new LinkedHashMap<>();
        lent.forEach(f -> groups.computeIfAbsent(f.group(), view.bus()::group));
        lent.forEach(f -> refuseClaimed(view, f, groups.keySet()));
        List<PciFunction> held = new ArrayList<>();
        groups.forEach((group, all) -> held.addAll(mates(view, lent, all)));
        if (!force) {
            lent.forEach(f -> refuseNeeded(view, f));
        }
        groups.forEach((group, all) -> refuseOpen(view, group, all));
        return new Selection(List.copyOf(lent), List.copyOf(held));
    }

    private static void refuseUnfit(View view, PciFunction f) {
        if (f.isBridge()) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The device " + view.names().full(f) + " is a bridge, and those stay with the host.")
                    .remedy("Name the device behind it; 'hypr gpu ls -a' lists those that can be named.");
        }
        if (f.group().isEmpty()) {
            throw new HyprException(ErrorCode.UNSUPPORTED,
                    "The device " + view.names().full(f) + " is behind no IOMMU, so it could write to the memory of others.")
                    .remedy("See 'hypr doctor' for what this host lacks.");
        }
    }

    private static void refuseClaimed(View view, PciFunction f, Set<String> groups) {
        for (DriverRecord record : view.standing()) {
            Optional<VfioRecord.Taken> taken = VfioRecord.of(record).functions().stream()
                    .filter(t -> t.at().equals(f.address()) || groups.contains(t.group())).findFirst();
            if (taken.isPresent()) {
                String who = "container " + record.id().substring(0, Math.min(12, record.id().length()));
                throw new HyprException(ErrorCode.IN_USE,
                        taken.get().at().equals(f.address()) ? "The device " + view.names().full(f) + " is used by " + who + "."
                        : "The device " + view.names().full(f) + " shares IOMMU group " + taken.get().group() + " with " + taken.get()
                        .address() + ", which is used by " + who + ".")
                        .remedy("Stop that container first: hypr stop " + record.id().substring(0, Math.min(12, record.id().length())));
            }
        }
    }

    /** The kernel lets a microVM have a group as a whole only. Bridges stay, and what nobody uses is taken along. */
    private static List<PciFunction> mates(View view, Set<PciFunction> lent, List<PciFunction> group) {
        List<PciFunction> others = group.stream().filter(f -> !lent.contains(f) && !f.isBridge()).toList();
        List<PciFunction> busy = others.stream().filter(f -> !f.isHarmless()).toList();
        if (!busy.isEmpty()) {
            PciFunction first = lent.stream().filter(f -> f.group().equals(busy.getFirst().group())).findFirst().orElseThrow();
            throw new HyprException(ErrorCode.IN_USE, "The device " + view.names()
                    .full(first) + " cannot be passed through alone: IOMMU group " + first.group() + " also has "
                    + busy.stream().map(f -> view.names().full(f) + " with driver " + f.driver()).collect(Collectors.joining(", ")) + ".")
                    .remedy("Pass " + (busy.size() == 1 ? "that" : "those") + " through as well ("
                            + busy.stream().map(f -> "--device " + f.address().withScheme()).collect(Collectors.joining(" "))
                            + "), take " + (busy.size() == 1 ? "it" : "them") + " away from the host's driver, or put the card into another slot.");
        }
        return others.stream().filter(f -> f.driver().isEmpty()).toList();
    }

    private static void refuseNeeded(View view, PciFunction f) {
        if (f.isIdle() && !f.bootVga()) {
            return;
        }
        view.use().of(f).ifPresent(why -> {
            throw new HyprException(ErrorCode.IN_USE, "The host uses " + view.names().full(f) + ": " + why + ".")
                    .remedy("If the host can do without it, take it nevertheless: --device " + f.address().withScheme() + ",force");
        });
    }

    private static void refuseOpen(View view, String group, List<PciFunction> all) {
        if (all.stream().anyMatch(PciFunction::isVfio) && view.host().isOpen(Lending.node(view.host(), group))) {
            PciFunction f = all.stream().filter(PciFunction::isVfio).findFirst().orElseThrow();
            throw new HyprException(ErrorCode.IN_USE, "The device " + view.names()
                    .full(f) + " (IOMMU group " + group + ") is used by " + view.use().opener("vfio/" + group) + ".")
                    .remedy("End that first.");
        }
    }
}
