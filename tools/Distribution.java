import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import aQute.bnd.build.Container;
import aQute.bnd.build.Project;
import aQute.bnd.build.Run;
import aQute.bnd.osgi.Domain;

/**
 * Lays out the product that a run descriptor describes, as Felix's own launcher starts it:
 * {@code bundles/}, {@code lib/} with the class path, {@code lib/framework.properties}, native libraries
 * in {@code lib/native/}, and all that lies in {@code home/} beside the descriptor.
 */
final class Distribution {

    private static final String PROPERTIES = "lib/framework.properties";

    /** Libraries that would unpack themselves into a temporary directory at every start. */
    private static final Map<String, String> NATIVE = Map.of(
        "org.xerial.sqlite-jdbc", "org/sqlite/native/Linux/x86_64/libsqlitejdbc.so",
        "com.github.luben.zstd-jni", "linux/amd64/libzstd-jni-[0-9.-]*\\.so");

    private final Path home;
    private final Set<Path> written = new TreeSet<>();

    private Distribution(Path home) {
        this.home = home;
    }

    /** Writes the product into a folder, and removes there what does not belong to it (any more). */
    static boolean write(Project project, File descriptor, Path home) throws Exception {
        try (Run run = Run.createRun(project.getWorkspace(), descriptor)) {
            new Distribution(home).write(run);
            project.getInfo(run);
        }
        return project.isOk();
    }

    private void write(Run run) throws Exception {
        Files.createDirectories(home.resolve("bundles"));
        Files.createDirectories(home.resolve("lib/native"));
        List<Path> classPath = new ArrayList<>();
        for (File file : files(run.getRunFw())) {
            classPath.add(copy(file, "lib"));
        }
        Set<String> packages = new TreeSet<>();
        for (File file : files(run.getRunpath())) {
            classPath.add(copy(file, "lib"));
            Domain.domain(file).getExportPackage().forEach((name, attributes) ->
                packages.add(name + ";version=\"" + attributes.getVersion() + "\""));
        }
        Map<String, StringBuilder> levels = new TreeMap<>();
        for (Container bundle : run.getRunbundles()) {
            for (File file : files(List.of(bundle))) {
                Path copy = copy(file, "bundles");
                String act = Boolean.parseBoolean(bundle.getAttributes().get("lazy")) ? "install." : "start.";
                levels.computeIfAbsent(act + bundle.getAttributes().getOrDefault("startlevel", "1"), l -> new StringBuilder())
                    .append(" \\\n    \"reference:file:${hypr.dist}/").append(copy).append('"');
                unpackNative(bundle.getBundleSymbolicName(), file);
            }
        }
        Path fixed = run.getBase().toPath().resolve("home");
        copyTree(fixed);
        StringBuilder text = new StringBuilder(Files.readString(fixed.resolve(PROPERTIES)));
        text.append("\n# From ").append(run.getPropertiesFile().getName()).append(".\norg.osgi.framework.system.packages.extra=")
                .append(String.join(",", packages)).append('\n');
        levels.forEach((level, bundles) -> text.append("felix.auto.").append(level).append('=').append(bundles).append('\n'));
        write(PROPERTIES, text.toString());
        write("lib/classpath", classPath.stream().map(Path::toString).collect(Collectors.joining("\n", "", "\n")));
        sweep("bundles");
        sweep("lib");
    }

    private static List<File> files(Collection<Container> containers) throws Exception {
        List<File> files = new ArrayList<>();
        for (Container container : containers) {
            if (container.getError() != null) {
                throw new IllegalStateException(container.getError());
            }
            container.contributeFiles(files, container.getProject());
        }
        return files;
    }

    /** Copies what every distribution holds as it is. */
    private void copyTree(Path from) throws IOException {
        List<Path> files;
        try (Stream<Path> tree = Files.walk(from)) {
            files = tree.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            if (!file.endsWith(PROPERTIES)) {
                copy(file, home.resolve(from.relativize(file).toString()));
            }
        }
    }

    private Path copy(File file, String folder) throws IOException {
        Path target = home.resolve(folder).resolve(file.getName());
        copy(file.toPath(), target);
        return home.relativize(target);
    }

    private void copy(Path file, Path target) throws IOException {
        written.add(target);
        if (!Files.exists(target) || Files.mismatch(file, target) >= 0) {
            Files.createDirectories(target.getParent());
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private void unpackNative(String name, File jar) throws IOException {
        String pattern = NATIVE.get(name);
        if (pattern == null) {
            return;
        }
        try (ZipFile zip = new ZipFile(jar)) {
            ZipEntry entry = zip.stream().filter(e -> e.getName().matches(pattern)).findFirst()
                .orElseThrow(() -> new IllegalStateException(jar.getName() + " holds no " + pattern));
            String library = Path.of(entry.getName()).getFileName().toString().replaceFirst("-[0-9].*\\.so", ".so");
            Path target = home.resolve("lib/native").resolve(library);
            written.add(target);
            byte[] content = zip.getInputStream(entry).readAllBytes();
            if (!Files.exists(target) || !Arrays.equals(Files.readAllBytes(target), content)) {
                Files.write(target, content);
            }
        }
    }

    private void write(String file, String content) throws IOException {
        Path target = home.resolve(file);
        written.add(target);
        if (!Files.exists(target) || !Files.readString(target).equals(content)) {
            Files.writeString(target, content);
        }
    }

    /** Removes what an earlier build left in a folder; the cache of classes and the JVM's options are laid there later. */
    private void sweep(String folder) throws IOException {
        List<Path> old;
        try (Stream<Path> files = Files.walk(home.resolve(folder))) {
            old = files.filter(f -> !written.contains(f) && f.toString().matches(".*\\.(jar|so)")).toList();
        }
        for (Path file : old) {
            Files.delete(file);
        }
    }
}
