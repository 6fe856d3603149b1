package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers;
import io.hypr.engine.Insides;
import io.hypr.image.Images;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerSize;
import io.hypr.shell.internal.ContainerView;
import io.hypr.shell.internal.Inspection;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr container inspect}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=container-inspect"})
public final class ContainerInspect extends Command {

    private final Containers containers;
    private final Insides insides;
    private final Images images;

    /**
     * @param containers the containers
     * @param insides their disks
     * @param images their images
     */
    @Activate
    public ContainerInspect(@Reference Containers containers, @Reference Insides insides, @Reference Images images) {
        super("container inspect");
        this.containers = containers;
        this.insides = insides;
        this.images = images;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        return Inspection.run(call, words.rest(), words.get("format"), Inspection.DAEMON, name -> {
            ContainerInfo c = containers.inspect(name);
            return ContainerView.of(c, words.is("size") ? ContainerSize.of(c, insides, images) : null);
        });
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
