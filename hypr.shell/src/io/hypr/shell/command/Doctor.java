package io.hypr.shell.command;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import io.hypr.engine.SystemInfo;
import io.hypr.frontend.DoctorCheck;
import io.hypr.model.Availability;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Doctoring;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr doctor}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=doctor"})
public final class Doctor extends Command {

    private final SystemInfo system;

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<DoctorCheck> checks = new java.util.concurrent.CopyOnWriteArrayList<>();

    /**
     * @param system the engine
     */
    @Activate
    public Doctor(@Reference SystemInfo system) {
        super("doctor");
        this.system = system;
    }

    /**
     * What was looked at, and what was found.
     *
     * @param title what
     * @param found the result
     * @param details facts of the part itself
     */
    private record Finding(String title, Availability found, List<String> details) {
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        SystemInfo.Info i = system.info();
        List<Finding> all = new ArrayList<>();
        i.backends.forEach(p -> all.add(new Finding("Backend " + p.name, p.availability, p.details)));
        i.networkDrivers.forEach(p -> all.add(new Finding("Network driver " + p.name, p.availability, p.details)));
        i.deviceDrivers.forEach(p -> all.add(new Finding("Device driver " + p.name, p.availability, p.details)));
        if (i.backends.stream().noneMatch(p -> p.availability.isAvailable())) {
            all.add(new Finding("A backend that can be used",
                    Availability.unsupported("No hypervisor backend works here, so no container can be started.", ""), List.of()));
        }
        checks.stream().sorted(Comparator.comparing(DoctorCheck::title)).forEach(c -> all.add(new Finding(c.title(), c.check(), List.of())));
        Listing<Finding> listing = words.has("format") ? table().list(all, words.get("format").get(), List.of("Check", "State", "Reason", "Remedy"))
                : new Listing<>(all, text(all));
        boolean works = i.backends.stream().anyMatch(p -> p.availability.isAvailable()) && i.networkDrivers.stream().anyMatch(p ->
                p.availability.isAvailable());
        if (!works) {
            call.out().print(listing.text());
            throw new Exit(1);
        }
        return listing;
    }

    private static Table<Finding> table() {
        return new Table<Finding>()
                .field("Check", "CHECK", Finding::title)
                .field("State", "STATE", f -> Doctoring.word(f.found()))
                .field("Reason", "REASON", f -> Doctoring.reason(f.found()))
                .field("Remedy", "REMEDY", f -> Doctoring.remedy(f.found()))
                .field("Details", "DETAILS", Finding::details);
    }

    private static String text(List<Finding> all) {
        StringBuilder out = new StringBuilder();
        for (Finding f : all) {
            String mark = switch (f.found()) {
                case Availability.Available ok -> "ok  ";
                case Availability.Unsupported no -> "no  ";
                case Availability.Unknown who -> "?   ";
            };
            out.append(mark).append(f.title()).append('\n');
            f.details().forEach(d -> out.append("      ").append(d).append('\n'));
            if (!f.found().isAvailable()) {
                out.append("      ").append(Doctoring.reason(f.found())).append('\n');
            }
            if (!Doctoring.remedy(f.found()).isEmpty()) {
                out.append("      -> ").append(Doctoring.remedy(f.found())).append('\n');
            }
        }
        return out.toString();
    }
}
