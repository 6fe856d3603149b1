package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.engine.Events;
import io.hypr.engine.Insides;
import io.hypr.engine.Networks;
import io.hypr.engine.Volumes;
import io.hypr.image.Images;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Confirmation;
import io.hypr.shell.internal.Pruning;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr system prune}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=system-prune"})
public final class SystemPrune extends Command {

    private final Containers containers;
    private final Insides insides;
    private final Networks networks;
    private final Volumes volumes;
    private final Images images;
    private final Events events;

    /**
     * @param containers the engine
     * @param insides the engine
     * @param networks the engine
     * @param volumes the engine
     * @param images the engine
     * @param events the engine
     */
    @Activate
    public SystemPrune(@Reference Containers containers,
            @Reference Insides insides,
            @Reference Networks networks,
            @Reference Volumes volumes,
            @Reference Images images,
            @Reference Events events) {
        super("system prune");
        this.containers = containers;
        this.insides = insides;
        this.networks = networks;
        this.volumes = volumes;
        this.images = images;
        this.events = events;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        if (words.is("volumes") && words.all("filter").stream().anyMatch(f -> f.startsWith("until="))) {
            throw new InputException("ERROR: The \"until\" filter is not supported with \"--volumes\"");
        }
        Pruning pruning = new Pruning(words, true);
        boolean all = words.is("all");
        if (!words.is("force") && !Confirmation.given(call, "This will remove:\n  - all stopped containers\n"
            + "  - all networks not used by at least one container\n"
            + (words.is("volumes") ? "  - all anonymous volumes not used by at least one container\n" : "")
            + (all ? "  - all images without at least one container associated to them\n" : "  - all dangling images\n"))) {
            return null;
        }
        pruning.containers(containers, insides).networks(networks, containers);
        if (words.is("volumes")) {
            pruning.volumes(volumes, false);
        }
        return pruning.images(images, containers, events, all).total();
    }
}
