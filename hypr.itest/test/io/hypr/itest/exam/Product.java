package io.hypr.itest.exam;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.mavenBundle;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.options.UrlProvisionOption;

/** The distribution as the build laid it out, and how Pax Exam starts it: the same bundles and start levels, with a home of its own. */
public final class Product {

    /** Where the distribution lies; tests run in the folder of their project. */
    public static final Path HOME = Path.of("../hypr.dist/generated/hypr").toAbsolutePath().normalize();

    private static final String START = "felix.auto.start.";
    /** Such bundles are installed; whoever needs one starts it. */
    private static final String INSTALL = "felix.auto.install.";

    /** The level at which Pax Exam starts the tests' own bundle. */
    private static final int TESTS = 5;

    private Product() {
    }

    /** The jars of HYPR's own bundles. */
    public static List<Path> ownBundles() {
        return bundles().stream().filter(jar -> jar.getFileName().toString().startsWith("hypr.")).toList();
    }

    /** All jars in the distribution's folder of bundles. */
    public static List<Path> bundles() {
        try (Stream<Path> files = Files.list(HOME.resolve("bundles"))) {
            return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The distribution is not built: run './dev build'.", e);
        }
    }

    /** What Pax Exam needs to start the product in a framework, with nothing of this machine's real one in sight. */
    public static Option[] options() throws IOException {
        Path work = Files.createTempDirectory("hypr-itest");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                delete(work);
            } catch (IOException e) {
                System.err.println("Cannot remove " + work + ": " + e);
            }
        }));
        System.setProperty("gosh.home", HOME.resolve("share/gosh").toString());
        Properties properties = properties();
        List<Option> options = new ArrayList<>(List.of(cleanCaches(), workingDirectory(work.resolve("exam").toString()),
            frameworkStartLevel(TESTS),
            property("hypr.dist", HOME), property("hypr.home", Files.createDirectories(work.resolve("home/plugins")).getParent()),
            property("hypr.run", Files.createDirectory(work.resolve("run"))), property("hypr.config", Files.createDirectory(work.resolve("config"))),
            frameworkProperty("felix.fileinstall.dir").value(work.resolve("config").toString()),
            frameworkProperty("felix.fileinstall.noInitialDelay").value("true"),
            frameworkProperty("gosh.args").value("--noshutdown --nointeractive"),
            systemPackages(),
            mavenBundle("org.junit.jupiter", "junit-jupiter-api", "5.14.4"),
            mavenBundle("org.junit.platform", "junit-platform-commons", "1.14.4"),
            mavenBundle("org.opentest4j", "opentest4j", "1.3.0")));
        properties.stringPropertyNames().stream().filter(key -> key.startsWith(START) || key.startsWith(INSTALL)).sorted().forEach(key -> {
            int level = Integer.parseInt(key.substring(key.lastIndexOf('.') + 1));
            for (String location : properties.getProperty(key).replace("\"", "").trim().split("\\s+")) {
                String jar = location.replace("reference:file:${hypr.dist}", HOME.toString());
                UrlProvisionOption bundle = bundle(Path.of(jar).toUri().toString()).startLevel(level);
                options.add(key.startsWith(START) ? bundle : bundle.noStart());
            }
        });
        return options.toArray(Option[]::new);
    }

    /** What the framework offers beside its own packages, as in the product. */
    static Option systemPackages() throws IOException {
        return composite(CoreOptions.systemPackages(properties().getProperty("org.osgi.framework.system.packages.extra").split(",(?=[a-z])")),
            // Pax Exam's own bundles log by SLF4J: let them have that of the class path.
            CoreOptions.systemPackages("org.slf4j;version=1.7.36", "org.slf4j.spi;version=1.7.36", "org.slf4j.helpers;version=1.7.36"));
    }

    private static Option property(String name, Path value) {
        return frameworkProperty(name).value(value.toString());
    }

    private static Properties properties() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(HOME.resolve("lib/framework.properties"))) {
            properties.load(reader);
        }
        return properties;
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
