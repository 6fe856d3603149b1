package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.backend.Backends.Choice;
import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.Frame;
import io.hypr.core.internal.link.RunProcess;
import io.hypr.core.internal.link.Setup;
import io.hypr.core.internal.logs.ContainerLog;
import io.hypr.core.internal.logs.LogLimits;
import io.hypr.core.internal.net.HostFiles;
import io.hypr.core.internal.net.Ipv4;
import io.hypr.core.internal.net.NetworkBook;
import io.hypr.core.internal.plan.Plan;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.core.internal.records.ContainerRecord.Plug;
import io.hypr.core.internal.records.NetworkRecord;
import io.hypr.core.internal.template.MountedRoot;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerInfo.Endpoint;
import io.hypr.engine.ContainerInfo.Publication;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerSpec.PortMapping;
import io.hypr.engine.ContainerState;
import io.hypr.image.Image;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;
import io.hypr.net.Attachment;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;

/** Starts one container once. The caller holds its operation lock. */
final class Starter {

    /** Name of the VMM's log in a container's directory. */
    static final String VMM_LOG = "vmm.log";

    private static final Path HOST_RESOLV = Path.of("/etc/resolv.conf");

    private final Engine engine;
    private final Container container;
    private final Settings settings;
    private final ContainerRecord before;
    private final ContainerInfo info;
    private final ContainerSpec spec;
    private final Plan plan;
    private Choice choice;
    private Path root;
    private Attachment attachment;
    private VmLaunch vm;
    private Run run;
    private ContainerLog visit;
    private boolean fresh;
    private boolean waits;
    private int exitCode = 128;
    private boolean again;

    Starter(Engine engine, Container container) {
        this.engine = engine;
        this.container = container;
        this.settings = engine.settings();
        this.before = container.record();
        this.info = before.info;
        this.spec = info.spec;
        Size.renew(info);
        this.plan = new Plan(settings.points());
    }

    /** @throws HyprException if it could not be started; everything is as before then, but for the reason in the record */
    void start() {
        engine.templates().busy();
        try {
            take();
        } finally {
            engine.templates().ready();
        }
        vm.done();
        new Surroundings(engine, container, container.info()).joined();
        container.event("start", Map.of());
        Health.watch(engine, container, run);
    }

    /** The same as its policy wants it: counted together with the start, so once, whenever the engine ends. */
    void restart() {
        again = true;
        start();
    }

    private void take() {
        Clearing clearing = new Clearing(engine, container);
        try {
            plan
                .step("start.intent", this::intend, null)
                .step("start.rootfs", this::root, null)
                .beside("start.disk", this::disk, null)
                .beside("start.network", this::network, clearing::network)
                .beside("start.devices", () -> engine.devices().claim(container), clearing::devices)
                .step("start.volumes", () -> new Mounts(engine).prepare(info, image()), null)
                .step("start.launch", this::launch, clearing::vm)
                .step("start.hello", this::hello, null)
                .beside("start.ports", this::ports, clearing::ports)
                .step("start.run", this::runWorkload, null)
                .step("start.commit", this::commit, null)
                .run();
        } catch (Exception e) {
            throw failed(e, clearing);
        }
    }

    /**
     * Gives a container that does not run a microVM for a while, with its disk and its mounts, in which nothing of it runs. The caller ends that by
     * {@link #endVisit}, on the same thread, whatever happens in between.
     *
     * @return the run of that microVM
     */
    Run visit() {
        Clearing clearing = new Clearing(engine, container);
        try {
            plan
                .step("visit.intent", this::intendVisit, null)
                .step("visit.rootfs", this::root, null)
                .step("visit.disk", this::disk, null)
                .step("visit.volumes", () -> new Mounts(engine).prepare(info, image()), null)
                .step("visit.launch", this::launch, clearing::vm)
                .step("visit.hello", this::hello, null)
                .step("visit.setup", this::setUp, null)
                .run();
            return run;
        } catch (Exception e) {
            clearVisit();
            throw e instanceof HyprException h ? h
                    : new HyprException(ErrorCode.INTERNAL, "The files of container " + container.name() + " cannot be reached.", e);
        }
    }

    /** Lets the guest write its disk, and clears away its microVM. */
    void endVisit() {
        new Ending(engine, container).powerOff(run);
        clearVisit();
    }

    private void clearVisit() {
        if (run != null) {
            run.leave();
        }
        boolean cleared = new Clearing(engine, container).rest();
        Clearing.delete(visits(container));
        if (cleared) {
            container.change(r -> r.phase = Phase.IDLE);
        } else if (!engine.isClosed()) {
            engine.restarts().clearLater(container);
        }
    }

    /** @return the log of a visit, gone with it */
    static Path visits(Container container) {
        return container.directory().resolve("visit");
    }

    private void intendVisit() throws IOException {
        choice = engine.services().backends.choose(spec.vmm, facets(), info.mounts.size(), settings.backends());
        engine.handover().drop(container.id());
        container.change(r -> r.phase = Phase.VISITED);
        Clearing.delete(visits(container));
        visit = new ContainerLog(visits(container), LogLimits.of(Map.of()));
        visit.begin(1);
    }

    private void setUp() throws InterruptedException {
        judge(Run.await(run.link().request(Frame.SETUP, id -> setup().encode(id)), Duration.ofSeconds(settings.hello())));
    }

    private HyprException failed(Exception e, Clearing clearing) {
        HyprException failure = e instanceof HyprException h ? h
                : new HyprException(ErrorCode.INTERNAL, "Container " + container.name() + " could not be started.", e);
        for (Throwable also : e.getSuppressed()) {
            engine.log().warn("Undoing the start of {} was not complete: {}", container.id(), also.getMessage(), also);
        }
        boolean cleared = clearing.rest();
        if (engine.isClosed()) { // Nobody is to blame: the next engine finds it as one whose engine was killed.
            container.run(null);
            return failure;
        }
        try {
            container.log().end(0, exitCode, false, System.currentTimeMillis() * 1_000_000);
        } catch (IOException ioe) {
            engine.log().warn("The log of {} could not be written.", container.id(), ioe);
        }
        try {
            container.change(r -> {
                r.phase = cleared ? Phase.IDLE : Phase.STARTING; // What is left is cleared away later.
                r.info.state = r.info.finished == null ? ContainerState.CREATED : ContainerState.EXITED;
                r.info.exitCode = exitCode;
                r.info.error = failure.getMessage();
            });
        } catch (HyprException full) {
            failure.addSuppressed(full); // What is on the disk says that it starts, so the next engine clears away what is left.
        }
        container.run(null);
        if (!cleared) {
            engine.restarts().clearLater(container);
        }
        return failure;
    }

    private void intend() throws IOException {
        choice = engine.services().backends.choose(spec.vmm, facets(), info.mounts.size(), settings.backends());
        container.change(r -> {
            r.phase = Phase.STARTING;
            r.run++;
            r.restartAt = null;
            r.info.processors = info.processors;
            r.info.maxProcessors = info.maxProcessors;
            r.info.maxMemory = info.maxMemory;
            r.info.backend = choice.name();
            r.info.backendReasons = new ArrayList<>(choice.reasons());
            r.info.error = "";
        });
        container.log().begin(before.run + 1);
        waits = engine.handover().begin(container.id());
    }

    /** What the backend must be able to do. */
    private Set<String> facets() {
        Set<String> facets = new TreeSet<>();
        if (DeviceBook.wanted(spec)) {
            facets.add("vfio");
        }
        if (!info.mounts.isEmpty()) {
            facets.add("virtiofs");
        }
        if (Size.grows(info)) {
            facets.add("resizable");
        }
        return facets;
    }

    private Image image() {
        return engine.services().images().find(info.imageId)
            .orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such image: " + info.image + " (" + info.imageId + ")")
                .remedy("Pull it again: hypr pull " + info.image));
    }

    private void root() {
        root = engine.services().roots().readOnly(image(), Progress.NONE);
    }

    /** A microVM that waits for the container has its disk already. */
    private void disk() throws IOException {
        fresh = waits || Files.notExists(upper());
        if (!waits) {
            Files.createDirectories(container.directory());
            engine.services().roots().writable(upper(), spec.diskSize, before.uid);
        }
    }

    private Path upper() {
        return upper(container.directory());
    }

    /**
     * @param directory of a container
     * @return its disk
     */
    static Path upper(Path directory) {
        return directory.resolve("upper.img");
    }

    /**
     * @param container an id
     * @param uid user of its VMM
     * @param limits to which it is held
     * @return its jail
     */
    static VmPlan.Jail jail(String container, int uid, VmPlan.Limits limits) {
        return new VmPlan.Jail(uid, uid, "hypr/" + container, limits);
    }

    private void network() {
        if (spec.network.equals(NetworkBook.NONE)) {
            return;
        }
        NetworkRecord network = engine.networks().find(spec.network);
        engine.networks().settle(network);
        Endpoint endpoint = engine.networks().lease(network, container.id(), spec.ip, spec.macAddress);
        String ahead = engine.handover().endpoint(container.id());
        if (ahead != null) {
            endpoint.endpointId = ahead;
        }
        endpoint.aliases.addAll(spec.networkAliases);
        if (!network.network.name.equals(NetworkBook.DEFAULT)) {
            endpoint.aliases.add(container.id().substring(0, 12)); // As Docker: every container of a network that users made has this one.
        }
        info.networks.put(network.network.name, endpoint);
        attachment = engine.networks().plug(network, container.id(), endpoint, before.uid);
        Plug plug = new Plug();
        plug.driver = network.network.driver;
        plug.record = attachment.record();
        container.change(r -> {
            r.plugs.add(plug);
            r.info.networks.put(network.network.name, endpoint);
        });
        engine.handover().giveTap(container.id());
    }

    private void launch() throws IOException {
        List<VmPlan.Nic> nics = attachment == null ? List.of()
            : List.of(new VmPlan.Nic(attachment.tap(), info.networks.values().iterator().next().mac, attachment.mtu()));
        List<VmPlan.PassThrough> devices = engine.devices().lent(container).stream().map(d -> new VmPlan.PassThrough(d.kind(), d.address())).toList();
        VmPlan machine = new VmPlan(container.id(), info.processors, Math.max(info.processors, info.maxProcessors), info.memory,
            Math.max(info.memory, info.maxMemory),
            VmLaunch.boot(settings, spec),
            List.of(new VmPlan.Disk(root, true), new VmPlan.Disk(upper(), false)), nics, devices, Mounts.shares(info), engine.runDirectory(container.id()),
            container.directory().resolve(VMM_LOG), jail(container.id(), before.uid, Size.limits(info)),
            Set.of(), spec.vmmOptions);
        boolean mountable = fresh && visit == null && !spec.readOnly && !spec.privileged;
        vm = new VmLaunch(engine, container, choice.name(), machine, mountable ? MountedRoot.of(info.image, image(), root, spec.diskSize) : null, visit);
        boolean waited = waits;
        waits = false;
        if (!vm.goesOn()) {
            prepareRunDirectory();
            if (waited) {
                disk(); // That of the microVM that waited is gone with it.
            }
        }
        run = vm.start();
    }

    private void prepareRunDirectory() throws IOException {
        emptied(engine.runDirectory(container.id())); // Of a start that a crash interrupted before its record.
    }

    /** Makes the run directory of a microVM, or empties it. */
    static Path emptied(Path runDirectory) throws IOException {
        Clearing.delete(runDirectory);
        Files.createDirectories(runDirectory.getParent());
        return Files.createDirectory(runDirectory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private void hello() throws InterruptedException {
        run = vm.awaitAgent(run, this::bootInstead);
    }

    /** The template was bad: what started from it goes, and the microVM boots. */
    private Run bootInstead() {
        return bootInstead("It did not come up from the template of its shape.");
    }

    private Run bootInstead(String reason) {
        try {
            new Clearing(engine, container).vm();
            prepareRunDirectory();
            if (vm.isMounted()) { // Its disk is a copy of the template's, and the log counts the frames of its agent.
                Files.delete(upper());
                disk();
                container.log().begin(before.run + 1);
            }
            return vm.startCold(reason);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The run directory of container " + container.name() + " cannot be made again.", e);
        }
    }

    private void ports() {
        List<PortMapping> wanted = new ArrayList<>(spec.ports);
        if (spec.publishAll) {
            for (String exposed : info.exposed) {
                PortMapping m = new PortMapping();
                m.containerPort = Integer.parseInt(exposed.replaceAll("/.*", ""));
                m.protocol = exposed.contains("/") ? exposed.substring(exposed.indexOf('/') + 1) : "tcp";
                if (wanted.stream().noneMatch(w -> w.containerPort == m.containerPort && w.protocol.equals(m.protocol))) {
                    wanted.add(m);
                }
            }
        }
        if (!wanted.isEmpty() && !info.networks.isEmpty()) {
            List<Publication> now = engine.ports().publish(container.id(), container.name(), info.networks.values().iterator().next().ip, wanted);
            container.change(r -> r.info.published = new ArrayList<>(now));
        }
    }

    private void runWorkload() throws InterruptedException, IOException {
        Duration limit = Duration.ofSeconds(settings.hello());
        Result second = Run.await(vm.isMounted() ? setUpFromTemplate(limit) : setUp(limit), limit);
        if (second.errno() != 0) {
            Refusal refusal = Refusal.of("failed to create task for container: ", info.argv.getFirst(), spec.user, info.workingDir, second);
            exitCode = refusal.exitCode();
            throw refusal.exception();
        }
    }

    /** @return the answer to come of the workload's start */
    private CompletableFuture<Result> setUp(Duration limit) throws InterruptedException {
        CompletableFuture<Result> setup = run.link().request(Frame.SETUP, id -> setup().encode(id));
        CompletableFuture<Result> started = run.link().request(Frame.RUN, id -> workload().encode(id, Run.WORKLOAD));
        judge(Run.await(setup, limit));
        return started;
    }

    /** What cannot be set up from the template of an image, and can be from the beginning, shows that the template is bad. */
    private CompletableFuture<Result> setUpFromTemplate(Duration limit) throws InterruptedException {
        try {
            return setUp(settings.waits().fromTemplate());
        } catch (HyprException e) {
            if (e.code() == ErrorCode.INVALID || engine.isClosed()) { // What the user asked for is at fault.
                throw e;
            }
            String template = vm.template();
            run = vm.awaitAgent(bootInstead("It could not be set up from the template of its image: " + e.getMessage()), () -> run);
            CompletableFuture<Result> started = setUp(limit);
            engine.templates().blame(template, e.getMessage());
            return started;
        }
    }

    private void judge(Result first) {
        if (first.errno() != 0) {
            if (spec.sysctls.containsKey(first.text())) {
                throw NewContainer.invalid("failed to create task for container: unable to start container process: error during container "
                        + "init: open /proc/sys/"
                    + first.text().replace('.', '/') + ": " + Errno.text(first.errno()) + ": unknown");
            }
            Mounts.judge(info, first);
            throw new HyprException(ErrorCode.INTERNAL, "failed to create task for container: the microVM could not be set up: stage "
                + first.stage() + ", " + first.text() + ": " + Errno.text(first.errno()));
        }
    }

    private Setup setup() {
        byte[] entropy = new byte[64];
        new SecureRandom().nextBytes(entropy);
        List<Setup.Interface> interfaces = new ArrayList<>();
        for (Endpoint e : info.networks.values()) {
            interfaces.add(new Setup.Interface(Ipv4.macOctets(e.mac), "eth" + interfaces.size(), attachment.mtu(),
                List.of(new Setup.Address(Ipv4.octets(e.ip), e.prefix)), Ipv4.octets(e.gateway), List.of(), new byte[16]));
        }
        Instant now = Instant.now();
        Setup whole = new Setup(now.getEpochSecond() * 1_000_000_000 + now.getNano(), entropy, Setup.ROOT, "squashfs", Setup.UPPER, "ext4", "",
                spec.readOnly, spec.privileged,
            spec.hostname, spec.domainname == null ? "" : spec.domainname, HostFiles.hosts(spec.hostname, info),
            HostFiles.resolvConf(info, HOST_RESOLV, settings.nameServers()), interfaces,
            Mounts.guest(info, run.hold().call(VmSession::shares)), spec.sysctls, limits());
        return vm.isMounted() ? whole.mounted() : whole;
    }

    /** A new guest has no limits yet. */
    private Map<String, String> limits() {
        Map<String, String> limits = new TreeMap<>(Size.guestLimits(info));
        limits.values().removeIf(v -> v.startsWith("max"));
        return limits;
    }

    private RunProcess workload() {
        List<String> argv = new ArrayList<>(spec.init ? List.of(Mounts.INIT, "--") : List.of());
        argv.addAll(info.argv);
        return new RunProcess(spec.tty, spec.noNewPrivileges, argv, guestEnv(), info.workingDir, spec.user == null ? "" : spec.user, spec.groups,
            Limits.of(spec.ulimits), spec.privileged ? Capabilities.ALL : Capabilities.of(spec.capAdd, spec.capDrop), 0, 0,
            spec.openStdin ? Run.STDIN : 0, Run.STDOUT, spec.tty ? 0 : Run.STDOUT + 1, Run.WINDOW, 0xFFFF, spec.oomScoreAdj,
            spec.privileged ? new RunProcess.First(List.of(), List.of(), spec.init) : SystemPaths.guarded(spec.init));
    }

    private List<String> guestEnv() {
        List<String> env = new ArrayList<>(info.env);
        if ("true".equals(spec.labels.get("io.hypr.facts"))) {
            env.add("HYPR_BACKEND=" + choice.name());
        }
        return env;
    }

    private void commit() {
        container.change(r -> {
            r.phase = Phase.RUNNING;
            r.stoppedByUser = false;
            r.info.state = ContainerState.RUNNING;
            r.info.started = Instant.now();
            r.info.restarts += again ? 1 : 0;
            r.info.steps = plan.taken().stream().map(t -> new ContainerInfo.Step(t.name(), t.begun() / 1000, t.took() / 1000)).toList();
            r.info.exitCode = 0;
            r.info.oomKilled = false;
            r.info.health = Health.wanted(spec) ? new ContainerInfo.Health() : null;
        });
    }
}
