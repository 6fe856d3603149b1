package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.Containers;
import io.hypr.engine.Events;
import io.hypr.image.Images;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerOptions;
import io.hypr.shell.internal.Creation;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr create}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=create"})
public final class Create extends Command {

    private final Creation creation;

    /**
     * @param containers the engine
     * @param images the images
     * @param events hears of pulls
     */
    @Activate
    public Create(@Reference Containers containers, @Reference Images images, @Reference Events events) {
        super("create");
        creation = new Creation(containers, images, events);
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        ContainerSpec spec = ContainerOptions.read(call, words);
        ContainerInfo made = creation.create(call, spec, words);
        return made.id;
    }

    @Override
    public Completion completion() {
        return Completion.IMAGE;
    }
}
