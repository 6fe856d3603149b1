package io.hypr.vmm.hvf.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import io.hypr.model.Availability;

/** What stands in the way of microVMs, and is said. */
class MacTest {

    private static final Path PROGRAM = Path.of("/bin/sh");

    /** A Mac that answers with what it is given. */
    private static Mac mac(String support, String entitlements) {
        return new Mac("Mac OS X", "aarch64", words -> switch (words[0]) {
            case "/usr/sbin/sysctl" -> support;
            case "/usr/bin/codesign" -> words[words.length - 1].equals(PROGRAM.toString()) ? entitlements : "";
            default -> throw new IOException("no such command: " + words[0]);
        });
    }

    private static String reason(Availability found) {
        return assertInstanceOf(Availability.Unsupported.class, found).reason();
    }

    @Test
    void aMacWithASignedProgramWorks() {
        assertTrue(mac("1\n", "<key>" + Mac.ENTITLEMENT + "</key><true/>").probe(PROGRAM).isAvailable());
    }

    @Test
    void whatIsMissingIsSaid() {
        assertEquals("It needs macOS, and this is Linux.", reason(new Mac("Linux", "amd64", words -> "").probe(PROGRAM)));
        assertEquals("It needs a Mac with Apple silicon, and this one's architecture is x86_64.",
            reason(new Mac("Mac OS X", "x86_64", words -> "").probe(PROGRAM)));
        assertEquals("The program /no/such/hypr-krun is missing.", reason(mac("1", "").probe(Path.of("/no/such/hypr-krun"))));
        assertEquals("This macOS has no Hypervisor.framework that works.", reason(mac("0\n", "").probe(PROGRAM)));
        assertEquals(Availability.unsupported("The program /bin/sh is not signed with the entitlement com.apple.security.hypervisor.",
            "Sign it: krun/sign.sh /bin/sh"), mac("1\n", "/bin/sh: code object is not signed at all\n").probe(PROGRAM));
    }

    @Test
    void whatCannotBeAskedIsUnknown() {
        Mac mac = new Mac("Mac OS X", "aarch64", words -> {
            throw new IOException("no such command: " + words[0]);
        });
        assertEquals(Availability.unknown("macOS cannot be asked about its hypervisor: no such command: /usr/sbin/sysctl"), mac.probe(PROGRAM));
    }

    @Test
    void thisHostIsAskedInTheSameWay() {
        Availability found = Mac.here().probe(Path.of("/no/such/hypr-krun"));
        String system = System.getProperty("os.name");
        assertEquals(system.startsWith("Mac") ? "The program /no/such/hypr-krun is missing." : "It needs macOS, and this is " + system + ".", reason(found));
    }
}
