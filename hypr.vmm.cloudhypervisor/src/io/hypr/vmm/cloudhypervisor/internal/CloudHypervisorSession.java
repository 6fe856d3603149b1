package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Hotplug;
import io.hypr.vmm.Limitable;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.Reclaim;
import io.hypr.vmm.Resizable;
import io.hypr.vmm.Snapshots;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;
import io.hypr.vmm.host.ControlGroups;
import io.hypr.vmm.host.LinkHold;
import io.hypr.vmm.host.VmmDirectory;
import io.hypr.vmm.host.VmmLog;
import io.hypr.vmm.host.VmmProcess;
import io.hypr.vmm.host.VmmRefusal;

/** A hold on one Cloud Hypervisor. Remembers nothing of what the microVM does: each call asks its API. */
public final class CloudHypervisorSession implements VmSession, Pausable {

    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration CONNECTION = Duration.ofSeconds(10);
    /** A guest that was just launched has to boot before it can connect; on a busy host that takes many times its usual second. */
    private static final Duration BOOT = Duration.ofSeconds(60);

    private final DriverRecord record;
    private final VmmDirectory run;
    private final Path log;
    private final VmmProcess process;
    private final Api api;
    private final Map<Class<?>, Object> facets;
    private final boolean launched;
    /** Held to stop the processors or let them go on; not the session's own lock, which a wait for the guest's connection holds for long. */
    private final Object processors = new Object();
    private volatile LinkSocket listener;
    private volatile LinkChannel link;
    private volatile LinkHold hold;
    private boolean opened;
    private volatile boolean closed;

    /** The process is null if it had ended before, the listener if this did not launch it. */
    CloudHypervisorSession(DriverRecord record, CloudHypervisorRecord content, Launch.Started started, ControlGroups groups) {
        this.record = record;
        this.run = content.directory();
        this.log = Path.of(content.log());
        this.process = started.process();
        this.listener = started.link();
        this.launched = started.link() != null;
        this.api = new Api(run.file(Names.API), ANSWER);
        this.facets = new HashMap<>(Map.of(Pausable.class, this, Resizable.class, new Growth(this, record.id(), content)));
        facets.put(Limitable.class, (Limitable) limits -> groups.limit(content.cgroup(), limits));
        if (content.balloon() == null || content.balloon()) {
            facets.put(Reclaim.class, new Balloon(this, record.id()));
        }
        if (content.hotplug() != null && content.hotplug()) {
            facets.put(Hotplug.class, new Plugs(this, record.id(), run, content.version(), facets.containsKey(Reclaim.class)));
        }
        if (Files.exists(run.file(Names.MEMORY))) {
            facets.put(Snapshots.class, new Save(this, run));
        }
    }

    @Override
    public DriverRecord record() {
        return record;
    }

    @Override
    public long pid() {
        return isAlive() ? process.pid() : 0;
    }

    @Override
    public VmState state() {
        if (!isAlive()) {
            return VmState.ENDED;
        }
        try {
            return info().runs() ? VmState.RUNNING : VmState.PAUSED;
        } catch (HyprException e) {
            if (!isAlive()) {
                return VmState.ENDED;
            }
            throw e;
        }
    }

    @Override
    public boolean awaitExit(Duration limit) throws InterruptedException {
        return process == null || process.awaitExit(limit);
    }

    /** By the event monitor and, if the guest reset its machine, by what its kernel said before. */
    @Override
    public String ending() {
        if (isAlive()) {
            return run.panic(log);
        }
        new VmmLog(log).settle(); // Who keeps it keeps the events too.
        String ending = new Events(run.file(Names.EVENTS)).ending();
        String panic = ending.equals(Events.RESET) ? run.panic(log) : "";
        return panic.isEmpty() ? ending : panic;
    }

    /** By ACPI. */
    @Override
    public void powerOff() {
        if (isAlive()) {
            put("vm.power-button", null);
        }
    }

    @Override
    public void kill() {
        if (process != null) {
            process.kill();
        }
    }

    @Override
    public synchronized ByteChannel link() {
        if (!isAlive()) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The microVM " + record.id() + " has ended: it has no link.");
        }
        Duration limit = launched && !opened ? BOOT : CONNECTION;
        try {
            hangUp();
            if (opened) { // Somebody else may listen in our place since then.
                stopListening();
            }
            opened = true;
            if (listener == null) {
                listener = LinkSocket.listen(run);
            }
            hold = LinkHold.take(run.holder(), this::giveTheLinkUp);
            Thread watch = Thread.ofVirtual().name("link of " + record.id()).start(this::giveUpAtItsEnd);
            try {
                LinkSocket own = listener;
                link = own == null ? null : own.accept(limit, () -> closed || !process.isAlive());
            } finally {
                watch.interrupt();
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The guest of microVM " + record.id() + " cannot connect to " + run.file(Names.LINK) + ".", e);
        }
        if (link == null) {
            throw silence(new HyprException(ErrorCode.UNAVAILABLE, "The guest of microVM " + record.id() + " did not connect in " + limit.toSeconds() + " s.")
                .remedy("See " + log + ", in which it says how far it came."));
        }
        return link;
    }

    /** Of a guest that is no more nobody will connect. */
    private void giveUpAtItsEnd() {
        try {
            process.awaitExit(null);
        } catch (InterruptedException e) {
            return; // The wait for the link is over.
        } catch (HyprException e) {
            if (e.code() != ErrorCode.GONE) {
                throw e;
            }
        }
        LinkSocket waiting = listener;
        if (waiting != null) {
            waiting.wakeUp();
        }
    }

    @Override
    public <F> Optional<F> facet(Class<F> type) {
        return Optional.ofNullable(facets.get(type)).map(type::cast);
    }

    /** Cloud Hypervisor takes it for an error to be told so twice. */
    @Override
    public void pause() {
        synchronized (processors) {
            if (info().runs()) {
                put("vm.pause", null);
            }
        }
    }

    @Override
    public void resume() {
        synchronized (processors) {
            if (!info().runs()) {
                put("vm.resume", null);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LinkSocket waiting = listener;
        if (waiting != null) {
            waiting.wakeUp();
        }
        try {
            hangUp();
            stopListening();
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The link to microVM " + record.id() + " cannot be closed.", e);
        }
        if (process != null) {
            process.close();
        }
    }

    /** Another session takes the link over. */
    private void giveTheLinkUp() throws IOException {
        LinkChannel open = link;
        if (open != null) {
            open.close();
        }
        stopListening();
    }

    private void stopListening() throws IOException {
        LinkSocket waiting = listener;
        listener = null;
        if (waiting != null) {
            waiting.close();
        }
    }

    private void hangUp() throws IOException {
        if (hold != null) {
            hold.close();
            hold = null;
        }
        LinkChannel open = link;
        if (open != null) {
            open.close();
        }
    }

    private boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** What Cloud Hypervisor knows of the microVM: the API's {@code VmInfo}. */
    VmInfo info() {
        return new VmInfo(ask(() -> api.get("vm.info")));
    }

    /** Has Cloud Hypervisor do something. */
    void put(String what, JsonNode body) {
        ask(() -> api.put(what, body));
    }

    private JsonNode ask(Supplier<JsonNode> what) {
        if (!isAlive()) {
            throw new HyprException(ErrorCode.CONFLICT, "The microVM " + record.id() + " has ended.");
        }
        try {
            return what.get();
        } catch (HyprException e) {
            throw silence(e);
        }
    }

    private HyprException silence(HyprException cause) {
        return VmmRefusal.ofSilence(this, "Cloud Hypervisor", run.file(Names.API), run, log, cause);
    }
}
