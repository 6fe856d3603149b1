package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.plugin.Plugins;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr plugin install}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=plugin-install"})
public final class PluginInstall extends Command {

    private final Plugins plugins;

    /**
     * @param plugins the plug-ins
     */
    @Activate
    public PluginInstall(@Reference Plugins plugins) {
        super("plugin install");
        this.plugins = plugins;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        for (String source : words.rest()) {
            Plugins.Plugin p = plugins.install(source, call.directory());
            call.out().println(p.name + " " + p.version);
            warnIfIdle(call, p);
        }
        return null;
    }

    /** A bundle that runs and offers nothing is rarely what its user wanted. */
    static void warnIfIdle(Call call, Plugins.Plugin p) {
        if (p.services.isEmpty()) {
            call.err().println("WARNING: " + p.name
                    + " runs, but it offers no service: no backend, driver or command. Its components may lack what they refer to.");
        }
    }

    @Override
    public Completion completion() {
        return Completion.FILE;
    }
}
