package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Finds Cloud Hypervisor and its version. Asked when first needed, and again when its file changed. Safe for use by several threads. */
public final class Binary {

    /** The oldest version whose API has what is used here. */
    static final int OLDEST = 48;

    private static final Pattern VERSION = Pattern.compile("(?m)^cloud-hypervisor v?((\\d+)\\.\\S+)");
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String INSTALL = "Install cloud-hypervisor " + OLDEST
            + " or newer on the PATH of hyprd, or name it with the setting 'binary' of io.hypr.vmm.cloudhypervisor.";

    private final String searchPath;
    private Found known;
    private FileTime knownChange;

    /** Looks for programs where the environment says. */
    public Binary() {
        this(System.getenv().getOrDefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
    }

    Binary(String searchPath) {
        this.searchPath = searchPath;
    }

    /**
     * A Cloud Hypervisor that can be used.
     *
     * @param program its path, absolute
     * @param version as {@code 54.0.0}
     */
    public record Found(Path program, String version) {

        boolean isAtLeast(int major) {
            return Integer.parseInt(version.substring(0, version.indexOf('.'))) >= major;
        }
    }

    /**
     * Finds it.
     *
     * @param name or path
     * @return where it is, and which it is
     * @throws HyprException {@code UNSUPPORTED} if it is missing, too old, or does not run
     */
    public synchronized Found find(String name) {
        Path found = look(name).orElseThrow(
            () -> new HyprException(ErrorCode.UNSUPPORTED, "Cloud Hypervisor is missing: there is no program " + name + ".").remedy(INSTALL));
        try {
            Path program = found.toRealPath(); // Its user can often reach the program, but not a link to it in somebody's home.
            FileTime change = Files.getLastModifiedTime(program);
            if (known == null || !known.program().equals(program) || !change.equals(knownChange)) {
                known = new Found(program, version(program));
                knownChange = change;
            }
            return known;
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The program " + found + " cannot be examined.", e).remedy(INSTALL);
        }
    }

    private Optional<Path> look(String name) {
        if (name.contains("/")) {
            return Optional.of(Path.of(name)).filter(Files::isExecutable).map(Path::toAbsolutePath);
        }
        for (String directory : searchPath.split(":")) {
            Path program = Path.of(directory).resolve(name).toAbsolutePath();
            if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    private static String version(Path program) {
        String words = ask(program);
        Matcher version = VERSION.matcher(words);
        if (!version.find()) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The program " + program + " does not say its version as Cloud Hypervisor does.").remedy(INSTALL);
        }
        if (Integer.parseInt(version.group(2)) < OLDEST) {
            throw new HyprException(ErrorCode.UNSUPPORTED,
                "Cloud Hypervisor " + version.group(1) + " at " + program + " is too old: HYPR needs " + OLDEST + " or newer.").remedy(INSTALL);
        }
        return version.group(1);
    }

    private static String ask(Path program) {
        try {
            Process process = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
            process.getOutputStream().close();
            process.onExit().orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS).exceptionally(e -> process.destroyForcibly());
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return ""; // It is said above, with the program's name, that it does not answer.
        }
    }
}
