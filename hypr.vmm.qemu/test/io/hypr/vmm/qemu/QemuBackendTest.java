package io.hypr.vmm.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.Availability;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.tck.Built;
import io.hypr.tck.Fixture;
import io.hypr.tck.VmmBackendContract;
import io.hypr.vmm.Reclaim;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.qemu.internal.Settings;

/** The contract of backends with real microVMs, and what is special about QEMU. */
class QemuBackendTest extends VmmBackendContract {

    @TempDir
    Path run;

    @Override
    protected VmmBackend backend() throws IOException {
        return backend(Map.of("binary", "qemu-system-x86_64", "accelerator", "auto", "machine", "auto", "cpu", "auto", "shares", "auto"));
    }

    private VmmBackend backend(Map<String, Object> configuration) {
        return new QemuBackend(Built.ROOT.resolve("launcher/build"), Built.ROOT.resolve("launcher/build/qemu"), run, Settings.of(configuration));
    }

    @Override
    protected VmPlan.Boot boot() throws IOException {
        return Built.boot();
    }

    @Override
    protected String name() {
        return "qemu";
    }

    @Override
    protected Set<String> facets() {
        return Set.of("limitable", "pausable", "reclaim", "snapshots", "templates", "vfio", "virtiofs");
    }

    @Override
    protected Path records() {
        return Path.of("test/records");
    }

    @Override
    protected boolean tellsWhy() {
        return true;
    }

    /** Its monitor has room for few who wait; a QEMU that gets no processor for a while is as one that is stopped. */
    @Test
    void manyCanAskAQemuThatIsSlowToAnswer() throws Exception {
        VmSession vm = started(fixture().plan());
        welcomed(vm);
        signal("STOP", vm);
        List<Future<VmState>> askers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                askers.add(threads.submit(vm::state));
            }
            assertThrows(TimeoutException.class, () -> askers.getLast().get(1, TimeUnit.SECONDS));
            signal("CONT", vm);
            for (Future<VmState> asker : askers) {
                assertEquals(VmState.RUNNING, asker.get());
            }
        }
    }

    private static void signal(String name, VmSession vm) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder("kill", "-" + name, Long.toString(vm.pid())).inheritIO().start().waitFor());
    }

    @Test
    void pcIsAMachineToo() throws Exception {
        VmSession vm = started(fixture().withOptions(Map.of("machine", "q35")));
        welcomed(vm);
        assertTrue(vm.record().json().contains("\"q35\""), vm.record().json());
    }

    /** Where there is no virtiofsd: the contract tells the same of that. */
    @Test
    void qemuServesSharesToo() throws Exception {
        Path one = Files.createDirectory(fixture().directory().resolve("one"));
        Path two = Files.writeString(fixture().directory().resolve("two"), "read only");
        Files.writeString(one.resolve("from-host"), "hello");
        Files.setAttribute(one.resolve("from-host"), "unix:uid", 42);
        Files.createSymbolicLink(one.resolve("out"), fixture().directory());
        List<VmPlan.Share> shares = List.of(new VmPlan.Share("one", one, false), new VmPlan.Share("two", two, true));
        VmPlan plain = fixture().withOptions(Map.of("shares", "9p"));
        VmSession vm = started(new VmPlan(plain.id(), plain.processors(), plain.maxProcessors(), plain.memory(), plain.maxMemory(), plain.boot(),
            plain.disks(), plain.nics(), plain.devices(), shares, plain.runDirectory(), plain.log(), plain.jail(), plain.facets(), plain.options()));
        assertEquals("9p", vm.shares().type());
        assertTrue(vm.record().json().contains("\"shares\":\"9p\""), vm.record().json());
        String mount = "mount -t 9p -o " + vm.shares().options() + " ";
        assertEquals("0", shell(vm, "mkdir -p /tmp/one /tmp/two && " + mount + "one /tmp/one && " + mount + "two /tmp/two && "
            + "[ \"$(cat /tmp/one/from-host) $(stat -c %u /tmp/one/from-host)\" = 'hello 42' ] && echo back > /tmp/one/from-guest && "
            + "chown 1234:5678 /tmp/one/from-guest && ln -s nowhere /tmp/one/link && "
            + "[ \"$(ls -A /tmp/two)\" = file ] && [ \"$(cat /tmp/two/file)\" = 'read only' ] && ! (echo no > /tmp/two/file) 2>/dev/null && "
            + "! touch /tmp/two/new 2>/dev/null && ! ls /tmp/one/../one/run /tmp/one/out/run 2>/dev/null"));
        assertEquals("back\n", Files.readString(one.resolve("from-guest")));
        assertEquals(1234, Files.getAttribute(one.resolve("from-guest"), "unix:uid"));
        assertEquals("nowhere", Files.readSymbolicLink(one.resolve("link")).toString());
        assertEquals("read only", Files.readString(two));
        try (Stream<Path> root = Files.list(Path.of("/proc/" + vm.pid() + "/root"))) {
            assertEquals(List.of(), root.map(path -> path.getFileName().toString())
                .filter(name -> !name.matches("dev|lib|lib64|proc|s|share[01]|started|usr|" + Built.ROOT.getName(0))).toList());
        }
        String status = Files.readString(Path.of("/proc/" + vm.pid() + "/status"));
        assertTrue(status.contains("CapEff:\t00000000880000db\n"), status);
        assertTrue(status.contains("NoNewPrivs:\t1\n"), status);
    }

    /** Touches all memory of the guest, for its page cache too, while it writes and reads more on its disk than the limit leaves beside that memory. */
    @Test
    void aGuestThatUsesAllItHasStaysWithinTheLimits() throws Exception {
        VmSession vm = started(fixture().withDisk(fixture().disk("large", "500M")));
        List<Path> counters = memoryGroup(vm.pid());
        Assumptions.assumeFalse(counters.isEmpty(), "this host has no control groups for memory");
        assertEquals("0", shell(vm, "mkdir -p /tmp/all && mount -t tmpfs -o size=48m tmpfs /tmp/all && mknod /tmp/vdc b $(tr : ' ' < /sys/block/vdc/dev) && "
            + "{ dd if=/dev/zero of=/tmp/vdc bs=1M & } && { dd if=/dev/zero of=/tmp/all/file bs=1M; true; } && wait && dd if=/tmp/vdc "
            + "of=/dev/null bs=1M count=200 && [ $(wc -c < /tmp/all/file) -gt 50000000 ]"));
        for (Path counter : counters) {
            for (String line : Files.readAllLines(counter)) {
                if (line.startsWith("oom_kill ")) {
                    assertEquals("oom_kill 0", line, counter.toString());
                }
            }
        }
        assertEquals(VmState.RUNNING, vm.state());
    }

    /** The files that count what was killed for lack of memory: of version 1 or of the unified hierarchy. */
    private static List<Path> memoryGroup(long pid) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (List.of(parts[1].split(",")).contains("memory")) {
                found.add(Path.of("/sys/fs/cgroup/memory" + parts[2], "memory.oom_control"));
            } else if (parts[1].isEmpty()) {
                found.add(Path.of("/sys/fs/cgroup" + parts[2], "memory.events"));
            }
        }
        return found.stream().filter(Files::exists).toList();
    }

    @Test
    void theLimitOfMemoryCoversAllThatTheGuestCanGrowTo() throws Exception {
        VmSession vm = started(fixture().plan());
        for (Path counter : memoryGroup(vm.pid())) {
            Path limit = counter.resolveSibling(counter.endsWith("memory.events") ? "memory.max" : "memory.limit_in_bytes");
            long octets = Long.parseLong(Files.readString(limit).strip());
            assertTrue(octets > fixture().plan().maxMemory() && octets < fixture().plan().maxMemory() + (512L << 20), "limit of " + octets);
        }
    }

    @Test
    @Tag("lab")
    @EnabledIfEnvironmentVariable(named = "HYPR_LAB", matches = ".+", disabledReason = "needs KVM: ./dev test lab")
    void onKvmTheHostsKernelMovesPackets() throws Exception {
        try (Fixture.Tap tap = Fixture.Tap.make(fixture().plan().jail().uid())) {
            VmSession vm = started(fixture().withNic(tap.name(), "02:42:ac:11:00:02"));
            welcomed(vm);
            assertTrue(vm.record().json().contains("\"kvm\""), vm.record().json());
            try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + vm.pid() + "/fd"))) {
                assertTrue(descriptors.anyMatch(file -> QemuBackendTest.target(file).equals("/dev/vhost-net")), "QEMU has vhost-net");
            }
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // It was closed meanwhile.
        }
    }

    /** The lab's virtio network card, behind which is a network, and its edu device. */
    @Test
    @Tag("lab")
    @EnabledIfEnvironmentVariable(named = "HYPR_LAB", matches = ".+",
            disabledReason = "takes devices away from the host, so it runs in the lab only: ./dev test lab")
    void devicesArePassedThroughWithTheirInterrupts() throws Exception {
        List<String> addresses = List.of("0000:01:00.0", "0000:02:00.0");
        List<VmPlan.PassThrough> devices = addresses.stream().map(address -> new VmPlan.PassThrough("vfio-pci", address)).toList();
        HyprException unbound = assertThrows(HyprException.class, () -> started(fixture().withDevices(devices)));
        assertEquals(ErrorCode.CONFLICT, unbound.code(), unbound.getMessage());
        List<Path> groups = new ArrayList<>();
        for (String address : addresses) {
            Path device = Path.of("/sys/bus/pci/devices", address);
            Files.writeString(device.resolve("driver_override"), "vfio-pci");
            if (Files.exists(device.resolve("driver"))) {
                Files.writeString(device.resolve("driver/unbind"), address);
            }
            Files.writeString(Path.of("/sys/bus/pci/drivers_probe"), address);
            groups.add(Path.of("/dev/vfio", Files.readSymbolicLink(device.resolve("iommu_group")).getFileName().toString()));
        }
        VmSession vm = started(fixture().withDevices(devices));
        assertTrue(vm.facet(Reclaim.class).isEmpty(), "memory that a device may write to is not taken away");
        assertEquals("0", shell(vm, "grep -q 1234:11E8 /sys/bus/pci/devices/*/uevent && ip link set eth0 up && ip addr add 10.0.2.15/24 dev "
                + "eth0 && ping -c 3 10.0.2.2"
            + " && grep -E 'input.0$' /proc/interrupts | grep -vE '^ *[0-9]+: +0 '"));
        backend().discard(vm.record());
        for (Path group : groups) {
            assertEquals(0, Files.getAttribute(group, "unix:uid"), group + " is root's again");
        }
    }

    @Test
    void aMissingQemuIsUnsupportedWithARemedy() {
        Availability missing = backend(Map.of("binary", "no-such-qemu", "accelerator", "auto", "machine", "auto", "cpu", "auto", "shares", "auto")).probe();
        assertEquals(Availability.unsupported("QEMU is missing: there is no program no-such-qemu.",
                "Install it, on Debian with: apt-get install qemu-system-x86"), missing);
    }

    @Test
    void aProgramThatIsNotQemuIsUnsupported() {
        Availability other = backend(Map.of("binary", "/bin/true", "accelerator", "auto", "machine", "auto", "cpu", "auto", "shares", "auto")).probe();
        assertEquals("The program /bin/true does not answer as QEMU does.", ((Availability.Unsupported) other).reason());
    }
}
