package io.hypr.vmm.hvf.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

import io.hypr.krun.HostProcess;
import io.hypr.krun.KrunRecord;
import io.hypr.krun.Platform;
import io.hypr.krun.RunDirectory;
import io.hypr.model.Availability;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * macOS: {@code hypr-krun} runs as the daemon's user, makes its sockets itself, and opens files by their names. Nothing here is native, so that it runs on
 * Linux as well, where it is tested.
 *
 * @param name of the backend
 * @param program hypr-krun
 * @param host tells whether microVMs can be started
 */
public record MacHost(String name, Path program, Supplier<Availability> host) implements Platform {

    static final String GPU = "gpu";
    static final String METAL = "metal";

    /** Octets of a unix socket's path on macOS, without the NUL; Linux has four more. */
    private static final int LONGEST_SOCKET = 103;
    /** The longest name of a socket below the run directory: that of a network interface. */
    private static final String LONGEST_NAME = "/s/net0";

    @Override
    public Set<String> facets() {
        return Set.of("pausable", "virtiofs");
    }

    @Override
    public Availability probe() {
        return host.get();
    }

    @Override
    public void check(VmPlan plan) {
        checkOptions(plan.options());
        if (!plan.devices().isEmpty()) {
            throw unsupported("cannot pass devices through");
        }
        if (!plan.jail().limits().processors().isEmpty()) {
            throw unsupported("cannot keep a microVM on the processors " + plan.jail().limits().processors() + ": macOS chooses them");
        }
        for (VmPlan.Nic nic : plan.nics()) {
            if (!nic.tap().startsWith("/")) {
                throw unsupported(nic.tap().isEmpty() ? "has no interfaces that lead nowhere"
                        : "attaches to sockets of datagrams, such as gvproxy's, and " + nic.tap() + " is none: macOS has no taps");
            }
        }
        for (VmPlan.Share share : plan.shares()) {
            if (Files.isRegularFile(share.source())) {
                throw unsupported("shares directories only, and " + share.source() + " is a file");
            }
            if (!Files.isDirectory(share.source())) {
                throw new HyprException(ErrorCode.NOT_FOUND, share.source() + ", which is to be shared with the microVM, is no directory.");
            }
        }
        int length = (plan.runDirectory().toAbsolutePath() + LONGEST_NAME).getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_SOCKET) {
            throw new HyprException(ErrorCode.INVALID, "The run directory " + plan.runDirectory() + " is too long a path for the sockets in it, by "
                    + (length - LONGEST_SOCKET) + " octets.").remedy("Set HYPR_RUN to a shorter path.");
        }
    }

    private void checkOptions(Map<String, String> options) {
        new TreeMap<>(options).forEach((option, value) -> {
            if (!option.equals(GPU)) {
                throw new HyprException(ErrorCode.INVALID, "The backend " + name + " has no option " + option + ".").remedy("It has gpu=metal only.");
            }
            if (!value.equals(METAL)) {
                throw new HyprException(ErrorCode.INVALID, "The option gpu of the backend " + name + " cannot be '" + value + "'.").remedy("It is metal.");
            }
        });
    }

    private HyprException unsupported(String words) {
        return new HyprException(ErrorCode.UNSUPPORTED, "The backend " + name + " " + words + ".").remedy("Ask for another backend with --vmm.");
    }

    /**
     * A program without a document does nothing but wait for one, and ends when nobody is left to bring it: whatever runs a guest is in the pid file, at
     * whatever moment this daemon is killed.
     */
    @Override
    public Process start(VmPlan plan, RunDirectory run) throws IOException {
        Files.createDirectory(run.own(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        String document = Documents.of(plan, run, System.getProperty("os.arch")).json();
        ProcessBuilder builder = new ProcessBuilder(program.toString(), "--name", run.path().toString()).directory(run.own().toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(plan.log().toFile()));
        builder.environment().clear();
        Process process = builder.start();
        MacProcess.note(process.toHandle(), run.pidFile());
        try (OutputStream input = process.getOutputStream()) {
            input.write(document.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Nobody reads it: the program has ended, and says why in its answer.
            process.onExit().join();
        }
        return process;
    }

    @Override
    public Optional<? extends HostProcess> find(RunDirectory run) {
        return MacProcess.of(run.pidFile());
    }

    @Override
    public void discard(RunDirectory run, KrunRecord record) {
        try (MacProcess noted = MacProcess.of(run.pidFile()).orElse(null)) {
            if (noted != null) {
                noted.kill();
            }
        }
        // The pid file may be gone: somebody emptied the run directory.
        MacProcess.named(program, run.path().toString()).forEach(MacProcess::kill);
        run.clear();
    }
}
