package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr daemon stop}: ends the framework, and with it hyprd; containers run on. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=daemon-stop"})
public final class DaemonStop extends Command {

    private final BundleContext context;
    private final Logger log;

    /**
     * @param context of this bundle
     * @param log hears of it
     */
    @Activate
    public DaemonStop(BundleContext context, @Reference(service = LoggerFactory.class) Logger log) {
        super("daemon stop");
        this.context = context;
        this.log = log;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        call.out().println("hyprd stops; containers run on.");
        // The framework ends on a thread of its own, after this command's answer: the socket closes when its bundle stops.
        Thread.ofPlatform().name("hypr stop").start(this::stop);
        return null;
    }

    private void stop() {
        try {
            context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).stop();
        } catch (BundleException e) {
            log.error("hyprd cannot be stopped", e);
        }
    }
}
