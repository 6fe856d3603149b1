package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Insides;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ProcessTable;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr top}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=top"})
public final class Top extends Command {

    private final Insides insides;

    /**
     * @param insides the engine
     */
    @Activate
    public Top(@Reference Insides insides) {
        super("top");
        this.insides = insides;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        List<String> rest = words.rest();
        ProcessTable table = ProcessTable.of(rest.subList(1, rest.size()));
        Insides.Processes now = insides.processes(rest.getFirst());
        return new Listing<>(now.list(), table.print(now));
    }

    @Override
    public Completion completion() {
        return Completion.RUNNING;
    }
}
