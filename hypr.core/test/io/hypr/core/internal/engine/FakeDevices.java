package io.hypr.core.internal.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.hypr.device.DeviceDriver;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** A device driver whose devices are those of a {@link FakeHost}: two GPUs, and a network card that goes with nothing. */
final class FakeDevices implements DeviceDriver {

    static final Map<String, Object> PROPERTIES = Map.of(NAME, "vfio", SCHEME, "pci");
    static final List<String> GPUS = List.of("pci:0000:01:00.0", "pci:0000:02:00.0");
    static final String NIC = "pci:0000:03:00.0";

    private final Path socket;
    volatile Availability lendable = Availability.available();

    FakeDevices(Path socket) {
        this.socket = socket;
    }

    @Override
    public Availability probe() {
        return Availability.available();
    }

    @Override
    public List<Device> scan() {
        List<Device> all = new ArrayList<>();
        GPUS.forEach(a -> all.add(new Device(a, "gpu", "A card", "nouveau", lendable, Map.of("group", "1"))));
        all.add(new Device(NIC, "network", "A port", "e1000", Availability.available(), Map.of()));
        return all;
    }

    @Override
    public DriverRecord claim(Claim claim, List<DriverRecord> standing, Consumer<? super DriverRecord> intent) {
        for (String address : claim.addresses()) {
            if (!GPUS.contains(address) && !NIC.equals(address)) {
                throw new HyprException(ErrorCode.NOT_FOUND, "There is no device " + address + ".");
            }
            for (DriverRecord other : standing) {
                if (!other.id().equals(claim.container()) && List.of(other.json().split(" ")).contains(address)) {
                    throw new HyprException(ErrorCode.IN_USE, "Another container has " + address + ".");
                }
            }
        }
        DriverRecord record = new DriverRecord("vfio", claim.container(), 1, String.join(" ", claim.addresses()));
        intent.accept(record);
        for (String address : claim.addresses()) {
            String said = FakeHost.ask(socket, "claim " + address + " " + claim.container());
            if (!said.equals("ok")) {
                throw new HyprException(ErrorCode.IN_USE, said + " has " + address + ", and no record says so.");
            }
        }
        return record;
    }

    @Override
    public List<Lent> describe(DriverRecord record) {
        return List.of(record.json().split(" ")).stream().map(a -> new Lent("vfio-pci", a.substring(4))).toList();
    }

    @Override
    public void release(DriverRecord record) {
        for (String address : record.json().split(" ")) {
            if (!FakeHost.ask(socket, "release " + address + " " + record.id()).equals("ok")) {
                throw new HyprException(ErrorCode.IN_USE, "A VMM still has " + address + ".");
            }
        }
    }
}
