package io.hypr.vmm.hvf.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import io.hypr.model.Availability;

/**
 * Finds out whether this is a Mac on which the program can start microVMs. What it asks changes only when somebody installs something.
 *
 * @param system its name, as Java knows it
 * @param architecture its name, as Java knows it
 * @param commands asked for what Java does not know
 */
public record Mac(String system, String architecture, Commands commands) {

    static final String ENTITLEMENT = "com.apple.security.hypervisor";

    /** Runs commands of the system. */
    @FunctionalInterface
    interface Commands {

        /**
         * @param words of the command
         * @return what it printed on standard output and standard error
         * @throws IOException if there is no such command
         */
        String output(String... words) throws IOException;
    }

    /** @return the host */
    public static Mac here() {
        return new Mac(System.getProperty("os.name"), System.getProperty("os.arch"), words -> {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        });
    }

    /**
     * @param program hypr-krun
     * @return whether it can start microVMs, or the first thing that is in the way
     */
    public Availability probe(Path program) {
        if (!system.startsWith("Mac")) {
            return Availability.unsupported("It needs macOS, and this is " + system + ".", "On Linux the backend krun is the same program, on KVM.");
        }
        if (!architecture.equals("aarch64")) {
            return Availability.unsupported("It needs a Mac with Apple silicon, and this one's architecture is " + architecture + ".", "");
        }
        if (!Files.isExecutable(program)) {
            return Availability.unsupported("The program " + program + " is missing.", "Build it with krun/build.sh, or install HYPR again.");
        }
        try {
            if (!commands.output("/usr/sbin/sysctl", "-n", "kern.hv_support").strip().equals("1")) {
                return Availability.unsupported("This macOS has no Hypervisor.framework that works.", "In a virtual machine, enable nested virtualization.");
            }
            if (!commands.output("/usr/bin/codesign", "-d", "--entitlements", "-", "--xml", program.toString()).contains(ENTITLEMENT)) {
                return Availability.unsupported("The program " + program + " is not signed with the entitlement " + ENTITLEMENT + ".",
                        "Sign it: krun/sign.sh " + program);
            }
        } catch (IOException e) {
            return Availability.unknown("macOS cannot be asked about its hypervisor: " + e.getMessage());
        }
        return Availability.available();
    }
}
