package io.hypr.shell.command;

import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.SystemInfo;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Facts;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr daemon status} and {@code hypr daemon start}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=daemon-status", "osgi.command.function=daemon-start"})
public final class DaemonStatus extends Command {

    private final SystemInfo system;

    /**
     * @param system the engine
     */
    @Activate
    public DaemonStatus(@Reference SystemInfo system) {
        super("daemon status");
        this.system = system;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        SystemInfo.Info i = system.facts();
        Map<String, Object> f = new LinkedHashMap<>();
        f.put("Pid", i.pid);
        f.put("Uptime", Human.duration(i.uptime));
        f.put("UptimeSeconds", i.uptime.toSeconds());
        f.put("Version", i.version);
        f.put("Home", i.home);
        f.put("Starts", Facts.starts(i));
        return Facts.print(f, words.get("format"), () -> """
                hyprd runs.
                 Pid:     %d
                 Uptime:  %s
                 Version: %s
                 Home:    %s
                """.formatted(i.pid, Human.duration(i.uptime), i.version, i.home));
    }
}
