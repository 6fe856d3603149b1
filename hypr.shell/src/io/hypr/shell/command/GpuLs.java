package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Devices;
import io.hypr.engine.Devices.HostDevice;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Doctoring;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr gpu ls}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=gpu-ls"})
public final class GpuLs extends Command {

    private static final int STATUS_WIDTH = 60;

    private final Devices devices;

    /**
     * @param devices the engine
     */
    @Activate
    public GpuLs(@Reference Devices devices) {
        super("gpu ls");
        this.devices = devices;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        boolean full = words.is("no-trunc");
        List<HostDevice> all = devices.list().stream().filter(d -> words.is("all") || d.gpu >= 0).toList();
        if (words.is("quiet") && !words.has("format")) {
            return new Listing<>(all, String.join("", all.stream().map(d -> d.address + "\n").toList()));
        }
        Table<HostDevice> table = new Table<HostDevice>()
                .field("Gpu", "GPU", d -> d.gpu < 0 ? "-" : Integer.toString(d.gpu))
                .field("Address", "ADDRESS", d -> d.address)
                .field("Kind", "KIND", d -> d.kind)
                .field("Name", "NAME", d -> d.name)
                .field("Driver", "DRIVER", d -> d.hostDriver.isEmpty() ? "-" : d.hostDriver)
                .field("Status", "STATUS", d -> brief(status(d), full))
                .field("State", "STATE", d -> !d.container.isEmpty() ? "used" : d.lendable.isAvailable() ? "free" : "kept")
                .field("Container", "CONTAINER", d -> d.containerName)
                .field("Reason", "REASON", d -> Doctoring.reason(d.lendable))
                .field("Remedy", "REMEDY", d -> Doctoring.remedy(d.lendable))
                .field("DeviceDriver", "DEVICE DRIVER", d -> d.deviceDriver)
                .field("Class", "CLASS", d -> detail(d, "Class"))
                .field("Ids", "IDS", d -> detail(d, "Ids"))
                .field("Group", "GROUP", d -> detail(d, "IommuGroup"))
                .field("GroupMates", "GROUP MATES", d -> detail(d, "GroupMates"))
                .field("GoesWith", "GOES WITH", d -> detail(d, "GoesWith"))
                .field("Resets", "RESETS", d -> detail(d, "Resets"));
        List<String> columns = words.is("all") ? List.of("Address", "Kind", "Name", "Driver", "Group", "Status")
                : List.of("Gpu", "Address", "Name", "Driver", "Group", "Status");
        return table.list(all, words.get("format").orElse("table"), columns);
    }

    private static String detail(HostDevice d, String name) {
        return d.details.getOrDefault(name, "");
    }

    private static String status(HostDevice d) {
        if (!d.container.isEmpty()) {
            return "used by " + d.containerName;
        }
        return d.lendable.isAvailable() ? "free" : "kept: " + Doctoring.reason(d.lendable);
    }

    private static String brief(String text, boolean full) {
        return full || text.length() <= STATUS_WIDTH ? text : text.substring(0, STATUS_WIDTH - 1) + "…";
    }
}
