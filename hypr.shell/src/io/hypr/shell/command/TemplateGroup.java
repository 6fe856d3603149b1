package io.hypr.shell.command;

import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.Group;

/** {@code hypr template}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=template"})
public final class TemplateGroup extends Group {

    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("ls", "template-ls"),
            Map.entry("list", "template-ls"),
            Map.entry("create", "template-create"),
            Map.entry("rm", "template-rm"),
            Map.entry("pool", "template-pool"),
            Map.entry("prune", "template-prune"));

    /** Names its commands. */
    public TemplateGroup() {
        super("template", "Manage memory templates, from which microVMs start", MEMBERS);
    }
}
