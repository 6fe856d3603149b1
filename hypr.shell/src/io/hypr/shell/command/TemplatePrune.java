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
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr template prune}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=template-prune"})
public final class TemplatePrune extends Command {

    private final MemoryTemplates templates;

    /**
     * @param templates the engine
     */
    @Activate
    public TemplatePrune(@Reference MemoryTemplates templates) {
        super("template prune");
        this.templates = templates;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        List<MemoryTemplates.Template> gone = templates.prune();
        StringBuilder text = new StringBuilder();
        gone.forEach(t -> text.append("deleted: ").append(Names.brief(t.id)).append('\n'));
        text.append("Total reclaimed space: ").append(Human.size(gone.stream().mapToLong(t -> t.size).sum())).append('\n');
        return new Listing<>(gone, text.toString());
    }
}
