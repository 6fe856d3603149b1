package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.MemoryTemplates;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Names;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr template ls}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=template-ls"})
public final class TemplateLs extends Command {

    private final MemoryTemplates templates;

    /**
     * @param templates the engine
     */
    @Activate
    public TemplateLs(@Reference MemoryTemplates templates) {
        super("template ls");
        this.templates = templates;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        boolean full = words.is("no-trunc");
        List<MemoryTemplates.Template> all = templates.list();
        if (words.is("quiet") && !words.has("format")) {
            return new Listing<>(all, String.join("", all.stream().map(t -> (full ? t.id : Names.brief(t.id)) + "\n").toList()));
        }
        return new Table<MemoryTemplates.Template>()
                .field("ID", "TEMPLATE ID", t -> full ? t.id : Names.brief(t.id))
                .field("Backend", "BACKEND", t -> t.backend)
                .field("Image", "IMAGE", t -> t.image.isEmpty() ? "<any>" : Names.familiar(t.image))
                .field("Cpus", "CPUS", t -> t.processors)
                .field("Memory", "MEMORY", t -> Human.binarySize(t.memory))
                .field("Interfaces", "INTERFACES", t -> t.interfaces)
                .field("Size", "SIZE", t -> Human.size(t.size))
                .field("Created", "CREATED", t -> Human.ago(t.created))
                .field("Used", "LAST USED", t -> Human.ago(t.used))
                .field("Pool", "POOL", t -> t.pool == 0 ? "-" : t.waiting + "/" + t.pool)
                .field("Containers", "CONTAINERS", t -> t.containers.size())
                .field("Shape", "SHAPE", t -> t.shape)
                .list(all, words.get("format").orElse("table"),
                List.of("ID", "Backend", "Image", "Cpus", "Memory", "Interfaces", "Size", "Created", "Used", "Pool", "Containers"));
    }
}
