package io.hypr.shell.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.SystemInfo;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Doctoring;
import io.hypr.shell.internal.Facts;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr info}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=info"})
public final class Info extends Command {

    private final SystemInfo system;

    /**
     * @param system the engine
     */
    @Activate
    public Info(@Reference SystemInfo system) {
        super("info");
        this.system = system;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        SystemInfo.Info i = system.info();
        Map<String, Object> f = new LinkedHashMap<>();
        f.put("Containers", i.containers);
        f.put("ContainersRunning", i.running);
        f.put("ContainersPaused", i.paused);
        f.put("ContainersStopped", i.stopped);
        f.put("Images", i.images);
        f.put("Starts", Facts.starts(i));
        f.put("ServerVersion", i.version);
        f.put("DefaultBackend", i.backend);
        f.put("Backends", parts(i.backends));
        f.put("NetworkDrivers", parts(i.networkDrivers));
        f.put("DeviceDrivers", parts(i.deviceDrivers));
        f.put("KernelVersion", i.hostKernel);
        f.put("GuestKernelVersion", i.guestKernel);
        f.put("OperatingSystem", i.operatingSystem);
        f.put("OSType", "linux");
        f.put("Architecture", i.architecture);
        f.put("NCPU", i.processors);
        f.put("MemTotal", i.memory);
        f.put("DockerRootDir", i.home);
        f.put("Name", i.hostname);
        return Facts.print(f, words.get("format"), () -> text(i));
    }

    private static List<Map<String, Object>> parts(List<SystemInfo.Part> parts) {
        return parts.stream().map(p -> {
            Map<String, Object> m = new LinkedHashMap<>();
            m.put("Name", p.name);
            m.put("State", Doctoring.word(p.availability));
            m.put("Reason", Doctoring.reason(p.availability));
            m.put("Details", p.details);
            return m;
        }).toList();
    }

    private static String text(SystemInfo.Info i) {
        StringBuilder out = new StringBuilder();
        out.append("Server:\n");
        out.append(" Containers: ").append(i.containers).append('\n');
        out.append("  Running: ").append(i.running).append('\n');
        out.append("  Paused: ").append(i.paused).append('\n');
        out.append("  Stopped: ").append(i.stopped).append('\n');
        out.append(" Images: ").append(i.images).append('\n');
        out.append(" Starts:\n").append(starts("From Templates", i.fromTemplates)).append(starts("Booted", i.booted));
        out.append(" Server Version: ").append(i.version).append('\n');
        out.append(" Default Backend: ").append(i.backend.isEmpty() ? "none can be used" : i.backend).append('\n');
        list(out, "Backends", i.backends);
        list(out, "Network Drivers", i.networkDrivers);
        list(out, "Device Drivers", i.deviceDrivers);
        out.append(" Kernel Version: ").append(i.hostKernel).append('\n');
        out.append(" Guest Kernel Version: ").append(i.guestKernel.isEmpty() ? "not found" : i.guestKernel).append('\n');
        out.append(" Operating System: ").append(i.operatingSystem).append('\n');
        out.append(" Architecture: ").append(i.architecture).append('\n');
        out.append(" CPUs: ").append(i.processors).append('\n');
        out.append(" Total Memory: ").append(Human.binarySize(i.memory)).append('\n');
        out.append(" Name: ").append(i.hostname).append('\n');
        out.append(" Hypr Root Dir: ").append(i.home).append('\n');
        return out.toString();
    }

    private static String starts(String how, SystemInfo.Starts starts) {
        return "  " + how + ": " + starts.count + (starts.count == 0 ? "" : ", " + starts.mean.toMillis() + " ms on the average") + "\n";
    }

    private static void list(StringBuilder out, String title, List<SystemInfo.Part> parts) {
        if (parts.isEmpty()) {
            return;
        }
        out.append(' ').append(title).append(":\n");
        for (SystemInfo.Part p : parts) {
            out.append("  ").append(p.name).append(": ").append(Doctoring.word(p.availability));
            String why = Doctoring.reason(p.availability);
            out.append(why.isEmpty() ? "" : ": " + why).append('\n');
            p.details.forEach(d -> out.append("   ").append(d).append('\n'));
        }
    }
}
