package io.hypr.core.internal.engine;

import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import io.hypr.core.internal.Ids;
import io.hypr.core.internal.backend.Hold;
import io.hypr.core.internal.engine.Spare.State;
import io.hypr.core.internal.net.NetworkBook;
import io.hypr.core.internal.records.NetworkRecord;
import io.hypr.core.internal.template.TemplateRecord;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.image.Image;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.VmPlan;

/**
 * Gives the microVMs of the pool to containers: a new container that fits claims one by getting its id, and its first start has it go on. Safe for use by any
 * thread.
 */
final class Handover {

    private final Engine engine;
    private final Pool pool;
    private final PoolStore store;
    private final Spares spares;
    private final SpareMaker maker;

    Handover(Engine engine, Pool pool, PoolStore store, Spares spares, SpareMaker maker) {
        this.engine = engine;
        this.pool = pool;
        this.store = store;
        this.spares = spares;
        this.maker = maker;
    }

    // --- a container is created ---

    /**
     * Chooses the id of a container to come.
     *
     * @param info what was asked for, and the size of its microVM
     * @param image of it
     * @return that of a microVM that waits for such a container, which is claimed; a random one if there is none
     */
    String claim(ContainerInfo info, Image image) {
        Map<String, Boolean> suits = new HashMap<>();
        for (Spare spare : spares.having(s -> s.state == State.READY)) {
            if (suits.computeIfAbsent(spare.record.template, t -> suits(spare, info, image)) && claim(spare)) {
                return spare.record.id;
            }
        }
        return Ids.random();
    }

    /** Whether a start of the container will most likely find the plan that the microVM was made with. */
    private boolean suits(Spare spare, ContainerInfo info, Image image) {
        ContainerSpec spec = info.spec;
        TemplateRecord t = engine.templates().get(spare.record.template);
        return t != null && t.disk == spec.diskSize && t.memory == info.memory && t.maxMemory == info.maxMemory
            && t.processors == info.processors && t.maxProcessors == info.maxProcessors
            && t.options.equals(spec.vmmOptions) && t.arguments.equals(VmLaunch.boot(engine.settings(), spec).arguments())
            && !spec.readOnly && !spec.privileged && !VmLaunch.mode(engine.settings(), spec).equals("off")
            && Size.limits(info).equals(VmPlan.Limits.NONE) && !DeviceBook.wanted(spec)
            && spec.mounts.isEmpty() && spec.volumesFrom.isEmpty() && image.config().volumes().isEmpty()
            && suits(t, spare, spec.network) && suits(t, spec.vmm)
            && t.root.equals(engine.services().roots().readOnly(image, Progress.NONE).toString());
    }

    private boolean suits(TemplateRecord template, Spare spare, String network) {
        if (network.equals(NetworkBook.NONE) || template.mtus.isEmpty()) {
            return network.equals(NetworkBook.NONE) && template.mtus.isEmpty();
        }
        NetworkRecord found = engine.networks().find(network);
        return template.mtus.getFirst() == found.mtu && found.network.driver.equals(spare.record.driver);
    }

    private boolean suits(TemplateRecord template, String vmm) {
        try {
            return engine.services().backends.choose(vmm, Set.of(), 0, engine.settings().backends()).name().equals(template.backend);
        } catch (HyprException e) {
            return false; // The start says what is wrong.
        }
    }

    private boolean claim(Spare spare) {
        if (!spare.waits()) {
            engine.aside("end of a microVM that waited", () -> pool.replace(spare));
            return false;
        }
        if (!spares.claim(spare)) {
            return false;
        }
        engine.aside("making of the next microVM that waits", () -> pool.adjust(spare.record.template));
        return true;
    }

    /**
     * There is no container of an id that was claimed.
     *
     * @param id that {@link #claim} gave
     */
    void giveBack(String id) {
        Spare spare = spares.find(id);
        if (spare != null) {
            spares.becomes(spare, State.CLAIMED, State.READY);
        }
    }

    /**
     * @param id of a container to come
     * @return the user that the microVM has which it claimed
     */
    Optional<Integer> user(String id) {
        return spares.user(id);
    }

    /**
     * @param id of a container
     * @return whether a microVM waits for it
     */
    boolean has(String id) {
        return spares.find(id) != null;
    }

    // --- it is started ---

    /**
     * A container is being started. What waits for it is from now on nobody else's; what an earlier engine left of it is cleared away.
     *
     * @param id of the container
     * @return whether a microVM waits for it
     */
    boolean begin(String id) {
        Spare spare = spares.find(id);
        if (spare == null) {
            return false;
        }
        spare.lock.lock();
        try {
            if (!spare.gone && !spares.becomes(spare, State.CLAIMED, State.STARTING)) {
                maker.clear(spare);
            }
            return !spare.gone;
        } finally {
            spare.lock.unlock();
        }
    }

    /**
     * @param id of a container that is being started
     * @return id of the endpoint that its tap was made for; null if there is none
     */
    String endpoint(String id) {
        return spares.endpoint(id);
    }

    /**
     * The tap is the container's from now on: whatever becomes of the microVM, it stays.
     *
     * @param id of a container that is being started
     */
    void giveTap(String id) {
        spares.giveTap(id);
    }

    /**
     * Lets the microVM that waits for a container go on, if it fits.
     *
     * @param id of the container
     * @param template that it is to start from
     * @param plan of its microVM
     * @param intent takes the record of the microVM before it goes on
     * @return a hold on it; null if there is none that fits, and nothing of one any more
     */
    Hold take(String id, String template, VmPlan plan, Consumer<DriverRecord> intent) {
        Spare spare = spares.find(id);
        if (spare == null) {
            return null;
        }
        spare.lock.lock();
        try {
            if (spare.gone) {
                return null;
            }
            if (spare.isOf(template) && spare.fits(plan) && goesOn(spare, intent)) {
                return spare.hold;
            }
            maker.clear(spare);
            return null;
        } finally {
            spare.lock.unlock();
        }
    }

    private boolean goesOn(Spare spare, Consumer<DriverRecord> intent) {
        try {
            if (!spare.waits()) {
                return false;
            }
            intent.accept(spare.hold.record());
            spare.hold.call(vm -> {
                vm.facet(Pausable.class).orElseThrow(() -> new HyprException(ErrorCode.UNSUPPORTED, "It cannot be told to.")).resume();
                return null;
            });
            engine.settings().points().accept("pool.resume.done");
            store.unlist(spare.record);
            spares.forget(spare);
            return true;
        } catch (HyprException | UncheckedIOException e) {
            engine.log().warn("The microVM that waited for {} does not go on: {}", spare.record.id, e.getMessage(), e);
            return false;
        }
    }

    // --- or it is not ---

    /**
     * Clears away the microVM that waits for a container, with its disk.
     *
     * @param id of the container, which was never started, or whose start is the caller
     */
    void drop(String id) {
        Spare spare = spares.find(id);
        if (spare == null) {
            return;
        }
        spare.lock.lock();
        try {
            if (!spare.gone) {
                maker.clear(spare);
            }
        } finally {
            spare.lock.unlock();
        }
    }
}
