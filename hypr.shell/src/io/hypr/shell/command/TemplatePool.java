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
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr template pool}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=template-pool"})
public final class TemplatePool extends Command {

    private final MemoryTemplates templates;

    /**
     * @param templates the engine
     */
    @Activate
    public TemplatePool(@Reference MemoryTemplates templates) {
        super("template pool");
        this.templates = templates;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        if (words.rest().isEmpty()) {
            return list(words);
        }
        String count = words.rest().getFirst();
        if (!count.matches("-?[0-9]{1,9}")) {
            throw grammar().wrong("'" + count + "' is no number of microVMs");
        }
        templates.pool(Integer.parseInt(count), words.rest().subList(1, words.rest().size()));
        return null;
    }

    private Listing<MemoryTemplates.Template> list(Words words) throws Exception {
        boolean full = words.is("no-trunc");
        List<MemoryTemplates.Template> all = templates.list().stream().filter(t -> !t.image.isEmpty()).toList();
        Listing<MemoryTemplates.Template> listing = new Table<MemoryTemplates.Template>()
                .field("ID", "TEMPLATE ID", t -> full ? t.id : Names.brief(t.id))
                .field("Image", "IMAGE", t -> Names.familiar(t.image))
                .field("Waiting", "WAITING", t -> t.waiting)
                .field("Wanted", "WANTED", t -> t.pool)
                .field("Failure", "FAILURE", t -> t.poolFailure)
                .list(all, words.get("format").orElse("table"), List.of("ID", "Image", "Waiting", "Wanted", "Failure"));
        return words.has("format") ? listing : new Listing<>(all, listing.text() + "Of a template to come: " + templates.pool() + "\n");
    }
}
