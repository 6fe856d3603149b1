package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Volumes;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerOptions;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr volume create}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=volume-create"})
public final class VolumeCreate extends Command {

    private final Volumes volumes;

    /**
     * @param volumes the engine
     */
    @Activate
    public VolumeCreate(@Reference Volumes volumes) {
        super("volume create");
        this.volumes = volumes;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        Volumes.Volume v = new Volumes.Volume();
        String name = words.get("name").orElse("");
        if (!name.isEmpty() && !words.rest().isEmpty()) {
            throw new InputException("conflicting options: cannot specify a volume-name through both --name and as a positional arg");
        }
        v.name = words.rest().isEmpty() ? name : words.rest().getFirst();
        v.driver = words.get("driver").orElse("local");
        words.all("opt").forEach(o -> ContainerOptions.pair(v.options, o));
        words.all("label").forEach(l -> ContainerOptions.pair(v.labels, l));
        return volumes.create(v).name;
    }
}
