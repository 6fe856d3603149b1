package io.hypr.gpu.vfio.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import io.hypr.gpu.vfio.internal.VfioRecord.Taken;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Moves functions from the host's drivers to vfio-pci and back. Each step measures, acts and measures again, so all can be repeated after a crash.
 */
final class Lending {

    private final HostTree host;
    private final PciBus bus;
    private final Consumer<String> warnings;

    Lending(HostTree host, PciBus bus, Consumer<String> warnings) {
        this.host = host;
        this.bus = bus;
        this.warnings = warnings;
    }

    static Path node(HostTree host, String group) {
        return host.path("dev/vfio").resolve(group);
    }

    /**
     * Says how things are before anything is taken.
     *
     * @param selection what will be taken
     * @return that, to be kept until it is given back
     */
    VfioRecord before(Selection selection) {
        List<Taken> all = new ArrayList<>();
        selection.lent().forEach(f -> all.add(taken(f, true)));
        selection.held().forEach(f -> all.add(taken(f, false)));
        Map<String, Integer> owners = new HashMap<>();
        for (Taken t : all) {
            Path node = node(host, t.group());
            try {
                owners.put(t.group(), Files.exists(node) ? host.owner(node) : 0);
            } catch (IOException e) {
                owners.put(t.group(), 0); // It went just now: the next one is root's.
            }
        }
        return new VfioRecord(host.bootId(), all, owners);
    }

    private static Taken taken(PciFunction f, boolean lent) {
        return new Taken(f.address().toString(), f.ids(), f.group(), f.driver(), f.override(), lent);
    }

    /**
     * Takes what a record says. If it fails, some may be taken.
     *
     * @param record how things were
     * @param uid user that gets the groups' files
     * @throws HyprException {@code UNSUPPORTED} or {@code UNAVAILABLE}
     */
    void take(VfioRecord record, int uid) {
        loadDriver();
        record.functions().forEach(this::take);
        Set<String> groups = new LinkedHashSet<>();
        record.functions().forEach(t -> groups.add(t.group()));
        for (String group : groups) {
            Path node = node(host, group);
            try {
                host.own(node, uid);
            } catch (IOException e) {
                throw new HyprException(ErrorCode.UNAVAILABLE, "The file " + node + " of IOMMU group " + group + " cannot be given to the VMM's user.", e)
                        .remedy("See whether /dev is a devtmpfs here, and what dmesg says of vfio.");
            }
        }
    }

    private void loadDriver() {
        if (bus.hasDriver(PciFunction.VFIO)) {
            return;
        }
        String said = host.modprobe("vfio-pci", "vfio_iommu_type1");
        if (!bus.hasDriver(PciFunction.VFIO)) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The kernel's driver vfio-pci cannot be loaded" + (said.isEmpty() ? "." : ": " + said))
                    .remedy("Try 'modprobe vfio-pci' and see what dmesg says.");
        }
    }

    private void take(Taken t) {
        PciFunction f = ours(t).orElseThrow(() -> new HyprException(ErrorCode.UNAVAILABLE, "The device " + t.address() + " went while it was taken."));
        if (f.isVfio()) {
            return;
        }
        try {
            bus.override(f.address(), PciFunction.VFIO);
            if (!f.driver().isEmpty()) {
                bus.unbind(f);
            }
            bus.probe(f.address());
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The device " + t.address() + " cannot be taken away from "
                    + (t.driver().isEmpty() ? "the host" : "the driver " + t.driver()) + ".",
                    e).remedy("dmesg may say more.");
        }
        String now = ours(t).map(PciFunction::driver).orElse("");
        if (!now.equals(PciFunction.VFIO)) {
            throw new HyprException(ErrorCode.UNAVAILABLE,
                    "The kernel does not let vfio-pci have the device " + t.address() + (now.isEmpty() ? "." : ": it is with " + now + "."))
                    .remedy("dmesg may say why.");
        }
    }

    /** The function of a record, unless another device is at its place now. */
    private Optional<PciFunction> ours(Taken t) {
        return bus.function(t.at()).filter(f -> f.ids().equals(t.ids()));
    }

    /**
     * Whether all that a record says is taken, in this boot of the host.
     *
     * @param record of an earlier claim
     * @return whether nothing need be done for it
     */
    boolean isTaken(VfioRecord record) {
        return record.boot().equals(host.bootId()) && record.functions().stream().allMatch(t -> ours(t).filter(PciFunction::isVfio).isPresent());
    }

    /**
     * Gives back what a record says, as far as it was taken and nobody else has taken it since.
     *
     * @param record how things were
     * @throws HyprException {@code IN_USE}, {@code UNAVAILABLE}; what could be given back has been
     */
    void giveBack(VfioRecord record) {
        if (!record.boot().equals(host.bootId())) {
            return; // Drivers and overrides do not outlive a boot.
        }
        refuseOpen(record);
        HyprException failure = null;
        for (Taken t : record.functions().reversed()) {
            try {
                giveBack(t);
            } catch (IOException e) {
                HyprException one = new HyprException(ErrorCode.UNAVAILABLE, "The device " + t.address() + " cannot be given back to "
                        + (t.driver().isEmpty() ? "the host" : "the driver " + t.driver()) + ".", e)
                        .remedy("dmesg may say why; by hand: echo " + t.address() + " > /sys/bus/pci/drivers_probe");
                if (failure == null) {
                    failure = one;
                } else {
                    failure.addSuppressed(one);
                }
            }
        }
        record.functions().stream().filter(t -> ours(t).isPresent()).map(Taken::group).distinct().forEach(g -> ownAgain(g, record.owners().getOrDefault(g, 0)));
        if (failure != null) {
            throw failure;
        }
    }

    /** The kernel would wait for the VMM to let go, and this thread with it. */
    private void refuseOpen(VfioRecord record) {
        Set<String> seen = new HashSet<>();
        for (Taken t : record.functions()) {
            Path node = node(host, t.group());
            if (seen.add(t.group()) && Files.exists(node) && ours(t).filter(PciFunction::isVfio).isPresent() && host.isOpen(node)) {
                throw new HyprException(ErrorCode.IN_USE,
                        "The device " + t.address() + " is still used by " + new HostUse(host).opener("vfio/" + t.group()) + ".")
                        .remedy("End that first.");
            }
        }
    }

    private void giveBack(Taken t) throws IOException {
        PciFunction f = ours(t).orElse(null);
        if (f == null || t.driver().equals(PciFunction.VFIO)) {
            return;
        }
        boolean mine = f.isVfio() || f.driver().isEmpty() || f.driver().equals(t.driver());
        if (mine && f.override().equals(PciFunction.VFIO) && !t.override().equals(PciFunction.VFIO)) {
            bus.override(f.address(), t.override());
        }
        if (f.isVfio()) {
            bus.unbind(f);
        }
        if (f.isIdle() && !t.driver().isEmpty()) {
            bindAgain(t);
        }
    }

    private void bindAgain(Taken t) throws IOException {
        if (!bus.hasDriver(t.driver())) {
            String said = host.modprobe(t.driver());
            if (!bus.hasDriver(t.driver())) {
                warnings.accept("The driver " + t.driver() + " of the device " + t.address()
                        + " is not loaded any more, so the device stays without one. " + said);
                return;
            }
        }
        IOException refusal = null;
        try {
            bus.bind(t.at(), t.driver());
        } catch (IOException e) {
            refusal = e;
        }
        if (ours(t).filter(PciFunction::isIdle).isPresent()) {
            bus.probe(t.at());
        }
        if (ours(t).filter(PciFunction::isIdle).isPresent()) {
            throw refusal == null ? new IOException("The kernel found no driver for it") : refusal;
        }
    }

    /** The file of a group goes with the last function that vfio-pci has of it. What stays was there before. */
    private void ownAgain(String group, int uid) {
        Path node = node(host, group);
        if (Files.exists(node)) {
            try {
                host.own(node, uid);
            } catch (IOException e) {
                warnings.accept("The file " + node + " cannot be given back to user " + uid + ": " + e.getMessage());
            }
        }
    }
}
