package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

import io.hypr.model.HyprException;

/** Components of this framework that could not be made, most often because a configuration means nothing to them. Declarative Services knows why. */
public final class Unmade {

    /** FileInstall tells the file that a configuration is from. */
    private static final String FILE = "felix.fileinstall.filename";
    /** The last that a stack trace names is what began it all. */
    private static final Pattern CAUSE = Pattern.compile("(?m)^(?:Caused by: )?([a-zA-Z_$][\\w$.]*(?:Exception|Error)): (.+)$");

    private Unmade() {
    }

    /**
     * @param component its name
     * @param sentence why it could not be made
     * @param remedy what would help; empty if nothing is known
     */
    public record Component(String component, String sentence, String remedy) {
    }

    /** @return those that failed by themselves, and not for want of another one; empty outside a framework */
    public static List<Component> list() {
        return Optional.ofNullable(FrameworkUtil.getBundle(Unmade.class)).map(Bundle::getBundleContext).map(Unmade::list).orElse(List.of());
    }

    private static List<Component> list(BundleContext context) {
        ServiceReference<ServiceComponentRuntime> reference = context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime components = reference == null ? null : context.getService(reference);
        if (components == null) {
            return List.of();
        }
        List<Component> failed = new ArrayList<>();
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs()) {
            for (ComponentConfigurationDTO c : components.getComponentConfigurationDTOs(description)) {
                if (c.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                    of(description.name, c.failure, c.properties.get(FILE)).ifPresent(failed::add);
                }
            }
        }
        context.ungetService(reference);
        return failed;
    }

    /** Reads a stack trace, which is what the specification gives. One that only tells of another component has no cause of its own. */
    static Optional<Component> of(String component, String failure, Object file) {
        Matcher cause = CAUSE.matcher(failure == null ? "" : failure);
        String type = "";
        String message = "";
        while (cause.find()) {
            type = cause.group(1);
            message = cause.group(2);
        }
        if (type.isEmpty() || message.startsWith("Unable to get service for reference")) {
            return Optional.empty();
        }
        String sentence = type.equals(HyprException.class.getName()) ? message : "The component " + component + " could not be made: " + message;
        return Optional.of(new Component(component, sentence, file == null ? "" : "It is configured in " + file.toString().replaceFirst("^file:", "") + "."));
    }
}
