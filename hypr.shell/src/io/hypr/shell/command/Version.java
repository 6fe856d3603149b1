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
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr version}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=version"})
public final class Version extends Command {

    private final SystemInfo system;

    /**
     * @param system the engine
     */
    @Activate
    public Version(@Reference SystemInfo system) {
        super("version");
        this.system = system;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        SystemInfo.Info i = system.facts();
        Map<String, Object> client = new LinkedHashMap<>();
        client.put("Version", i.version);
        client.put("Os", "linux");
        client.put("Arch", Facts.goArchitecture(i.architecture));
        Map<String, Object> server = new LinkedHashMap<>(client);
        server.put("JavaVersion", Runtime.version().toString());
        server.put("KernelVersion", i.hostKernel);
        server.put("GuestKernelVersion", i.guestKernel);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("Client", client);
        all.put("Server", server);
        return Facts.print(all, words.get("format"), () -> """
                Client: hypr
                 Version:           %s
                 OS/Arch:           linux/%s

                Server: hyprd
                 Version:           %s
                 OS/Arch:           linux/%s
                 Java:              %s
                 Host kernel:       %s
                 Guest kernel:      %s
                """.formatted(i.version, Facts.goArchitecture(i.architecture), i.version, Facts.goArchitecture(i.architecture),
                Runtime.version(), i.hostKernel, i.guestKernel.isEmpty() ? "not found" : i.guestKernel));
    }
}
