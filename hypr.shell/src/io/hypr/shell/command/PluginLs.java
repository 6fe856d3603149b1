package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.plugin.Plugins;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr plugin ls}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=plugin-ls"})
public final class PluginLs extends Command {

    private final Plugins plugins;

    /**
     * @param plugins the plug-ins
     */
    @Activate
    public PluginLs(@Reference Plugins plugins) {
        super("plugin ls");
        this.plugins = plugins;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        List<Plugins.Plugin> all = plugins.list();
        if (words.is("quiet") && !words.has("format")) {
            return new Listing<>(all, String.join("", all.stream().map(p -> p.name + "\n").toList()));
        }
        return new Table<Plugins.Plugin>()
                .field("Name", "NAME", p -> p.name)
                .field("Version", "VERSION", p -> p.version)
                .field("State", "STATE", p -> p.state)
                .field("Services", "SERVICES", p -> String.join(", ", p.services))
                .field("Signer", "SIGNER", p -> p.signer)
                .field("Source", "SOURCE", p -> p.source)
                .field("Problem", "PROBLEM", p -> p.problem)
                .field("Remedy", "REMEDY", p -> p.remedy)
                .list(all, words.get("format").orElse("table"), List.of("Name", "Version", "State", "Services", "Source"));
    }
}
