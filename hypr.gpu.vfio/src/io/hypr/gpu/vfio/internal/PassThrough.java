package io.hypr.gpu.vfio.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.hypr.device.DeviceDriver.Claim;
import io.hypr.device.DeviceDriver.Device;
import io.hypr.device.DeviceDriver.Lent;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** What the driver does. Keeps no state. */
public final class PassThrough {

    private final HostTree host;
    private final PciBus bus;
    private final Lending lending;
    private final VfioProbe probe;

    /**
     * @param host whose devices they are
     * @param warnings takes sentences about what is odd but harmless
     */
    public PassThrough(HostTree host, Consumer<String> warnings) {
        this.host = host;
        this.bus = new PciBus(host);
        this.lending = new Lending(host, bus, warnings);
        this.probe = new VfioProbe(host, bus);
    }

    /** @return whether devices can be passed through */
    public Availability probe() {
        return probe.probe();
    }

    /** @return all functions but bridges */
    public List<Device> scan() {
        List<PciFunction> all = bus.functions().stream().filter(f -> !f.isBridge()).toList();
        Availability possible = probe();
        Selection.View view = Selection.View.of(host, bus, List.of());
        return all.stream().map(f -> new Device(f.address().withScheme(), PciNames.kind(f.classCode()), view.names().name(f), f.driver(),
                possible.isAvailable() ? lendable(view, f) : possible, details(f))).toList();
    }

    private static Availability lendable(Selection.View view, PciFunction f) {
        try {
            Selection.of(view, List.of(f), false);
            return Availability.available();
        } catch (HyprException e) {
            return Availability.unsupported(e.getMessage(), e.remedy().orElse(""));
        }
    }

    private Map<String, String> details(PciFunction f) {
        Map<String, String> details = new TreeMap<>();
        details.put("Class", PciNames.className(f.classCode()));
        details.put("Ids", f.ids());
        details.put("IommuGroup", f.group());
        details.put("Resets", String.join(", ", f.resets()));
        details.put("GroupMates", join(bus.group(f.group()).stream().filter(m -> !m.equals(f)).toList()));
        details.put("GoesWith", join(bus.companions(f)));
        return details;
    }

    private static String join(List<PciFunction> functions) {
        return functions.stream().map(f -> f.address().withScheme()).collect(Collectors.joining(", "));
    }

    /**
     * @param claim what is wanted
     * @param standing all claims that stand
     * @param intent keeps the record
     * @return the record
     */
    public synchronized DriverRecord claim(Claim claim, List<DriverRecord> standing, Consumer<? super DriverRecord> intent) {
        List<PciAddress> addresses = claim.addresses().stream().map(PciAddress::parse).distinct().toList();
        if (probe() instanceof Availability.Unsupported no) {
            HyprException e = new HyprException(ErrorCode.UNSUPPORTED, no.reason());
            throw no.remedy().isEmpty() ? e : e.remedy(no.remedy());
        }
        List<PciFunction> wanted = addresses.stream().map(this::find).toList();
        Optional<DriverRecord> own = standing.stream().filter(r -> r.id().equals(claim.container())).findFirst();
        if (own.isPresent()) {
            VfioRecord before = VfioRecord.of(own.get());
            if (lending.isTaken(before) && lent(before).containsAll(addresses)) {
                return taken(own.get(), claim.uid(), intent);
            }
            lending.giveBack(before);
            wanted = addresses.stream().map(this::find).toList();
        }
        List<DriverRecord> others = standing.stream().filter(r -> !r.id().equals(claim.container())).toList();
        Selection selection = Selection.of(Selection.View.of(host, bus, others), wanted, claim.force());
        return taken(lending.before(selection).as(claim.container()), claim.uid(), intent);
    }

    private PciFunction find(PciAddress address) {
        return bus.function(address).orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "There is no PCI device " + address + " on this host.")
                .remedy("'hypr gpu ls -a' lists those that are there."));
    }

    private static List<PciAddress> lent(VfioRecord record) {
        return record.functions().stream().filter(VfioRecord.Taken::lent).map(VfioRecord.Taken::at).toList();
    }

    private DriverRecord taken(DriverRecord record, int uid, Consumer<? super DriverRecord> intent) {
        intent.accept(record);
        VfioRecord before = VfioRecord.of(record);
        try {
            lending.take(before, uid);
        } catch (RuntimeException e) {
            try {
                lending.giveBack(before);
            } catch (HyprException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
        return record;
    }

    /**
     * @param record of a claim
     * @return what is passed through
     */
    public List<Lent> describe(DriverRecord record) {
        List<Lent> all = new ArrayList<>();
        lent(VfioRecord.of(record)).forEach(a -> all.add(new Lent(PciFunction.VFIO, a.toString())));
        return all;
    }

    /** @param record of a claim that ends */
    public synchronized void release(DriverRecord record) {
        lending.giveBack(VfioRecord.of(record));
    }
}
