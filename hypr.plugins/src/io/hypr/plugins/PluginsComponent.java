package io.hypr.plugins;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

import io.hypr.engine.Handovers;
import io.hypr.frontend.DoctorCheck;
import io.hypr.model.Availability;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.plugin.Plugins;
import io.hypr.plugins.internal.Directory;
import io.hypr.plugins.internal.Maven;
import io.hypr.plugins.internal.Signatures;

/**
 * The plug-ins in {@code $HYPR_HOME/plugins}. FileInstall watches the folder and hands every jar to this component, which is why the watch
 * is configured here: it must not begin before this component is there. Bundles that were brought stay when the component goes, for
 * instance because its configuration changes.
 */
@Component(immediate = true, service = {Plugins.class, ArtifactInstaller.class, DoctorCheck.class},
        configurationPid = PluginsConfiguration.PID, property = "hypr.name=plugins")
public final class PluginsComponent implements Plugins, ArtifactInstaller, DoctorCheck {

    private static final String POLL = "2000";
    private static final Set<String> KEYS = Set.of("signatures", "certificates", "password", "repository", "hypr.name");

    /** Goes and comes back when the engine is exchanged, which this component does itself: it must stay. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Handovers handovers;

    private final Path folder;
    private final Directory directory;
    private final Configuration watch;
    private final BundleContext context;
    private final Logger log;
    private final FrameworkListener started = this::frameworkEvent;
    private boolean closed;

    /**
     * @param context tells where home and run directory are
     * @param configuration of plug-ins
     * @param properties all of it
     * @param settings configures the watch
     * @param log hears of what happens
     * @throws IOException if the watch cannot be configured
     */
    @Activate
    public PluginsComponent(BundleContext context, PluginsConfiguration configuration, Map<String, Object> properties,
            @Reference ConfigurationAdmin settings, @Reference(service = LoggerFactory.class) Logger log) throws IOException {
        refuseUnknown(properties);
        this.context = context;
        this.log = log;
        folder = Path.of(context.getProperty("hypr.home"), "plugins");
        directory = new Directory(context, () -> handovers, folder, Path.of(context.getProperty("hypr.run")),
            Signatures.of(configuration.signatures(), configuration.certificates(), configuration.password()),
            new Maven(Path.of(System.getProperty("user.home"), ".m2"), Path.of("/usr/share/maven/lib"), configuration.repository()), log);
        watch = settings.getFactoryConfiguration("org.apache.felix.fileinstall", "plugins", "?");
        context.addFrameworkListener(started);
        if (context.getBundle(0).getState() == Bundle.ACTIVE) {
            watch();
        }
    }

    private void frameworkEvent(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.STARTED) {
            try {
                watch();
            } catch (IOException e) {
                log.error("The folder of plug-ins {} is not watched: {}", folder, e.getMessage(), e);
            }
        }
    }

    /** Begins to watch, once what HYPR ships has started: a bundle that is just starting cannot make way for a plug-in. */
    private synchronized void watch() throws IOException {
        if (!closed) {
            watch.updateIfDifferent(new Hashtable<>(Map.of("felix.fileinstall.dir", folder.toString(),
                "felix.fileinstall.filter", ".*\\.jar", "felix.fileinstall.poll", POLL, "felix.fileinstall.noInitialDelay", "true",
                "felix.fileinstall.log.level", "1",
                "felix.fileinstall.tmpdir", context.getProperty("hypr.run") + "/fileinstall.plugins")));
        }
    }

    private static void refuseUnknown(Map<String, Object> properties) {
        Set<String> unknown = new TreeSet<>(properties.keySet());
        unknown.removeIf(k -> KEYS.contains(k) || k.matches("(service|component|felix|osgi)\\..*|objectClass"));
        if (!unknown.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "The configuration " + PluginsConfiguration.PID + " has keys that mean nothing: " + unknown + ".")
                .remedy("The keys are signatures, certificates, password and repository.");
        }
    }

    /** Ends the watch; the bundles stay. */
    @Deactivate
    synchronized void deactivate() throws IOException {
        closed = true;
        context.removeFrameworkListener(started);
        directory.close();
        watch.delete();
    }

    @Override
    public boolean canHandle(File file) {
        return folder.equals(file.toPath().getParent()) && file.getName().endsWith(".jar");
    }

    @Override
    public void install(File file) {
        directory.found(file.toPath());
    }

    @Override
    public void update(File file) {
        directory.found(file.toPath());
    }

    @Override
    public void uninstall(File file) {
        directory.gone(file.toPath());
    }

    @Override
    public Plugin install(String source, Path from) {
        return directory.install(source, from);
    }

    @Override
    public List<Plugin> list() {
        return directory.list();
    }

    @Override
    public Plugin update(String name, String source, Path from) {
        return directory.update(name, source, from);
    }

    @Override
    public void remove(String name) {
        directory.remove(name);
    }

    @Override
    public String title() {
        return "Plug-ins";
    }

    @Override
    public Availability check() {
        List<Plugin> failed = list().stream().filter(p -> !p.problem.isEmpty()).toList();
        return failed.isEmpty() ? Availability.available() : Availability.unsupported(String.join(" ", failed.stream().map(p -> p.problem).toList()),
            String.join(" ", failed.stream().map(p -> p.remedy).distinct().toList()) + " Or remove it: hypr plugin rm " + failed.getFirst().name);
    }
}
