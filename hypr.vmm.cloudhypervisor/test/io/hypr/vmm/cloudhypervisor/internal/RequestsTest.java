package io.hypr.vmm.cloudhypervisor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.ffm.mount.BindMount;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Hotplug;
import io.hypr.vmm.Reclaim;
import io.hypr.vmm.Resizable;
import io.hypr.vmm.Snapshots;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmState;
import io.hypr.vmm.host.ControlGroups;
import io.hypr.vmm.host.Starter;
import io.hypr.vmm.host.TemplateFiles;
import io.hypr.vmm.host.VfioDevices;
import io.hypr.vmm.host.VmmDirectory;
import io.hypr.vmm.host.VmmProcess;

/** All that is asked of Cloud Hypervisor is as its API says, and what is read of its answers is there. {@code HYPR_RENEW_GOLDENS=1} writes the goldens anew. */
class RequestsTest {

    private static final long MIB = 1 << 20;

    @TempDir
    Path directory;
    private ApiServer server;
    private CloudHypervisorSession session;

    @BeforeEach
    void open() throws IOException {
        server = new ApiServer(directory.resolve("api"));
        session = session();
    }

    private CloudHypervisorSession session() {
        CloudHypervisorRecord content =
                new CloudHypervisorRecord(directory.toString(), "hypr/0123", "/log", 1, 4, 256 * MIB, 512 * MIB, "54.0.0", List.of(), null, true);
        VmmProcess process = VmmProcess.of(ProcessHandle.current().pid()).orElseThrow(); // Any that lives.
        return new CloudHypervisorSession(content.as("0123"), content, new Launch.Started(process, null), new ControlGroups(new Starter(directory)));
    }

    @AfterEach
    void close() throws IOException {
        session.close();
        server.close();
        assertEquals(List.of(), server.wrong());
    }

    private void state(String state) {
        server.answer("vm.info", ApiServer.json(
                200, "{\"config\":{\"cpus\":{\"boot_vcpus\":2,\"max_vcpus\":4},\"memory\":{\"size\":268435456,\"hotplugged_size\":2097152}},\"state\":\""
                + state + "\",\"memory_actual_size\":201326592}"));
    }

    /** The guest has these devices. */
    private void devices(String... names) {
        server.answer("vm.info", ApiServer.json(200, "{\"config\":{},\"state\":\"Running\",\"device_tree\":{"
                + Stream.of(names).map(name -> "\"" + name + "\":{}").collect(Collectors.joining(",")) + "}}"));
    }

    private List<String> changes() {
        return server.requests().stream().filter(request -> request.startsWith("PUT")).toList();
    }

    @Test
    void whatIsReadIsInTheDescription() throws IOException {
        Description description = Description.read();
        for (VmInfo.Field field : VmInfo.Field.values()) {
            assertTrue(description.answers("vm.info", field.pointer), field + " at " + field.pointer);
        }
        for (String saved : List.of("/config/disks/0/id", "/config/disks/0/path", "/config/net/0/tap", "/config/memory/zones/0/file")) {
            assertTrue(description.answers("vm.info", saved), "a saved machine is one of vm.info: " + saved);
        }
        assertFalse(description.answers("vm.info", "/config/cpus/no_such"));
        assertFalse(description.answers("vm.info", "/config/disks/0/no_such"));
    }

    /** Recorded of version 54 in the lab: curl --unix-socket api http://localhost/api/v1/vm.info; the way to the initramfs was made plain. */
    @Test
    void whatIsReadIsInTheAnswerOfTheRealOne() throws IOException {
        JsonNode real = new ObjectMapper().readTree(Path.of("test/api/vm.info-54.json").toFile());
        VmInfo info = new VmInfo(real);
        assertTrue(info.runs());
        assertEquals(1, info.processors());
        assertEquals(128 * MIB, info.given());
        assertEquals(128 * MIB, info.usable());
    }

    @Test
    void ofOneThatEndsInThatMomentItIsSaidWhatItSaidLast() throws IOException {
        Process vmm = new ProcessBuilder("sleep", "600").start();
        try {
            Path log = directory.resolve("vmm.log");
            new VmmDirectory(directory).logged(0);
            Files.writeString(log, "cloud-hypervisor: 1.2s: <vmm> ERROR: no more\n");
            CloudHypervisorRecord content =
                new CloudHypervisorRecord(directory.toString(), "hypr/0123", log.toString(), 1, 4, 256 * MIB, 512 * MIB, "54.0.0", List.of(), null, true);
            VmmProcess process = VmmProcess.of(vmm.pid()).orElseThrow();
            server.answer("vm.resume", "");
            server.whenAsked("vm.resume", vmm::destroyForcibly);
            try (CloudHypervisorSession ends = new CloudHypervisorSession(
                    content.as("0123"), content, new Launch.Started(process, null), new ControlGroups(new Starter(directory)))) {
                HyprException said = assertThrows(HyprException.class, () -> ends.put("vm.resume", null));
                assertEquals("Cloud Hypervisor of microVM 0123 has ended. Its log ends with: cloud-hypervisor: 1.2s: <vmm> ERROR: no more See " + log + ".",
                    said.getMessage() + " " + said.remedy().orElse(""));
                assertEquals(ErrorCode.UNAVAILABLE, said.code());
            }
        } finally {
            vmm.destroyForcibly();
        }
    }

    @Test
    void memoryThatIsAFileCountsAsGiven() throws IOException {
        JsonNode zone = new ObjectMapper().readTree("{\"config\":{\"memory\":{\"size\":0,\"zones\":[{\"id\":\"memory\",\"size\":134217728}]}}}");
        assertEquals(128 * MIB, new VmInfo(zone).given());
    }

    @Test
    void theDescriptionRefusesWhatIsNotInIt() throws IOException {
        Description description = Description.read();
        ObjectMapper json = new ObjectMapper();
        assertEquals(List.of("There is no PUT vm.frob"), description.wrong("PUT", "vm.frob", null));
        assertEquals(List.of("vm.boot takes no body"), description.wrong("PUT", "vm.boot", json.readTree("{}")));
        assertEquals(List.of("vm.resize: there is no desired_cpus"), description.wrong("PUT", "vm.resize", json.readTree("{\"desired_cpus\":1}")));
        assertEquals(1, description.wrong("PUT", "vm.resize", json.readTree("{\"desired_vcpus\":0}")).size());
        assertEquals(List.of("vm.create: payload is missing"), description.wrong("PUT", "vm.create", json.readTree("{}")));
        assertEquals(1, description.wrong("PUT", "vm.create", json.readTree("{\"payload\":{\"kernel\":1}}")).size());
    }

    private static VmPlan plan(List<VmPlan.Nic> nics, List<VmPlan.Share> shares) {
        VmPlan plan = plan(1, 1, 128 * MIB, 128 * MIB, nics, List.of());
        return new VmPlan(plan.id(), 1, 1, plan.memory(), plan.memory(), plan.boot(), plan.disks(), nics, List.of(), shares, plan.runDirectory(), plan.log(),
            plan.jail(), Set.of(), Map.of());
    }

    private static VmPlan plan(int processors, int maxProcessors, long memory, long maxMemory, List<VmPlan.Nic> nics, List<VmPlan.PassThrough> devices) {
        return new VmPlan("0123456789abcdef".repeat(4), processors, maxProcessors, memory, maxMemory,
            new VmPlan.Boot(Path.of("/boot/vmlinux"), Path.of("/boot/bzImage"), Path.of("/boot/initramfs"), List.of("loglevel=7")),
            List.of(new VmPlan.Disk(Path.of("/images/a,b"), true), new VmPlan.Disk(Path.of("/upper"), false)), nics, devices, List.of(),
            Path.of("/run/hypr/0123"), Path.of("/var/log"), new VmPlan.Jail(990, 990, "hypr/0123"), Set.of(), Map.of());
    }

    private void golden(String name, MachineConfig config) throws IOException {
        assertEquals(List.of(), Description.read().wrong("PUT", "vm.create", config.body()));
        Path file = Path.of("test/goldens", name);
        String text = String.join(" ", config.openings()) + "\n" + config.body().toPrettyString() + "\n";
        if (System.getenv("HYPR_RENEW_GOLDENS") != null) {
            Files.writeString(file, text);
        }
        assertEquals(Files.readString(file), text);
    }

    @Test
    void plansBecomeMachines() throws IOException {
        golden("plain", MachineConfig.of(plan(1, 1, 128 * MIB, 128 * MIB, List.of(), List.of()), true, GuestMemory.OWN));
        golden("rich", MachineConfig.of(plan(2, 8, 256 * MIB, 1024 * MIB, List.of(new VmPlan.Nic("hy0", "02:42:ac:11:00:02", 1400)),
            List.of(new VmPlan.PassThrough("vfio-pci", "0000:01:00.0"))), true, GuestMemory.OWN));
        golden("without-landlock", MachineConfig.of(plan(1, 1, 128 * MIB, 128 * MIB, List.of(),
                List.of(new VmPlan.PassThrough("vfio-pci", "0000:01:00.0"))), false, GuestMemory.OWN));
        golden("shared", MachineConfig.of(plan(List.of(),
                List.of(new VmPlan.Share("work", Path.of("/work"), false), new VmPlan.Share("more", Path.of("/more"), true))), true,
            GuestMemory.OWN));
        golden("saveable", MachineConfig.of(plan(List.of(), List.of()), true, GuestMemory.saveable(Path.of("/run/hypr/0123/memory"))));
        golden("from-template", MachineConfig.of(plan(List.of(), List.of()), true, GuestMemory.copyOf(Path.of("/templates/0/memory"))));
    }

    @Test
    void interfacesThatLeadNowhereGetTapsOfTheirOwn() {
        VmPlan plan = plan(List.of(new VmPlan.Nic("hy0", "02:42:ac:11:00:02", 1500), new VmPlan.Nic("", "02:42:ac:11:00:03", 1500)), List.of());
        NowhereTaps nowhere = NowhereTaps.of(plan);
        assertEquals(List.of("hx0123456789ab1"), nowhere.names());
        assertEquals(List.of("hy0", "hx0123456789ab1"), nowhere.in(plan).nics().stream().map(VmPlan.Nic::tap).toList());
    }

    @Test
    void theBalloonIsLeftOutWhereMemoryCannotComeBack() {
        VmPlan plan = plan(List.of(), List.of());
        assertTrue(MachineConfig.hasBalloon(plan, GuestMemory.OWN));
        assertFalse(MachineConfig.hasBalloon(plan, GuestMemory.saveable(Path.of("/memory"))));
        assertFalse(MachineConfig.hasBalloon(plan, GuestMemory.copyOf(Path.of("/memory"))));
        assertFalse(MachineConfig.hasBalloon(
                plan(1, 1, 128 * MIB, 128 * MIB, List.of(), List.of(new VmPlan.PassThrough("vfio-pci", "0000:01:00.0"))), GuestMemory.OWN));
    }

    @Test
    void whatWasSavedGoesOnWithTheTapsAndTheMemoryOfAnotherPlan() throws IOException {
        VmPlan maker = plan(List.of(new VmPlan.Nic("hx0", "02:00:00:00:00:01", 1500)), List.of());
        Path files = Files.createDirectory(directory.resolve("template"));
        Template template = Template.in(files);
        new ObjectMapper().writeValue(template.config().toFile(), MachineConfig.of(maker, true, GuestMemory.saveable(Path.of("/memory"))).body());
        Files.writeString(template.files().state(), "{}");
        VmmDirectory run = new VmmDirectory(Files.createDirectory(directory.resolve("run")));
        Files.createDirectory(run.own());
        VmPlan plan = plan(List.of(new VmPlan.Nic("hy7", "02:42:ac:11:00:02", 1500)), List.of());
        MachineConfig wanted = MachineConfig.of(plan, true, GuestMemory.copyOf(template.files().memory()));
        template.layOut(run, plan, wanted);
        JsonNode machine = new ObjectMapper().readTree(run.file(Names.RESTORED).resolve("config.json").toFile());
        assertEquals(List.of(), Description.read().wrong("PUT", "vm.create", machine));
        assertEquals("hy7", machine.at("/net/0/tap").asText());
        assertEquals("02:00:00:00:00:01", machine.at("/net/0/mac").asText(), "the guest has that of the template");
        assertFalse(machine.at("/memory/zones/0/shared").asBoolean(true), "what the guest writes is its own");
        assertEquals("{}", Files.readString(run.file(Names.RESTORED).resolve("state.json")));
    }

    @Test
    void aGuestThatGoesOnLearnsTheSizeOfItsWritableDisks() throws IOException {
        Path upper = Files.write(directory.resolve("upper"), new byte[4096]);
        VmPlan plan = plan(List.of(), List.of());
        VmPlan own = new VmPlan(plan.id(), 1, 1, plan.memory(), plan.memory(), plan.boot(),
                List.of(new VmPlan.Disk(upper, true), new VmPlan.Disk(upper, false)),
            List.of(), List.of(), List.of(), plan.runDirectory(), plan.log(), plan.jail(), Set.of(), Map.of());
        Api api = new Api(directory.resolve("api"), java.time.Duration.ofSeconds(10));
        Template.restore(api, own, new TemplateFiles.Description(128 * MIB, Map.of("disk0", 8192L, "disk1", 4096L)), false);
        Template.restore(api, own, new TemplateFiles.Description(128 * MIB, Map.of("disk0", 8192L, "disk1", 8192L)), false);
        Template.restore(api, own, new TemplateFiles.Description(128 * MIB, Map.of("disk0", 8192L, "disk1", 4096L)), true);
        String restore = "PUT vm.restore {\"source_url\":\"file://s/restored\"}";
        assertEquals(List.of(restore, "PUT vm.resume", restore, "PUT vm.resume", "PUT vm.resize-disk {\"id\":\"disk1\",\"desired_size\":4096}", restore),
                changes(), "what is to wait stays paused");
    }

    @Test
    void whatIsSavedIsTheMemoryAndWhatCloudHypervisorWroteButNoLink() throws IOException {
        Path sockets = Files.createDirectory(directory.resolve("s"));
        Files.write(directory.resolve("memory"), new byte[8192]);
        session = session();
        state("Running");
        server.whenAsked("vm.snapshot", () -> {
            Files.writeString(sockets.resolve("saved/config.json"), "{\"disks\":[]}");
            Files.createSymbolicLink(sockets.resolve("saved/state.json"), Files.writeString(directory.resolve("secret"), "secret"));
        });
        Snapshots saver = session.facet(Snapshots.class).orElseThrow();
        Path stolen = Files.createDirectory(directory.resolve("one"));
        assertEquals(ErrorCode.INTERNAL, assertThrows(HyprException.class, () -> saver.save(stolen)).code());
        assertFalse(Files.exists(stolen.resolve("state")));
        assertEquals(List.of("PUT vm.pause", "PUT vm.snapshot {\"destination_url\":\"file://s/saved\"}"), changes());
    }

    @Test
    void theProcessorsStopAndGoOnOnce() {
        state("Running");
        assertEquals(VmState.RUNNING, session.state());
        session.resume();
        session.pause();
        state("Paused");
        assertEquals(VmState.PAUSED, session.state());
        session.pause();
        session.resume();
        assertEquals(List.of("PUT vm.pause", "PUT vm.resume"), changes());
    }

    @Test
    void processorsAndMemoryComeAndGo() {
        state("Running");
        Resizable growth = session.facet(Resizable.class).orElseThrow();
        assertEquals(2, growth.processors());
        assertEquals(258 * MIB, growth.memory());
        growth.processors(4);
        growth.memory(258 * MIB);
        growth.memory(512 * MIB);
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> growth.processors(5)).code());
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> growth.memory(254 * MIB)).code());
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> growth.memory(257 * MIB)).code());
        assertEquals(List.of("PUT vm.resize {\"desired_vcpus\":4}", "PUT vm.resize {\"desired_ram\":536870912}"), changes());
    }

    @Test
    void theBalloonHoldsTheDifference() {
        state("Running");
        Reclaim balloon = session.facet(Reclaim.class).orElseThrow();
        assertEquals(192 * MIB, balloon.memory());
        balloon.target(200 * MIB);
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> balloon.target(259 * MIB)).code());
        assertEquals(List.of("PUT vm.resize {\"desired_balloon\":" + 58 * MIB + "}"), changes());
    }

    @Test
    void aDiskIsShownWhileItIsPlugged() throws IOException {
        Plugs.prepare(new VmmDirectory(directory));
        Path disk = Files.writeString(directory.resolve("disk"), "content");
        Hotplug hotplug = session.facet(Hotplug.class).orElseThrow();
        List<String> seen = new ArrayList<>();
        server.whenAsked("vm.add-disk", () -> {
            for (Path place : shown()) {
                seen.add(Files.readString(place));
            }
        });
        String one = hotplug.plug(new VmPlan.Disk(disk, true));
        String other = hotplug.plug(new VmPlan.Disk(disk, true));
        assertNotEquals(one, other);
        assertEquals(List.of("content", "content"), seen);
        assertEquals(List.of(), shown());
        String config = "{'id':'NAME','serial':'NAME','path':'plugged/NAME','readonly':true,'image_type':'Raw'}".replace('\'', '"').replace("NAME", one);
        assertEquals("PUT vm.add-disk " + config, changes().getFirst());
        assertTrue(one.length() <= 20, "the guest sees all of the serial number: " + one);
    }

    private List<Path> shown() throws IOException {
        try (Stream<Path> places = Files.list(directory.resolve(Names.PLUGGED))) {
            return places.toList();
        }
    }

    @Test
    void aDiskThatIsRefusedIsShownNoLonger() throws IOException {
        Plugs.prepare(new VmmDirectory(directory));
        Path disk = Files.createFile(directory.resolve("disk"));
        Hotplug hotplug = session.facet(Hotplug.class).orElseThrow();
        server.answer("vm.add-disk", ApiServer.json(500, "[\"Error from API\",\"The file is already locked. A call to get the lock returned\"]"));
        assertThrows(HyprException.class, () -> hotplug.plug(new VmPlan.Disk(disk, false)));
        assertEquals(List.of(), shown());
        HyprException missing = assertThrows(HyprException.class, () -> hotplug.plug(new VmPlan.Disk(directory.resolve("no-such"), false)));
        assertEquals(ErrorCode.NOT_FOUND, missing.code());
        assertTrue(missing.getMessage().contains("no-such"), missing.getMessage());
        assertEquals(1, changes().size(), "what is missing is not asked for");
    }

    @Test
    void whatADaemonThatWasKilledStillShowsIsTakenBack() throws IOException {
        VmmDirectory run = new VmmDirectory(directory);
        Plugs.clear(run);
        Plugs.prepare(run);
        Path place = Files.createFile(directory.resolve(Names.PLUGGED).resolve("plug1"));
        BindMount.make(Files.writeString(directory.resolve("disk"), "content"), place);
        Plugs.clear(run);
        Plugs.clear(run);
        assertEquals("", Files.readString(place));
    }

    @Test
    void anInterfaceNeedsATapThatIsThere() {
        Hotplug hotplug = session.facet(Hotplug.class).orElseThrow();
        String plugged = hotplug.plug(new VmPlan.Nic("lo", "02:42:ac:11:00:02", 1500)); // Any that is there; nobody opens it here.
        assertEquals(List.of("PUT vm.add-net {\"id\":\"" + plugged + "\",\"tap\":\"lo\",\"mac\":\"02:42:ac:11:00:02\"}"), changes());
        assertEquals(ErrorCode.INVALID, refusal(() -> hotplug.plug(new VmPlan.Nic("", "02:42:ac:11:00:02", 1500))));
        assertEquals(ErrorCode.NOT_FOUND, refusal(() -> hotplug.plug(new VmPlan.Nic("no-such-tap", "02:42:ac:11:00:02", 1500))));
    }

    @Test
    void aDeviceIsPassedThroughOnlyWhereMemoryStays() throws IOException {
        VmPlan.PassThrough device = new VmPlan.PassThrough("vfio-pci", "0000:01:00.0");
        Hotplug hotplug = session.facet(Hotplug.class).orElseThrow();
        assertEquals(ErrorCode.UNSUPPORTED, refusal(() -> hotplug.plug(device)), "it has a balloon");
        assertEquals(List.of(), changes());
        assertEquals(List.of(), Description.read().wrong("PUT", "vm.add-device", MachineConfig.device("plug1", device)));
        VmPlan plan = plan(Set.of(Plugs.FACET));
        assertFalse(MachineConfig.hasBalloon(plan, GuestMemory.OWN));
        assertTrue(MachineConfig.hasBalloon(plan(Set.of(Plugs.FACET, "reclaim")), GuestMemory.OWN));
    }

    private static VmPlan plan(Set<String> facets) {
        VmPlan plan = plan(List.of(), List.of());
        return new VmPlan(plan.id(), 1, 1, plan.memory(), plan.memory(), plan.boot(), plan.disks(), List.of(), List.of(), List.of(), plan.runDirectory(),
            plan.log(), plan.jail(), facets, Map.of());
    }

    private static ErrorCode refusal(Executable what) {
        return assertThrows(HyprException.class, what).code();
    }

    @Test
    void rulesLeaveRoomForWhatMayBePlugged() throws IOException {
        MachineConfig machine = MachineConfig.of(plan(Set.of(Plugs.FACET)), true, GuestMemory.OWN);
        assertEquals(List.of(), Description.read().wrong("PUT", "vm.create", machine.body()));
        List<String> paths = machine.body().path("landlock_rules").findValuesAsText("path");
        List<String> ofVfio = VfioDevices.isPossible() ? List.of("/dev/vfio", "/sys") : List.of();
        assertEquals(Stream.concat(Stream.of("plugged", "/dev/net/tun", "/sys/devices/virtual/net"), ofVfio.stream()).toList(), paths);
    }

    @Test
    void aDeviceIsGoneWhenTheGuestHasLetGoOfIt() throws IOException {
        Hotplug hotplug = session.facet(Hotplug.class).orElseThrow();
        devices("disk0", "plug1");
        AtomicBoolean asked = new AtomicBoolean();
        server.whenAsked("vm.remove-device", () -> asked.set(true));
        server.whenAsked("vm.info", () -> {
            if (asked.getAndSet(false)) { // Once more it is there.
                server.whenAsked("vm.info", () -> devices("disk0"));
            }
        });
        hotplug.unplug("plug1");
        hotplug.unplug("plug1");
        hotplug.unplug("plug2");
        hotplug.unplug("disk0");
        assertEquals(List.of("PUT vm.remove-device {\"id\":\"plug1\"}"), changes());
    }

    @Test
    void whatSomebodyElseTakesAwayMeanwhileIsGoneToo() throws IOException {
        Hotplug hotplug = session.facet(Hotplug.class).orElseThrow();
        devices("plug1");
        server.answer("vm.remove-device", ApiServer.json(500, "[\"Error from API\",\"Unknown device\"]"));
        assertEquals(ErrorCode.INTERNAL, refusal(() -> hotplug.unplug("plug1")));
        server.whenAsked("vm.remove-device", () -> devices());
        hotplug.unplug("plug1");
        assertEquals(2, changes().size());
    }

    @Test
    void whatHasPluggedDevicesIsNotSaved() throws IOException {
        Files.write(directory.resolve("memory"), new byte[8192]);
        session = session();
        devices("disk0", "plug1");
        Snapshots saver = session.facet(Snapshots.class).orElseThrow();
        assertEquals(ErrorCode.CONFLICT, refusal(() -> saver.save(directory.resolve("template"))));
        assertEquals(List.of(), changes());
    }

    @Test
    void thePowerButtonIsPressed() {
        session.powerOff();
        assertEquals(List.of("PUT vm.power-button"), changes());
    }
}
