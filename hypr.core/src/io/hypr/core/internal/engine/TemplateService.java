package io.hypr.core.internal.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.net.NetworkBook;
import io.hypr.core.internal.records.Json;
import io.hypr.core.internal.template.MountedRoot;
import io.hypr.core.internal.template.TemplateRecord;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.MemoryTemplates;
import io.hypr.image.Image;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;
import io.hypr.vmm.VmPlan;

/** What front ends ask of templates. */
public class TemplateService implements MemoryTemplates {

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public TemplateService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public List<Template> list() {
        return engine.get().templates().list().stream().map(this::filled).toList();
    }

    @Override
    public Template create(ContainerSpec like) {
        ContainerSpec spec = Json.copy(like, ContainerSpec.class);
        Engine now = engine.get();
        String backend = now.services().backends.choose(spec.vmm, Set.of("templates"), 0, now.settings().backends()).name();
        VmPlan plan = plan(now, spec);
        return filled(now.templates().find(now.templates().create(backend, plan, spec.image == null ? null : root(now, spec))));
    }

    /** Of a container of an image that was never started. */
    private static MountedRoot root(Engine engine, ContainerSpec spec) {
        Image image = engine.services().images().find(spec.image)
            .orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such image: " + spec.image).remedy("Pull it: hypr pull " + spec.image));
        return MountedRoot.of(spec.image, image, engine.services().roots().readOnly(image, Progress.NONE), spec.diskSize);
    }

    /** Of a container that there is not: only what makes its shape counts. */
    private static VmPlan plan(Engine engine, ContainerSpec spec) {
        Settings settings = engine.settings();
        ContainerInfo info = new ContainerInfo();
        Size.apply(spec, info, settings);
        Path nowhere = settings.run();
        String network = spec.network == null ? NetworkBook.DEFAULT : spec.network;
        List<VmPlan.Nic> nics = network.equals(NetworkBook.NONE) ? List.of()
                : List.of(new VmPlan.Nic("", "02:00:00:00:00:01", engine.networks().find(network).mtu));
        return new VmPlan("0".repeat(64), info.processors, info.maxProcessors, info.memory, info.maxMemory,
            VmLaunch.boot(settings, spec),
            List.of(new VmPlan.Disk(nowhere, true), new VmPlan.Disk(nowhere, false)), nics, List.of(), List.of(), nowhere, nowhere,
            new VmPlan.Jail(0, 0, "hypr"), Set.of(),
            spec.vmmOptions);
    }

    @Override
    public void remove(String template) {
        Engine now = engine.get();
        now.templates().remove(now.templates().find(template));
    }

    @Override
    public List<Template> prune() {
        return engine.get().templates().prune().stream().map(this::filled).toList();
    }

    @Override
    public void pool(int size, List<String> templates) {
        Engine now = engine.get();
        now.pool().resize(size, templates.stream().map(now.templates()::find).toList());
    }

    @Override
    public int pool() {
        return engine.get().pool().size();
    }

    private Template filled(TemplateRecord record) {
        Template template = new Template();
        template.id = record.id;
        template.backend = record.backend;
        template.shape = record.shape;
        template.image = record.image == null ? "" : record.image;
        template.processors = record.processors;
        template.memory = record.memory;
        template.interfaces = record.mtus.size();
        template.size = record.size;
        template.created = record.created;
        Pool pool = engine.get().pool();
        template.pool = pool.size(record);
        template.waiting = pool.ready(record.id);
        template.poolFailure = pool.failure(record.id);
        template.used = engine.get().templates().used(record.id);
        engine.get().all().stream().filter(c -> c.runsFrom(record.id)).forEach(c -> template.containers.add(c.id()));
        return template;
    }
}
