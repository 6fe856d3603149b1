package io.hypr.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;

import javax.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogReaderService;

import io.hypr.itest.exam.PaxExamExtension;
import io.hypr.itest.exam.Product;

/** The distribution's bundles, started together. */
@ExtendWith(PaxExamExtension.class)
@ExamReactorStrategy(PerClass.class)
public class StartExam {

    /** Started by the first shell that is opened, since it costs the start of hyprd a tenth. */
    private static final Set<String> LATER = Set.of("org.apache.felix.gogo.jline");

    @Inject
    BundleContext context;

    @Inject
    ServiceComponentRuntime components;

    @Inject
    LogReaderService log;

    @Configuration
    public Option[] product() throws Exception {
        return Product.options();
    }

    @Test
    public void everyBundleIsActive() {
        List<String> not = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            boolean later = LATER.contains(bundle.getSymbolicName());
            if (bundle.getState() != (fragment || later ? Bundle.RESOLVED : Bundle.ACTIVE)) {
                not.add(bundle.getSymbolicName() + " is in state " + bundle.getState());
            }
        }
        assertEquals(List.of(), not);
    }

    @Test
    public void everyComponentIsSatisfied() {
        List<String> not = new ArrayList<>();
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
            for (ComponentConfigurationDTO configuration : components.getComponentConfigurationDTOs(component)) {
                if (configuration.state != ComponentConfigurationDTO.ACTIVE && configuration.state != ComponentConfigurationDTO.SATISFIED) {
                    not.add(component.name + " lacks " + Arrays.stream(configuration.unsatisfiedReferences).map(r -> r.name).toList()
                        + (configuration.failure == null ? "" : " " + configuration.failure));
                }
            }
        }
        assertEquals(List.of(), not);
    }

    @Test
    public void nothingLogsAnError() {
        assertNotNull(log);
        List<LogEntry> entries = Collections.list(log.getLog());
        assertEquals(List.of(), entries.stream().filter(e -> e.getLogLevel() == LogLevel.ERROR)
            .map(e -> e.getLoggerName() + ": " + e.getMessage() + (e.getException() == null ? "" : ": " + e.getException())).toList());
    }
}
