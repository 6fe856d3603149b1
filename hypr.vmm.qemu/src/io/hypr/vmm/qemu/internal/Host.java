package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** What this host offers to QEMU. Measured when first asked; QEMU is asked again when its file changed. Safe for use by several threads. */
public final class Host {

    private static final Pattern BOGOMIPS = Pattern.compile("(?m)^bogomips\\s*: (\\d+)\\.(\\d\\d)$");
    private static final Duration ASK_LIMIT = Duration.ofSeconds(10);
    private static final int OLDEST = 7;
    private static final String PACKAGE = "Install it, on Debian with: apt-get install qemu-system-x86";

    private final String searchPath;
    private final QemuLibrary library;
    private Traits known;
    private FileTime knownChange;

    /**
     * Looks for programs where the environment says.
     *
     * @param library directory of {@code hypr-qemu.so}; where there is none QEMU does without
     */
    public Host(Path library) {
        this(System.getenv().getOrDefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), library);
    }

    Host(String searchPath, Path library) {
        this.searchPath = searchPath;
        this.library = new QemuLibrary(library);
    }

    /**
     * What was measured.
     *
     * @param binary of QEMU, absolute
     * @param version of QEMU, as {@code 7.2.22}
     * @param ioUring whether QEMU can use io_uring here
     * @param vhost whether the host's kernel can move packets by itself
     * @param tscKhz frequency of the time stamp counter; 0 = not known
     * @param library directory of {@code hypr-qemu.so}, with which this QEMU has been seen to run; null if it does not
     */
    public record Traits(Path binary, String version, boolean ioUring, boolean vhost, long tscKhz, Path library) {
    }

    /**
     * Asks QEMU what it is.
     *
     * @param binary name or path of QEMU
     * @return what it and the host offer
     * @throws HyprException {@code UNSUPPORTED} if it is missing, too old, or does not run
     */
    public synchronized Traits traits(String binary) {
        Path program = find(binary).orElseThrow(
                () -> new HyprException(ErrorCode.UNSUPPORTED, "QEMU is missing: there is no program " + binary + ".").remedy(PACKAGE));
        try {
            FileTime change = Files.getLastModifiedTime(program);
            if (known == null || !known.binary().equals(program) || !change.equals(knownChange)) {
                known = examine(program);
                knownChange = change;
            }
            return known;
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The program " + program + " cannot be examined.", e);
        }
    }

    /** Begins with all that QEMU may be able to do: it is asked once where it can. */
    private Traits examine(Path program) throws IOException {
        boolean allowed = ioUringAllowed();
        for (boolean with : library.exists() ? new boolean[] { true, false } : new boolean[1]) {
            for (boolean ioUring : allowed ? new boolean[] { true, false } : new boolean[1]) {
                Optional<String> version = ask(program, ioUring, with);
                if (version.isPresent()) {
                    checkVersion(program, version.get());
                    return new Traits(program, version.get(), ioUring, Files.exists(Path.of("/dev/vhost-net")),
                            tscKhz(Files.readString(Path.of("/proc/cpuinfo"))), with ? library.directory() : null);
                }
            }
        }
        throw new HyprException(ErrorCode.UNSUPPORTED, "The program " + program + " does not answer as QEMU does.").remedy(PACKAGE);
    }

    private Optional<Path> find(String name) {
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

    /**
     * Starts QEMU without a machine, and with a file opened by io_uring and our library if asked for; takes the version from its greeting. Empty if it
     * does not come that far.
     */
    private Optional<String> ask(Path program, boolean ioUring, boolean withLibrary) {
        List<String> words = new ArrayList<>(
                List.of(program.toString(), "-machine", "none", "-nodefaults", "-no-user-config", "-display", "none", "-qmp", "stdio"));
        if (ioUring) {
            words.addAll(List.of("-blockdev", "driver=file,node-name=probe,read-only=on,aio=io_uring,filename=" + program.toString().replace(",", ",,")));
        }
        if (withLibrary) {
            words.addAll(List.of("-plugin", library.plugin()));
        }
        try {
            ProcessBuilder builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(withLibrary ? library.environment() : Map.of());
            Process process = builder.start();
            process.onExit().orTimeout(ASK_LIMIT.toMillis(), TimeUnit.MILLISECONDS).exceptionally(e -> process.destroyForcibly());
            try (var questions = process.outputWriter(); var answer = process.inputReader(StandardCharsets.UTF_8)) {
                questions.write("{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"quit\"}\n");
                questions.flush();
                String greeting = answer.readLine();
                process.waitFor();
                if (greeting == null || process.exitValue() != 0) {
                    return Optional.empty();
                }
                JsonNode version = new ObjectMapper().readTree(greeting).path("QMP").path("version").path("qemu");
                return version.has("major") ? Optional.of(version.path("major").asInt() + "." + version.path("minor")
                        .asInt() + "." + version.path("micro").asInt()) : Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty(); // It is said above, with the program's name, that it does not answer.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while asking QEMU for its version.", e);
        }
    }

    private static void checkVersion(Path program, String version) {
        if (Integer.parseInt(version.substring(0, version.indexOf('.'))) < OLDEST) {
            throw new HyprException(ErrorCode.UNSUPPORTED,
                    "QEMU " + version + " at " + program + " is too old: HYPR needs " + OLDEST + ".0 or newer.").remedy(PACKAGE);
        }
    }

    /** Kernels before 6.6 have no such switch, and before 5.12 they count rings against the limit on locked memory, which is small. */
    private static boolean ioUringAllowed() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/io_uring_disabled")).strip().equals("0");
        } catch (IOException e) {
            Matcher kernel = Pattern.compile("(\\d+)\\.(\\d+).*").matcher(System.getProperty("os.version"));
            return kernel.matches() && Integer.parseInt(kernel.group(1)) * 1000 + Integer.parseInt(kernel.group(2)) >= 5012;
        }
    }

    /**
     * The frequency that the host's kernel found out. BogoMIPS are twice the time stamp counter's MHz where the kernel waits by that counter; "cpu MHz" would
     * be the clock of the moment.
     */
    static long tscKhz(String cpuinfo) {
        Matcher bogomips = BOGOMIPS.matcher(cpuinfo);
        if (!cpuinfo.contains(" constant_tsc") || !bogomips.find()) {
            return 0;
        }
        return (Long.parseLong(bogomips.group(1)) * 100 + Long.parseLong(bogomips.group(2))) * 5;
    }
}
