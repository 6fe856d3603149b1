package io.hypr.vmm.hvf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.Availability;
import io.hypr.tck.Built;
import io.hypr.tck.Fixture;
import io.hypr.tck.VmmBackendContract;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.host.Kvm;
import io.hypr.vmm.host.KvmProbe;

/**
 * The contract of backends with real microVMs, on Linux where KVM works: what runs on macOS, the program too, but for its hypervisor. Only the question whether
 * this is a Mac is answered otherwise.
 */
class HvfBackendTest extends VmmBackendContract {

    @TempDir
    Path directory;

    @Override
    protected VmmBackend backend() throws IOException {
        Path program = Built.krun();
        return new HvfBackend(program, () -> {
            if (!Files.isExecutable(program)) {
                return Availability.unsupported("The program " + program + " is missing.", "");
            }
            Kvm found = new KvmProbe(Built.ROOT.resolve("launcher/build/hypr-kvmprobe"), directory.resolve("kvm.json")).find();
            return found.works() ? Availability.available() : Availability.unsupported(found.reason(), found.remedy());
        });
    }

    @Override
    protected VmPlan.Boot boot() throws IOException {
        return Built.boot();
    }

    @Override
    protected String name() {
        return HvfBackend.NAME;
    }

    @Override
    protected Set<String> facets() {
        return Set.of("pausable", "virtiofs");
    }

    @Override
    protected Path records() {
        return Path.of("test/records");
    }

    @Override
    protected boolean tellsWhy() {
        return true;
    }

    @Override
    protected boolean confines() {
        return false;
    }

    @Override
    protected boolean belongs(long pid, VmPlan plan) {
        try {
            String command = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
            return List.of(command.split("\0")).contains(plan.runDirectory().toString());
        } catch (IOException e) {
            return false; // It has ended meanwhile.
        }
    }

    @Override
    protected Fixture.Network network(int uid) throws IOException {
        return DatagramNetwork.serve(directory.resolve("network"));
    }

    @Override
    protected String missingNetwork() {
        return "/no/such/network";
    }

    @Test
    void aGuestAndTheNetworkAtASocketOfDatagramsHearEachOther() throws Exception {
        try (DatagramNetwork network = DatagramNetwork.serve(directory.resolve("answers"))) {
            VmSession vm = started(fixture().withNic(network.name(), "02:42:ac:11:00:02"));
            assertEquals("0", shell(vm, "ip link set eth0 up && ip addr add " + DatagramNetwork.GUEST + "/24 dev eth0 && ping -c 1 -W 20 -s 1400 "
                    + DatagramNetwork.ADDRESS));
        }
    }
}
