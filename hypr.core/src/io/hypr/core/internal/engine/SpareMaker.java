package io.hypr.core.internal.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.hypr.core.internal.Ids;
import io.hypr.core.internal.Settings;
import io.hypr.core.internal.engine.Spare.State;
import io.hypr.core.internal.net.NetworkBook;
import io.hypr.core.internal.plan.Plan;
import io.hypr.core.internal.records.SpareRecord;
import io.hypr.core.internal.template.TemplateRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.Attachment;
import io.hypr.vmm.VmPlan;

/** Makes spares, watches over them and clears them away. While a backend or driver is called, only the one spare is locked. */
final class SpareMaker {

    private static final Duration LIFE = Duration.ofDays(10_000);

    private final Engine engine;
    private final PoolStore store;
    private final Spares spares;
    private final Consumer<Spare> ended;

    /** @param ended is told, on a thread of its own, which of those that wait for anybody has ended by itself */
    SpareMaker(Engine engine, PoolStore store, Spares spares, Consumer<Spare> ended) {
        this.engine = engine;
        this.store = store;
        this.spares = spares;
        this.ended = ended;
    }

    /**
     * Makes one that is being made ready, or clears away what there is of it.
     *
     * @return why it could not be made; null if it could
     */
    HyprException make(Spare spare, TemplateRecord template) {
        spare.lock.lock();
        try {
            restore(spare, template);
            spares.ready(spare, Thread.ofVirtual().name("watch over " + spare.record.id).unstarted(() -> watch(spare)));
            return null;
        } catch (Exception e) {
            return undone(spare, e instanceof HyprException h ? h
                    : new HyprException(ErrorCode.INTERNAL, "A microVM that is to wait could not be made: " + e.getMessage(), e));
        } finally {
            spare.lock.unlock();
        }
    }

    private HyprException undone(Spare spare, HyprException failure) {
        boolean interrupted = Thread.interrupted(); // What follows must not be cut short.
        try {
            clear(spare);
        } catch (HyprException | UncheckedIOException e) {
            failure.addSuppressed(e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return failure;
    }

    private void restore(Spare spare, TemplateRecord template) throws Exception {
        if (!engine.templates().hasRoom()) {
            throw new HyprException(ErrorCode.EXHAUSTED, "There is too little room on the disk.");
        }
        SpareRecord record = spare.record;
        Path disk = Machine.upper(engine.directory(record.id));
        new Plan(engine.settings().points())
            .step("pool.note", () -> note(spare, template), null)
            .step("pool.disk", () -> {
                Files.createDirectories(disk.getParent());
                VmLaunch.copyDisk(engine, engine.templates().disk(template), template.disk, disk, record.uid);
            }, null)
            .beside("pool.tap", () -> tap(spare), null)
            .step("pool.restore", () -> restore(spare, template, disk), null)
            .run();
    }

    private void note(Spare spare, TemplateRecord template) {
        String driver = template.mtus.isEmpty() ? null : engine.networks().find(NetworkBook.DEFAULT).network.driver;
        spares.endpoint(spare, driver, driver == null ? null : Ids.random());
        store.list(spare.record);
    }

    private void tap(Spare spare) {
        SpareRecord record = spare.record;
        if (record.driver != null) {
            spare.tap = engine.networks().prepare(record.driver, record.endpoint, record.uid).map(Attachment::tap).orElseThrow(
                () -> new HyprException(ErrorCode.UNSUPPORTED, "The network driver " + record.driver + " makes no interface ahead."));
        }
    }

    private void restore(Spare spare, TemplateRecord template, Path disk) throws IOException {
        SpareRecord record = spare.record;
        Settings settings = engine.settings();
        Path run = Machine.emptied(engine.runDirectory(record.id));
        VmPlan.Boot boot = new VmPlan.Boot(settings.vmlinux(), settings.bzImage(), settings.initramfs(), List.of());
        spare.plan = mac -> template.plan(record.id, boot, List.of(Path.of(template.root), disk), spare.tap, mac, run,
            disk.resolveSibling(Machine.VMM_LOG), Machine.jail(record.id, record.uid, VmPlan.Limits.NONE), Set.of());
        spare.hold = engine.services().backends.restore(template.backend, engine.templates().saved(template), spare.plan.apply(Spare.NOBODYS), intent -> {
            record.vm = intent;
            store.list(record);
        });
    }

    /** One whose VMM ends by itself is told of, unless a container has claimed it, whose start finds that out. */
    private void watch(Spare spare) {
        try {
            if (spare.hold.awaitExit(LIFE) && spares.having(s -> s == spare && s.state == State.READY).contains(spare)) {
                engine.aside("end of a microVM that waited", () -> ended.accept(spare));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // It was taken or cleared away.
        } catch (HyprException e) {
            engine.log().debug("Nobody watches over {} any more: {}", spare.record.id, e.getMessage());
        }
    }

    /** Clears one away, unless a container that is being started has it: that is only that start's to end. */
    void end(Spare spare) {
        spare.lock.lock();
        try {
            if (!spare.gone && spare.state != State.STARTING) {
                clear(spare);
            }
        } finally {
            spare.lock.unlock();
        }
    }

    /** Clears these away, all at once; what cannot be cleared away is tried again by the next engine, or when its backend comes again. */
    void end(List<Spare> those) {
        CompletableFuture.allOf(those.stream().map(s -> Plan.aside(() -> {
            try {
                end(s);
            } catch (HyprException | UncheckedIOException e) {
                if (!engine.isClosed()) {
                    engine.log().warn("The microVM {}, which waits for a container, cannot be cleared away: {}", s.record.id, e.getMessage(), e);
                }
            }
        })).toArray(CompletableFuture<?>[]::new)).join();
    }

    /** Removes all of it; its record last, so that this can be repeated after a crash anywhere. The caller holds its lock. */
    void clear(Spare spare) {
        SpareRecord record = spare.record;
        spares.leave(spare);
        if (spare.hold != null) {
            spare.hold.close();
        }
        if (record.vm != null) {
            engine.services().backends.discard(record.vm);
        }
        if (record.endpoint != null) {
            engine.networks().unprepare(record.driver, record.endpoint, record.uid, !engine.isClosed());
        }
        Clearing.delete(engine.runDirectory(record.id));
        Path directory = engine.directory(record.id);
        try {
            if (!spare.keepsDisk) {
                Files.deleteIfExists(Machine.upper(directory));
                Files.deleteIfExists(directory.resolve(Machine.VMM_LOG));
            }
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            engine.log().debug("Container {} has more in its directory than what waited for it.", record.id);
        } catch (IOException e) {
            throw new UncheckedIOException("The disk in " + directory + " cannot be removed", e);
        }
        store.unlist(record);
        spares.forget(spare);
    }
}
