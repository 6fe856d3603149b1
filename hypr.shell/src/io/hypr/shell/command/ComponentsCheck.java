package io.hypr.shell.command;

import java.util.List;
import java.util.stream.Collectors;

import org.osgi.service.component.annotations.Component;

import io.hypr.frontend.DoctorCheck;
import io.hypr.model.Availability;
import io.hypr.shell.internal.Unmade;

/** Looks whether all components of HYPR could be made: one that refuses its configuration is missing without a word otherwise. */
@Component(property = "hypr.name=components")
public final class ComponentsCheck implements DoctorCheck {

    @Override
    public String title() {
        return "Configuration";
    }

    @Override
    public Availability check() {
        List<Unmade.Component> unmade = Unmade.list();
        return unmade.isEmpty() ? Availability.available()
                : Availability.unsupported(
                        unmade.stream().map(Unmade.Component::sentence).distinct().collect(Collectors.joining(" ")),
                        unmade.stream().map(Unmade.Component::remedy).filter(r -> !r.isEmpty()).distinct().collect(Collectors.joining(" ")));
    }
}
