package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.engine.Networks;
import io.hypr.image.Images;
import io.hypr.shell.internal.Candidates;
import io.hypr.shell.internal.format.Listing;

/** {@code hypr __complete}: what the completions of bash, zsh and fish ask. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=__complete"})
public final class Complete implements Function {

    private final Candidates candidates;

    /**
     * @param containers for their names
     * @param images for their names
     * @param networks for their names
     */
    @Activate
    public Complete(@Reference Containers containers, @Reference Images images, @Reference Networks networks) {
        candidates = new Candidates(containers, images, networks);
    }

    @Override
    public Object execute(CommandSession session, List<Object> arguments) {
        List<Candidates.Candidate> all = candidates.of(session, arguments.stream().map(String::valueOf).toList());
        StringBuilder text = new StringBuilder();
        all.forEach(c -> text.append(c.word()).append(c.text().isEmpty() ? "" : "\t" + c.text()).append('\n'));
        return new Listing<>(all, text.toString());
    }
}
