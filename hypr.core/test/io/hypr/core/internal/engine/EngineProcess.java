package io.hypr.core.internal.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;

/**
 * An engine in a process of its own, for tests that kill it: {@code BASE SOCKET [create WORD...]}. Says a line when it is open, and lives
 * until it is killed or its input ends.
 */
final class EngineProcess {

    private EngineProcess() {
    }

    public static void main(String... args) throws IOException {
        Engine engine = Fakes.engine(Path.of(args[0]), Path.of(args[1]), point -> { }, null);
        engine.open();
        String said = "open";
        if (args.length > 2) {
            ContainerService containers = new ContainerService(() -> engine);
            said = containers.create(Fakes.spec(List.of(args).subList(3, args.length).toArray(String[]::new))).id;
            containers.start(said);
        }
        System.out.println(said);
        new BufferedReader(new InputStreamReader(System.in)).readLine();
    }

    /** Starts one and waits until it is open. Its library of SQLite goes to the test's directory: it will be killed and cannot remove it. */
    static Process start(Path base, Path socket, String... words) throws IOException {
        List<String> command = new java.util.ArrayList<>(
                List.of(ProcessHandle.current().info().command().orElseThrow(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            "-Xmx64m", "-Dorg.sqlite.tmpdir=" + socket.toAbsolutePath().getParent(), "--enable-native-access=ALL-UNNAMED",
            "-cp", System.getProperty("java.class.path"), EngineProcess.class.getName(), base.toString(), socket.toString()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
