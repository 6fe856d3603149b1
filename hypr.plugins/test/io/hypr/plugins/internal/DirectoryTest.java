package io.hypr.plugins.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
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
        framework = ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow().newFramework(Map.of(
            Constants.FRAMEWORK_STORAGE, directory.resolve("cache").toString(), Constants.FRAMEWORK_STORAGE_CLEAN, "onFirstInit"));
        framework.start();
        folder = Files.createDirectory(directory.resolve("plugins"));
        plugins = directory(Signatures.of("none", "", ""));
    }

    private Directory directory(Signatures signatures) {
        Handovers handovers = (backend, limit) -> List.of();
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
