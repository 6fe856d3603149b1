package io.hypr.shell.command;

import java.time.Instant;
import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.EngineEvent;
import io.hypr.engine.Events;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Names;
import io.hypr.shell.internal.Platforms;
import io.hypr.shell.internal.PullProgress;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr pull}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=pull"})
public final class Pull extends Command {

    private final Images images;
    private final Events events;

    /**
     * @param images the images
     * @param events hears of it
     */
    @Activate
    public Pull(@Reference Images images, @Reference Events events) {
        super("pull");
        this.images = images;
        this.events = events;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        String typed = words.rest().getFirst();
        String name = Names.familiar(typed);
        boolean quiet = words.is("quiet");
        try {
            images.find(name); // Reads it, as Docker's client does before all else.
        } catch (HyprException e) {
            throw e.code() == ErrorCode.INVALID ? new InputException(Names.reason(e), e) : e;
        }
        if (!quiet && !name.equals(typed)) {
            call.out().println("Using default tag: latest");
        }
        words.get("platform").ifPresent(Platforms::check);
        try (PullProgress progress = new PullProgress(call.out(), call.isTerminal(1), quiet, () -> call.size().columns())) {
            images.pull(name, words.get("platform").orElse(null), progress);
        }
        events.publish(new EngineEvent(Instant.now(), "image", "pull", name, Map.of("name", name)));
        call.out().println(Names.canonical(name));
        return null;
    }

    @Override
    public Completion completion() {
        return Completion.IMAGE;
    }
}
