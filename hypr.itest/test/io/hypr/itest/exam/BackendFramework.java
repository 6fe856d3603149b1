package io.hypr.itest.exam;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.spi.PaxExamRuntime;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

import io.hypr.vmm.VmmBackend;

/**
 * A framework of its own for one backend, started by Pax Exam: the backend's bundle as it was built, and what backends need besides. The packages of
 * hypr.api come from the class path, so that tests that run outside of the framework can call the backend's service; no test runs inside.
 */
public final class BackendFramework implements AutoCloseable {

    private static final Pattern SUPPORT = Pattern.compile("(jackson-|org\\.osgi\\.|org\\.apache\\.felix\\.(configadmin|log|scr)-).*\\.jar");

    private final Path work;
    private final Path jar;
    private final TestContainer container;
    private final BundleContext context;
    private Bundle current;
    private int installed;

    /**
     * Starts a framework without the backend.
     *
     * @param jar of the backend's bundle
     * @throws IOException if the framework cannot be laid out
     */
    public BackendFramework(Path jar) throws IOException {
        this.jar = jar;
        work = Files.createTempDirectory("hypr-backend");
        String own = BackendFramework.class.getPackageName();
        List<Option> options = new ArrayList<>(List.of(cleanCaches(), workingDirectory(work.resolve("exam").toString()),
            frameworkProperty("hypr.dist").value(Product.HOME.toString()),
            frameworkProperty("hypr.run").value(Files.createDirectory(work.resolve("run")).toString()),
            frameworkProperty("hypr.home").value(Files.createDirectory(work.resolve("home")).toString()),
            frameworkProperty("org.osgi.framework.bsnversion").value("multiple"),
            systemPackages(api()), systemPackages(own), Product.systemPackages()));
        Product.bundles().stream().filter(file -> SUPPORT.matcher(file.getFileName().toString()).matches())
                .forEach(file -> options.add(bundle(file.toUri().toString())));
        options.add(bundle(keeper(own).toUri().toString()));
        container = PaxExamRuntime.createContainer(PaxExamRuntime.createServerSystem(options.toArray(Option[]::new)));
        container.start();
        context = Keeper.context;
    }

    /** The packages of hypr.api with their versions, as its bundle exports them. */
    private static String[] api() throws IOException {
        try (JarFile file = new JarFile(Product.HOME.resolve("bundles/hypr.api.jar").toFile())) {
            String exports = file.getManifest().getMainAttributes().getValue(Constants.EXPORT_PACKAGE);
            return Pattern.compile("([a-z][a-z.]+)[^,\"]*?(;version=\"[^\"]*\")").matcher(exports.replaceAll(";uses:=\"[^\"]*\"", "")).results()
                .map(clause -> clause.group(1) + clause.group(2)).toArray(String[]::new);
        }
    }

    /** A bundle without a class, whose activator is ours: it tells us the framework's context. */
    private Path keeper(String own) throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        headers.putValue(Constants.BUNDLE_SYMBOLICNAME, "hypr.itest.keeper");
        headers.putValue(Constants.IMPORT_PACKAGE, own + ",org.osgi.framework");
        headers.putValue(Constants.BUNDLE_ACTIVATOR, Keeper.class.getName());
        Path file = work.resolve("keeper.jar");
        try (OutputStream out = Files.newOutputStream(file); JarOutputStream entries = new JarOutputStream(out, manifest)) {
            entries.finish();
        }
        return file;
    }

    /** Takes the framework's context. */
    public static final class Keeper implements BundleActivator {

        private static volatile BundleContext context;

        @Override
        public void start(BundleContext started) {
            context = started;
        }

        @Override
        public void stop(BundleContext stopped) {
            context = null;
        }
    }

    /**
     * Installs the backend's bundle once more, beside those that are there, and starts it: an instance with a class loader of its own.
     *
     * @return its service
     * @throws Exception if it does not start, or registers no service
     */
    public VmmBackend another() throws Exception {
        try (InputStream in = Files.newInputStream(jar)) {
            current = context.installBundle("backend-" + ++installed, in);
        }
        current.start();
        return service();
    }

    /**
     * Updates the bundle that was installed last, while whatever calls of it are under way.
     *
     * @return the service of the updated bundle
     * @throws Exception if it does not start again, or registers no service
     */
    public VmmBackend updated() throws Exception {
        try (InputStream in = Files.newInputStream(jar)) {
            current.update(in);
        }
        return service();
    }

    private VmmBackend service() {
        return context.getService(reference());
    }

    private ServiceReference<VmmBackend> reference() {
        ServiceReference<?>[] all = current.getRegisteredServices();
        for (ServiceReference<?> one : all == null ? new ServiceReference<?>[0] : all) {
            if (Arrays.asList((String[]) one.getProperty(Constants.OBJECTCLASS)).contains(VmmBackend.class.getName())) {
                @SuppressWarnings("unchecked")
                ServiceReference<VmmBackend> found = (ServiceReference<VmmBackend>) one;
                return found;
            }
        }
        throw new AssertionError(jar + " has started and registers no " + VmmBackend.class.getName());
    }

    /** @return the value of the service property {@code hypr.name} */
    public String name() {
        return (String) reference().getProperty(VmmBackend.NAME);
    }

    /** @return the values of the service property {@code facet} */
    public Set<String> facets() {
        Object value = reference().getProperty(VmmBackend.FACETS);
        return value == null ? Set.of() : value instanceof String one ? Set.of(one) : new TreeSet<>(Arrays.asList((String[]) value));
    }

    @Override
    public void close() {
        container.stop();
        try {
            Product.delete(work);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
