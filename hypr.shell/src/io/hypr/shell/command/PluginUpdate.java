package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.plugin.Plugins;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr plugin update}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=plugin-update"})
public final class PluginUpdate extends Command {

    private final Plugins plugins;

    /**
     * @param plugins the plug-ins
     */
    @Activate
    public PluginUpdate(@Reference Plugins plugins) {
        super("plugin update");
        this.plugins = plugins;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        String source = words.rest().size() > 1 ? words.rest().get(1) : null;
        Plugins.Plugin p = plugins.update(words.rest().getFirst(), source, call.directory());
        call.out().println(p.name + " " + p.version);
        PluginInstall.warnIfIdle(call, p);
        return null;
    }
}
