package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerSpec;
import io.hypr.engine.MemoryTemplates;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerOptions;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr template create}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=template-create"})
public final class TemplateCreate extends Command {

    private final MemoryTemplates templates;

    /**
     * @param templates the engine
     */
    @Activate
    public TemplateCreate(@Reference MemoryTemplates templates) {
        super("template create");
        this.templates = templates;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        ContainerSpec like = new ContainerSpec();
        like.image = words.rest().isEmpty() ? null : words.rest().getFirst();
        like.memory = words.bytes("memory").orElse(0L);
        like.cpus = words.get("cpus").map(c -> ContainerOptions.decimal(words, c)).orElse(0.0);
        like.network = words.get("network").orElse(null);
        like.vmm = words.get("vmm").orElse(null);
        words.all("vmm-opt").forEach(o -> ContainerOptions.pair(like.vmmOptions, o));
        like.kernelArguments.addAll(words.all("kernel-arg"));
        return templates.create(like).id;
    }
}
