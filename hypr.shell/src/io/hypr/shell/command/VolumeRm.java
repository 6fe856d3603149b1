package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Volumes;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Each;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr volume rm}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=volume-rm"})
public final class VolumeRm extends Command {

    private final Volumes volumes;

    /**
     * @param volumes the engine
     */
    @Activate
    public VolumeRm(@Reference Volumes volumes) {
        super("volume rm");
        this.volumes = volumes;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        boolean force = words.is("force");
        return Each.run(call, words.rest(), name -> remove(name, force));
    }

    private void remove(String name, boolean force) {
        try {
            volumes.remove(name);
        } catch (HyprException e) {
            if (!force || e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
        }
    }
}
