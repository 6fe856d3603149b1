package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Each;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr rm}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=rm"})
public final class Rm extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Rm(@Reference Containers containers) {
        super("rm");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        boolean force = words.is("force");
        boolean volumes = words.is("volumes");
        List<String> names = force ? there(call, words.rest()) : words.rest();
        return Each.run(call, names, name -> containers.remove(name, force, volumes));
    }

    /** By force, what is not there is said and is no failure. */
    private List<String> there(Call call, List<String> names) {
        return names.stream().filter(name -> {
            try {
                containers.inspect(name);
            } catch (HyprException e) {
                if (e.code() == ErrorCode.NOT_FOUND) {
                    call.err().println("Error response from daemon: " + e.getMessage());
                    return false;
                }
            }
            return true;
        }).toList();
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
