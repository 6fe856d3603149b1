package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Volumes;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Inspection;
import io.hypr.shell.internal.VolumeView;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr volume inspect}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=volume-inspect"})
public final class VolumeInspect extends Command {

    private final Volumes volumes;

    /**
     * @param volumes the engine
     */
    @Activate
    public VolumeInspect(@Reference Volumes volumes) {
        super("volume inspect");
        this.volumes = volumes;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        return Inspection.run(call, words.rest(), words.get("format"), Inspection.DAEMON, name -> VolumeView.of(volumes.inspect(name)));
    }
}
