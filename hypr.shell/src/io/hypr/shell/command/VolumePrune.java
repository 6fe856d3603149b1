package io.hypr.shell.command;

import java.util.ArrayList;
import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Volumes;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Confirmation;
import io.hypr.shell.internal.VolumeView;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.format.Listing;
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
        boolean named = words.is("all");
        if (!words.is("force") && !Confirmation.given(call, "This will remove " + (named ? "all" : "anonymous") + " local volumes not used by at least one container.")) {
            return null;
        }
        List<Volumes.Volume> gone = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        long octets = 0;
        for (Volumes.Volume v : volumes.list()) {
            if (v.containers.isEmpty() && (named || v.anonymous) && words.all("filter").stream().allMatch(f -> VolumeView.fits(v, f))) {
                long size = volumes.size(v.name);
                if (remove(v.name)) {
                    gone.add(v);
                    octets += size;
                    text.append(gone.size() == 1 ? "Deleted Volumes:\n" : "").append(v.name).append('\n');
                }
            }
        }
        text.append(gone.isEmpty() ? "" : "\n").append("Total reclaimed space: ").append(Human.size(octets)).append('\n');
        return new Listing<>(gone, text.toString());
    }

    /** @return false if a container has taken it meanwhile, or another call removed it */
    private boolean remove(String name) {
        try {
            volumes.remove(name);
            return true;
        } catch (HyprException e) {
            if (e.code() == ErrorCode.CONFLICT || e.code() == ErrorCode.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
