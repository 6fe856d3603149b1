package io.hypr.core.internal.engine;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.backend.Backends.Choice;
import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.Frame;
import io.hypr.core.internal.link.RunProcess;
import io.hypr.core.internal.link.Setup;
import io.hypr.core.internal.net.NetworkBook;
import io.hypr.core.internal.plan.Plan;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.core.internal.records.ContainerRecord.Plug;
import io.hypr.core.internal.records.NetworkRecord;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerInfo.Endpoint;
import io.hypr.engine.ContainerInfo.Publication;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerSpec.PortMapping;
import io.hypr.engine.ContainerState;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.Attachment;
import io.hypr.vmm.VmSession;

/** Starts one container once. The caller holds its operation lock. */
final class Starter {

    private final Engine engine;
    private final Container container;
    private final Settings settings;
    private final ContainerRecord before;
    private final ContainerInfo info;
    private final ContainerSpec spec;
    private final Plan plan;
    private final Machine machine;
    private final GuestSetup guest;
    private Choice choice;
    private Attachment attachment;
    private Setup setup;
    private RunProcess workload;
    private int exitCode = 128;
    private boolean again;

    Starter(Engine engine, Container container) {
        this.engine = engine;
        this.container = container;
        this.settings = engine.settings();
        this.before = container.record();
        this.info = before.info;
        this.spec = info.spec;
        this.plan = new Plan(settings.points());
        this.machine = new Machine(engine, container, before);
        this.guest = new GuestSetup(settings, info);
    }

    /** @throws HyprException if it could not be started; everything is as before then, but for the reason in the record */
    void start() {
        engine.templates().busy();
        try {
            take();
        } finally {
            engine.templates().ready();
        }
        machine.vm().done();
        new Surroundings(engine, container).joined();
        container.event("start", Map.of());
        Health.watch(engine, container, machine.run());
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
                .step("start.rootfs", machine::root, null)
                .beside("start.disk", machine::disk, null)
                .beside("start.network", this::network, clearing::network)
                .beside("start.devices", () -> engine.devices().claim(container), clearing::devices)
                .step("start.volumes", () -> new Mounts(engine).prepare(info, machine.image()), null)
                .step("start.launch", this::launch, clearing::vm)
                .step("start.hello", machine::hello, null)
                .beside("start.ports", this::ports, clearing::ports)
                .step("start.run", this::runWorkload, null)
                .step("start.commit", this::commit, null)
                .run();
        } catch (Exception e) {
            throw failed(e, clearing);
        }
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
        choice = machine.choose();
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
        machine.takeSpare();
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
        container.note(r -> { // The launch makes it safe.
            r.plugs.add(plug);
            r.info.networks.put(network.network.name, endpoint);
        });
        engine.handover().giveTap(container.id());
    }

    /** What the guest is told is put together while it comes up. */
    private void launch() throws IOException {
        machine.launch(attachment, null);
        setup = guest.setup(attachment == null ? 0 : attachment.mtu(), machine.run().hold().call(VmSession::shares));
        workload = guest.workload(choice.name());
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
            container.note(r -> r.info.published = new ArrayList<>(now));
        }
    }

    private void runWorkload() throws InterruptedException, IOException {
        Duration limit = Duration.ofSeconds(settings.hello());
        Result second = Run.await(machine.vm().isMounted() ? setUpFromTemplate(limit) : setUp(limit), limit);
        if (second.errno() != 0) {
            Refusal refusal = Refusal.of("failed to create task for container: ", info.argv.getFirst(), spec.user, info.workingDir, second);
            exitCode = refusal.exitCode();
            throw refusal.exception();
        }
    }

    /** @return the answer to come of the workload's start */
    private CompletableFuture<Result> setUp(Duration limit) throws InterruptedException {
        Run run = machine.run();
        Setup part = machine.vm().isMounted() ? setup.mounted() : setup;
        CompletableFuture<Result> ready = run.link().request(Frame.SETUP, id -> part.encode(id, GuestSetup.clock()));
        CompletableFuture<Result> started = run.link().request(Frame.RUN, id -> workload.encode(id, Run.WORKLOAD));
        guest.judge(Run.await(ready, limit));
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
            String template = machine.vm().template();
            machine.bootAgain("It could not be set up from the template of its image: " + e.getMessage());
            CompletableFuture<Result> started = setUp(limit);
            engine.templates().blame(template, e.getMessage());
            return started;
        }
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
