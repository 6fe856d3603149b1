import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import aQute.bnd.build.Container;
import aQute.bnd.build.Project;
import aQute.bnd.build.Workspace;
import aQute.service.reporter.Reporter;

/**
 * Compiles and bundles the projects of a bnd workspace, each after those it depends on, in one JVM: all of them, or those named and
 * what they need. A project whose inputs did not change is left alone; one that fails stops only those that depend on it.
 *
 * <pre>Build WORKSPACE [NAME...]</pre>
 */
public final class Build {

    private static final List<String> FLAGS = List.of("--release", "25", "-g", "-parameters", "-proc:none", "-encoding", "UTF-8",
        "-Xlint:all", "-Werror",
        // Text is put together by plain calls: what invokedynamic would make of it at each start is not kept by the JVM's cache of classes.
        "-XDstringConcat=inline");

    private final JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    private final Workspace workspace;
    private final String common;
    private final Map<Project, String> fingerprints = new LinkedHashMap<>();
    private final Set<Project> failed = new HashSet<>();

    private Build(Workspace workspace) throws IOException {
        this.workspace = workspace;
        Path root = workspace.getBase().toPath();
        this.common = Fingerprint.of(List.of(root.resolve("bnd.bnd"), root.resolve("cnf/build.bnd"), root.resolve("cnf/ext"),
            root.resolve("tools")), System.getProperty("java.vm.version"));
    }

    public static void main(String... args) throws Exception {
        Workspace.setDriver("bnd");
        boolean ok = false;
        try (Workspace workspace = Workspace.getWorkspace(new File(args[0]))) {
            workspace.addBasicPlugin(new OneDescriptor());
            Build build = new Build(workspace);
            for (Project project : build.order(List.of(args).subList(1, args.length))) {
                build.bring(project);
            }
            ok = told("cnf", workspace) && build.failed.isEmpty();
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.err.println("error: " + e.getMessage());
        }
        System.exit(ok ? 0 : 1);
    }

    private Collection<Project> order(List<String> names) throws Exception {
        Set<Project> order = new LinkedHashSet<>();
        if (names.isEmpty()) {
            for (Project project : workspace.getAllProjects()) {
                add(project, order, new LinkedHashSet<>());
            }
        }
        for (String name : names) {
            Project project = workspace.getProject(name);
            if (project == null) {
                throw new IllegalArgumentException("No project " + name + ": there is no " + name + "/bnd.bnd in " + workspace.getBase());
            }
            add(project, order, new LinkedHashSet<>());
        }
        return order;
    }

    private static void add(Project project, Set<Project> order, Set<Project> path) throws Exception {
        if (order.contains(project)) {
            return;
        }
        if (!path.add(project)) {
            throw new IllegalStateException("Projects need each other: " + path);
        }
        for (Project needed : needs(project)) {
            add(needed, order, path);
        }
        path.remove(project);
        order.add(project);
    }

    private static Collection<Project> needs(Project project) throws Exception {
        Set<Project> needs = new LinkedHashSet<>(project.getDependson());
        needs.addAll(project.getTestDependencies());
        needs.addAll(project.getBuildDependencies());
        needs.remove(project);
        return needs;
    }

    /** Builds one project, if its inputs changed since the last time. */
    private void bring(Project project) throws Exception {
        Collection<Project> needs = needs(project);
        List<String> missing = needs.stream().filter(failed::contains).map(Project::getName).toList();
        if (!missing.isEmpty()) {
            System.err.println("error: " + project.getName() + ": not built, since it needs " + String.join(", ", missing));
            failed.add(project);
            return;
        }
        Path base = project.getBase().toPath();
        String fingerprint = Fingerprint.of(List.of(base), common + needs.stream().map(fingerprints::get).collect(Collectors.joining()));
        fingerprints.put(project, fingerprint);
        Path mark = project.getTarget().toPath().resolve("fingerprint");
        if (Files.exists(mark) && Files.readString(mark).equals(fingerprint)) {
            return;
        }
        System.err.println("build " + project.getName());
        Files.deleteIfExists(mark);
        if (told(project.getName(), project) && compile(project) && bundle(project)) {
            Files.createDirectories(mark.getParent());
            Files.writeString(mark.resolveSibling("testpath"), path(testPath(project)));
            Files.writeString(mark, fingerprint);
        } else {
            failed.add(project);
        }
    }

    private boolean compile(Project project) throws Exception {
        List<File> buildPath = files(project.getBuildpath());
        return compile(project, project.getSourcePath(), project.getOutput(), buildPath)
            && compile(project, List.of(project.getTestSrc()), project.getTestOutput(), testPath(project));
    }

    private static List<File> testPath(Project project) throws Exception {
        Set<File> path = new LinkedHashSet<>();
        path.add(project.getTestOutput());
        path.add(project.getOutput());
        path.addAll(files(project.getTestpath()));
        path.addAll(files(project.getBuildpath()));
        return List.copyOf(path);
    }

    private boolean compile(Project project, Collection<File> sources, File output, List<File> classPath) throws IOException {
        Fingerprint.delete(output.toPath());
        List<Path> java = new ArrayList<>();
        for (File source : sources) {
            if (source.isDirectory()) {
                try (Stream<Path> tree = Files.walk(source.toPath())) {
                    tree.filter(f -> f.toString().endsWith(".java")).forEach(java::add);
                }
            }
        }
        Files.createDirectories(output.toPath());
        if (java.isEmpty()) {
            return true;
        }
        List<String> options = new ArrayList<>(FLAGS);
        options.addAll(List.of("-d", output.getPath(), "-cp", path(classPath)));
        try (StandardJavaFileManager manager = javac.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            if (javac.getTask(null, manager, null, options, null, manager.getJavaFileObjectsFromPaths(java)).call()) {
                return true;
            }
        }
        System.err.println("error: " + project.getName() + ": " + output.getName() + " does not compile");
        return false;
    }

    private static boolean bundle(Project project) throws Exception {
        project.build(false);
        boolean ok = told(project.getName(), project);
        for (File descriptor : project.getBase().listFiles((folder, name) -> name.endsWith(".bndrun"))) {
            String name = descriptor.getName().replace(".bndrun", "");
            ok = ok && Distribution.write(project, descriptor, project.getTarget().toPath().resolve(name));
        }
        return told(project.getName(), project) && ok;
    }

    private static List<File> files(Collection<Container> containers) throws Exception {
        List<File> files = new ArrayList<>();
        for (Container container : containers) {
            if (container.getError() == null) {
                container.contributeFiles(files, container.getProject());
            }
        }
        return files;
    }

    private static String path(Collection<File> files) {
        return files.stream().map(File::getAbsolutePath).collect(Collectors.joining(File.pathSeparator));
    }

    /** Prints what bnd complains about; a warning counts as an error. */
    private static boolean told(String name, Reporter reporter) {
        reporter.getWarnings().forEach(w -> System.err.println("error: " + name + ": warning: " + w));
        reporter.getErrors().forEach(e -> System.err.println("error: " + name + ": " + e));
        return reporter.getErrors().isEmpty() && reporter.getWarnings().isEmpty();
    }
}
