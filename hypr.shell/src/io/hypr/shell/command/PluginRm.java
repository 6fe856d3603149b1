package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.plugin.Plugins;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Each;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr plugin rm}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=plugin-rm"})
public final class PluginRm extends Command {

    private final Plugins plugins;

    /**
     * @param plugins the plug-ins
     */
    @Activate
    public PluginRm(@Reference Plugins plugins) {
        super("plugin rm");
        this.plugins = plugins;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        return Each.run(call, words.rest(), plugins::remove);
    }
}
