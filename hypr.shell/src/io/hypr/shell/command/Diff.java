package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Insides;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr diff}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=diff"})
public final class Diff extends Command {

    private final Insides insides;

    /**
     * @param insides the engine
     */
    @Activate
    public Diff(@Reference Insides insides) {
        super("diff");
        this.insides = insides;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        List<Insides.Change> changes;
        try (Insides.Tree tree = insides.open(words.rest().getFirst())) {
            changes = tree.changes();
        }
        StringBuilder text = new StringBuilder();
        changes.forEach(c -> text.append(c.kind()).append(' ').append(c.path()).append('\n'));
        return new Listing<>(changes, text.toString());
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
