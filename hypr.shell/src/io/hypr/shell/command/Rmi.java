package io.hypr.shell.command;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers;
import io.hypr.engine.EngineEvent;
import io.hypr.engine.Events;
import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.Names;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr rmi}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=rmi"})
public final class Rmi extends Command {

    private final Images images;
    private final Containers containers;
    private final Events events;

    /**
     * @param images the images
     * @param containers who may use them
     * @param events hears of it
     */
    @Activate
    public Rmi(@Reference Images images, @Reference Containers containers, @Reference Events events) {
        super("rmi");
        this.images = images;
        this.containers = containers;
        this.events = events;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        boolean force = words.is("force");
        List<String> failures = new ArrayList<>();
        boolean fatal = false;
        for (String name : words.rest()) {
            try {
                remove(call, name, force);
            } catch (HyprException e) {
                failures.add(e.getMessage());
                fatal |= !force || e.code() != ErrorCode.NOT_FOUND; // What shall not be there by any means is not there.
            }
        }
        if (!failures.isEmpty()) {
            call.out().flush();
            failures.forEach(f -> call.err().println("Error response from daemon: " + f));
            if (fatal) {
                throw new Exit(1);
            }
        }
        return null;
    }

    private void remove(Call call, String name, boolean force) {
        Image image = Names.find(images, name);
        if (image.tags().size() <= 1 || Names.isId(name)) {
            checkUnused(name, image, force);
        }
        for (Images.Removal r : images.remove(name, force)) {
            if (r.untagged() != null) {
                call.out().println("Untagged: " + r.untagged());
                events.publish(new EngineEvent(Instant.now(), "image", "untag", image.id(), Map.of("name", image.id())));
            }
            if (r.deleted() != null) {
                call.out().println("Deleted: " + r.deleted());
                events.publish(new EngineEvent(Instant.now(), "image", "delete", r.deleted(), Map.of("name", r.deleted())));
            }
        }
    }

    private void checkUnused(String name, Image image, boolean force) {
        for (ContainerInfo c : containers.list()) {
            boolean runs = c.state == ContainerState.RUNNING || c.state == ContainerState.PAUSED;
            if (c.imageId.equals(image.id()) && (runs || !force)) {
                String what = Names.isId(name) ? "unable to delete " + Names.brief(image.id()) : "unable to remove repository reference \"" + name + "\"";
                throw new HyprException(ErrorCode.CONFLICT, "conflict: " + what + (runs && Names.isId(name) ? " (cannot be forced)" : " (must force)")
                        + " - container " + Names.brief(c.id) + " is using its referenced image " + Names.brief(image.id()));
            }
        }
    }

    @Override
    public Completion completion() {
        return Completion.IMAGE;
    }
}
