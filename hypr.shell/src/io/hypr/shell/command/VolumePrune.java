package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Volumes;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Confirmation;
import io.hypr.shell.internal.Pruning;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr volume prune}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=volume-prune"})
public final class VolumePrune extends Command {

    private final Volumes volumes;

    /**
     * @param volumes the engine
     */
    @Activate
    public VolumePrune(@Reference Volumes volumes) {
        super("volume prune");
        this.volumes = volumes;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        Pruning pruning = new Pruning(words, false);
        boolean named = words.is("all");
        if (!words.is("force") && !Confirmation.given(
                call, "This will remove " + (named ? "all" : "anonymous") + " local volumes not used by at least one container.")) {
            return null;
        }
        return pruning.volumes(volumes, named).total();
    }
}
