package io.hypr.plugins.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.service.log.Logger;

import io.hypr.engine.Handovers;
import io.hypr.plugin.Plugins.Plugin;

/** The folder of plug-ins, in a framework: what fails for a reason that passes is tried again when it has passed, and not before. */
class DirectoryTest {

    private static final String NEEDS = "org.example.needs";
    private static final String LACKED = "org.example.lacked";

    @TempDir
    Path directory;

    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private Framework framework;
    private Path folder;
    private Directory plugins;

    @BeforeEach
    void start() throws Exception {
        framework = framework();
        folder = Files.createDirectory(directory.resolve("plugins"));
        plugins = directory(Signatures.of("none", "", ""));
    }

    private Framework framework() throws Exception {
        Framework fresh = ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow().newFramework(Map.of(
            Constants.FRAMEWORK_STORAGE, directory.resolve("cache").toString(), Constants.FRAMEWORK_STORAGE_CLEAN, "onFirstInit"));
        fresh.start();
        return fresh;
    }

    private Directory directory(Signatures signatures) {
        return directory(signatures, (backend, limit) -> List.of());
    }

    private Directory directory(Signatures signatures, Handovers handovers) {
        Logger log = (Logger) Proxy.newProxyInstance(Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
            if (method.getName().equals("warn")) {
                warnings.add(arguments[0].toString());
            }
            return null;
        });
        return new Directory(context(), () -> handovers, folder, directory.resolve("run"), signatures, new Maven(directory, directory, ""), log,
            Duration.ofMillis(50));
    }

    @AfterEach
    void stop() throws Exception {
        plugins.close();
        framework.stop();
        framework.waitForStop(0);
    }

    private BundleContext context() {
        return framework.getBundleContext();
    }

    /** A bundle that needs the package, as a file of the folder that was seen. */
    private Path needing() {
        Path file = Jars.bundle(folder.resolve("needs.jar"), NEEDS, Map.of("Import-Package", LACKED));
        plugins.found(file);
        return file;
    }

    private Path exporting(Path in) {
        return Jars.bundle(in.resolve("exports.jar"), "org.example.exports", Map.of("Export-Package", LACKED));
    }

    private Plugin only() {
        assertEquals(1, plugins.list().size());
        return plugins.list().getFirst();
    }

    private boolean isActive(String name) {
        for (Bundle bundle : context().getBundles()) {
            if (name.equals(bundle.getSymbolicName())) {
                return bundle.getState() == Bundle.ACTIVE && plugins.list().stream().anyMatch(p -> p.name.equals(name) && p.state.equals("active"));
            }
        }
        return false;
    }

    private static void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void whatAnotherPluginBringsIsNotLackedAnyLonger() {
        needing();
        assertEquals("failed", only().state);
        assertTrue(only().problem.contains("the package " + LACKED + ", which no bundle exports"), only().problem);
        plugins.found(exporting(folder));
        eventually("the one that needs the package runs", () -> isActive(NEEDS));
        assertEquals(1, warnings.size());
    }

    @Test
    void whatABundleOfSomebodyElsesBringsIsNotLackedAnyLonger() throws Exception {
        needing();
        context().installBundle(exporting(directory).toUri().toString());
        eventually("the one that needs the package runs", () -> isActive(NEEDS));
        assertEquals("", only().problem);
    }

    @Test
    void aBundleThatBringsNothingChangesNothing() throws Exception {
        needing();
        context().installBundle(Jars.bundle(directory.resolve("other.jar"), "org.example.other", Map.of()).toUri().toString()).start();
        plugins.found(Jars.bundle(folder.resolve("another.jar"), "org.example.another", Map.of()));
        assertTrue(isActive("org.example.another"));
        assertEquals("failed", plugins.list().stream().filter(p -> p.name.equals("needs.jar")).findFirst().orElseThrow().state);
        assertTrue(warnings.size() == 1, "what is known is not said again: " + warnings);
    }

    @Test
    void aFileThatWentIsNotTriedAgain() throws Exception {
        Path file = needing();
        Files.delete(file);
        plugins.gone(file);
        plugins.found(exporting(folder));
        assertTrue(isActive("org.example.exports"));
        assertEquals("org.example.exports", only().name);
        assertTrue(!isActive(NEEDS));
    }

    @Test
    void aNameThatWasTakenIsFreeWhenTheOtherFileGoes() throws Exception {
        Path first = Jars.bundle(folder.resolve("first.jar"), "org.example.same", Map.of());
        Path second = Jars.bundle(folder.resolve("second.jar"), "org.example.same", Map.of("Bundle-Version", "2.0.0"));
        plugins.found(first);
        plugins.found(second);
        assertEquals(List.of("1.0.0", ""), plugins.list().stream().map(p -> p.version).toList());
        assertTrue(plugins.list().get(1).problem.endsWith("is in first.jar already."));
        Files.delete(first);
        plugins.gone(first);
        eventually("the second runs", () -> isActive("org.example.same"));
        assertEquals("2.0.0", only().version);
    }

    @Test
    void whatIsWrongWithTheFileItselfStaysWrong() throws Exception {
        plugins.found(Files.writeString(folder.resolve("text.jar"), "this is no archive"));
        plugins.found(exporting(folder));
        eventually("nothing is under way", () -> isActive("org.example.exports"));
        assertEquals(List.of("active", "failed"), plugins.list().stream().map(p -> p.state).sorted().toList());
        assertEquals(1, warnings.size());
    }

    @Test
    void whatWasRolledBackIsTriedAgainstTheSameVersionWhenHyprdStartsAgain() throws Exception {
        plugins.close();
        List<String> refused = new CopyOnWriteArrayList<>();
        plugins = directory(Signatures.of("none", "", ""), (backend, limit) -> refused);
        Path file = backend("1.0.0");
        plugins.found(file);
        assertEquals("active 1.0.0", only().state + " " + only().version);
        refused.add("The record cannot be read.");
        plugins.found(backend("2.0.0"));
        assertEquals("failed 1.0.0", only().state + " " + only().version);

        stop();
        Files.delete(file);
        framework = framework();
        plugins = directory(Signatures.of("none", "", ""), (backend, limit) -> refused);
        plugins.found(backend("2.0.0"));
        assertTrue(only().problem.contains("cannot take over 1 microVM that run: The record cannot be read."), only().problem);
        assertEquals("failed 1.0.0", only().state + " " + only().version);
        assertEquals(List.of("VmmBackend own"), only().services);
        Files.delete(file);
        plugins.gone(file);
        assertEquals(List.of(), List.of(context().getBundles()).stream().filter(b -> "org.example.own".equals(b.getSymbolicName())).toList());
    }

    private Path backend(String version) throws Exception {
        String activator = Backend.class.getName();
        String file = activator.replace('.', '/') + ".class";
        try (InputStream code = Backend.class.getClassLoader().getResourceAsStream(file)) {
            return Jars.write(folder.resolve("own.jar"), Map.of("Bundle-ManifestVersion", "2", "Bundle-SymbolicName", "org.example.own",
                "Bundle-Version", version, "Bundle-Activator", activator, "Import-Package", "org.osgi.framework"), Map.of(file, code.readAllBytes()));
        }
    }

    /** Runs in a bundle, alone. */
    public static final class Backend implements BundleActivator, ServiceFactory<Object> {

        @Override
        public void start(BundleContext context) {
            context.registerService(new String[] {"io.hypr.vmm.VmmBackend"}, this, new Hashtable<>(Map.of("hypr.name", "own")));
        }

        @Override
        public void stop(BundleContext context) {
            // The framework takes the service away.
        }

        @Override
        public Object getService(Bundle bundle, ServiceRegistration<Object> registration) {
            return this;
        }

        @Override
        public void ungetService(Bundle bundle, ServiceRegistration<Object> registration, Object service) {
            // Nothing is kept.
        }
    }

    @Test
    void afterItsEndNothingIsTriedAgain() throws Exception {
        needing();
        plugins.close();
        context().installBundle(exporting(directory).toUri().toString());
        assertEquals("failed", only().state);
        assertEquals(List.of(), List.of(context().getBundles()).stream().filter(b -> NEEDS.equals(b.getSymbolicName())).toList());
    }

    @Test
    void aFullDiskIsWaitedFor() throws Exception {
        Path run = Files.writeString(directory.resolve("run"), "in the way of a directory");
        plugins.found(Jars.bundle(folder.resolve("plain.jar"), "org.example.plain", Map.of()));
        assertEquals("failed", only().state);
        Files.delete(run);
        eventually("it is tried again after a while", () -> isActive("org.example.plain"));
    }
}
