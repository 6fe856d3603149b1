package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.MemoryTemplates;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Each;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr template rm}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=template-rm"})
public final class TemplateRm extends Command {

    private final MemoryTemplates templates;

    /**
     * @param templates the engine
     */
    @Activate
    public TemplateRm(@Reference MemoryTemplates templates) {
        super("template rm");
        this.templates = templates;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        return Each.run(call, words.rest(), templates::remove);
    }
}
