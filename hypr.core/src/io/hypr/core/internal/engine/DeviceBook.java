package io.hypr.core.internal.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

import io.hypr.core.internal.net.Drivers;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Plug;
import io.hypr.device.DeviceDriver;
import io.hypr.device.DeviceDriver.Claim;
import io.hypr.device.DeviceDriver.Device;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.Devices.Claimed;
import io.hypr.engine.Devices.HostDevice;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Which container has which devices of the host. What is claimed stands in the records of containers, and nowhere else. Safe for use by any thread. */
final class DeviceBook {

    /** How long a driver may take to come back before its devices are given back. */
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String GPU = "gpu";

    private final Engine engine;
    /** Drivers are promised that claims and releases come one at a time; they never call back. */
    private final ReentrantLock lock = new ReentrantLock(true);

    DeviceBook(Engine engine) {
        this.engine = engine;
    }

    private Drivers<DeviceDriver> drivers() {
        return engine.services().devices;
    }

    /** @return whether a container asks for any */
    static boolean wanted(ContainerSpec spec) {
        return !spec.devices.isEmpty() || !spec.gpus.isEmpty();
    }

    // --- what there is ---

    List<HostDevice> list() {
        Map<String, Container> holders = holders();
        List<HostDevice> all = new ArrayList<>();
        int gpus = 0;
        for (DeviceDriver driver : drivers().all()) {
            for (Device device : driver.scan()) {
                HostDevice d = new HostDevice();
                d.deviceDriver = drivers().name(driver);
                d.address = device.address();
                d.kind = device.kind();
                d.gpu = device.kind().equals(GPU) ? gpus++ : -1;
                d.name = device.name();
                d.hostDriver = device.driver();
                d.lendable = device.lendable();
                d.details.putAll(device.details());
                Container holder = holders.get(device.address());
                if (holder != null) {
                    d.container = holder.id();
                    d.containerName = holder.name();
                    d.lendable = Availability.unsupported("Container " + d.containerName + " has it.", "Stop that container.");
                }
                all.add(d);
            }
        }
        return all;
    }

    /** @return who has what, by full address */
    private Map<String, Container> holders() {
        Map<String, Container> holders = new LinkedHashMap<>();
        for (Container c : engine.all()) {
            for (Claimed claimed : c.ask(r -> List.copyOf(r.info.devices))) {
                String scheme = drivers().property(claimed.deviceDriver, DeviceDriver.SCHEME);
                claimed.lent.forEach(address -> holders.put(scheme + ":" + address, c));
            }
        }
        return holders;
    }

    // --- claiming ---

    /** Takes what a container asks for. Repeatable: an interrupted claim is completed. */
    void claim(Container container) {
        if (!container.ask(r -> wanted(r.info.spec))) {
            return;
        }
        ContainerRecord record = container.record();
        lock.lock();
        try {
            for (Map.Entry<String, List<String>> wish : wishes(record.info.spec).entrySet()) {
                String name = wish.getKey();
                DeviceDriver driver = drivers().get(name, Duration.ZERO);
                Claim claim = new Claim(container.id(), wish.getValue(), record.uid, record.info.spec.deviceForce);
                DriverRecord kept = driver.claim(claim, standing(name), intent -> container.change(r -> keep(r, name, intent)));
                Claimed claimed = new Claimed();
                claimed.deviceDriver = name;
                claimed.addresses.addAll(wish.getValue());
                driver.describe(kept).forEach(lent -> claimed.lent.add(lent.address()));
                container.change(r -> {
                    keep(r, name, kept);
                    r.info.devices.removeIf(d -> d.deviceDriver.equals(name));
                    r.info.devices.add(claimed);
                });
            }
        } finally {
            lock.unlock();
        }
    }

    private static void keep(ContainerRecord record, String driver, DriverRecord said) {
        Plug claim = new Plug();
        claim.driver = driver;
        claim.record = said;
        record.claims.removeIf(c -> c.driver.equals(driver));
        record.claims.add(claim);
    }

    private List<DriverRecord> standing(String driver) {
        return engine.all().stream().flatMap(c -> c.ask(r -> List.copyOf(r.claims)).stream()).filter(c -> c.driver.equals(driver)).map(c -> c.record).toList();
    }

    /** @return addresses by the driver that has them */
    private Map<String, List<String>> wishes(ContainerSpec spec) {
        Set<String> addresses = new LinkedHashSet<>(spec.devices);
        if (!spec.gpus.isEmpty()) {
            addresses.addAll(gpus(spec));
        }
        Map<String, List<String>> wishes = new LinkedHashMap<>();
        for (String address : addresses) {
            String scheme = address.substring(0, Math.max(0, address.indexOf(':')));
            String driver = drivers().having(DeviceDriver.SCHEME, scheme).orElseThrow(() -> new HyprException(ErrorCode.UNSUPPORTED,
                "No device driver that is there knows devices such as " + address + ".")
                .remedy("Start the bundle that lends them, as hypr.gpu.vfio lends pci: devices."));
            wishes.computeIfAbsent(driver, d -> new ArrayList<>()).add(address);
        }
        return wishes;
    }

    private List<String> gpus(ContainerSpec spec) {
        List<HostDevice> gpus = list().stream().filter(d -> d.kind.equals(GPU)).toList();
        List<String> chosen = new ArrayList<>();
        for (String wish : spec.gpus) {
            if (wish.equals("all") || wish.startsWith("count=")) {
                List<HostDevice> free = gpus.stream().filter(d -> spec.deviceForce || d.lendable.isAvailable()).filter(d -> d.container.isEmpty()).toList();
                int count = wish.equals("all") ? Math.max(1, free.size()) : Integer.parseInt(wish.substring(6));
                if (count > free.size()) {
                    throw tooFew(count, gpus);
                }
                free.subList(0, count).forEach(d -> chosen.add(d.address));
            } else if (wish.matches("[0-9]+")) {
                chosen.add(gpus.stream().filter(d -> wish.equals(Integer.toString(d.gpu))).findFirst().orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND,
                    "There is no GPU " + wish + ": this host has " + gpus.size() + ".").remedy("'hypr gpu ls' lists them.")).address);
            } else {
                chosen.add(wish);
            }
        }
        return chosen;
    }

    private static HyprException tooFew(int wanted, List<HostDevice> gpus) {
        if (gpus.isEmpty()) { // Docker's sentence for a host without GPUs.
            return new HyprException(ErrorCode.NOT_FOUND, "could not select device driver \"\" with capabilities: [[gpu]]")
                .remedy("This host shows no GPU. 'hypr gpu ls -a' lists its other devices, and 'hypr doctor' says whether they can be lent.");
        }
        Map<String, List<String>> reasons = new LinkedHashMap<>();
        String remedy = "'hypr gpu ls' shows each with its state.";
        for (HostDevice d : gpus) {
            switch (d.lendable) {
                case Availability.Available() -> { }
                case Availability.Unsupported(String said, String help) -> {
                    remedy = reasons.isEmpty() && !help.isEmpty() ? help : remedy;
                    reasons.computeIfAbsent(said, r -> new ArrayList<>()).add(d.address);
                }
                case Availability.Unknown(String said) -> reasons.computeIfAbsent(said, r -> new ArrayList<>()).add(d.address);
            }
        }
        StringBuilder why = new StringBuilder();
        reasons.forEach((said, addresses) -> why.append(' ').append(String.join(", ", addresses)).append(": ").append(said));
        return new HyprException(ErrorCode.IN_USE, "The container asks for " + wanted + (wanted == 1 ? " GPU" : " GPUs")
            + ", and fewer can be lent now; this host has " + gpus.size() + "." + why).remedy(remedy);
    }

    /** Gives back all that a container has. Idempotent. */
    void release(Container container) {
        for (Plug claim : container.ask(r -> List.copyOf(r.claims))) {
            DeviceDriver driver = drivers().get(claim.driver, SOON);
            lock.lock();
            try {
                driver.release(claim.record);
                container.change(r -> {
                    r.claims.removeIf(c -> c.driver.equals(claim.driver));
                    r.info.devices.removeIf(d -> d.deviceDriver.equals(claim.driver));
                });
            } finally {
                lock.unlock();
            }
        }
    }

    /** @return what a microVM gets of what its container has claimed */
    List<DeviceDriver.Lent> lent(Container container) {
        return container.ask(r -> List.copyOf(r.claims)).stream().flatMap(c -> drivers().get(c.driver, Duration.ZERO).describe(c.record).stream()).toList();
    }
}
