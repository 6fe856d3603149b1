package io.hypr.shell.command;

import java.time.Duration;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Each;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr stop}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=stop"})
public final class Stop extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Stop(@Reference Containers containers) {
        super("stop");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        Duration limit = words.has("timeout") ? Duration.ofSeconds(words.number("timeout", 0)) : null;
        String signal = words.get("signal").filter(s -> !s.isEmpty()).orElse(null);
        return Each.run(call, words.rest(), name -> containers.stop(name, limit, signal));
    }

    @Override
    public Completion completion() {
        return Completion.RUNNING;
    }
}
