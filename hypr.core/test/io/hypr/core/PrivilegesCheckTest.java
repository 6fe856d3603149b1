package io.hypr.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.Availability;

class PrivilegesCheckTest {

    @TempDir
    Path directory;

    private Availability check(String status) throws IOException {
        return new PrivilegesCheck(Files.writeString(directory.resolve("status"), status)).check();
    }

    @Test
    void whatIsMissingIsNamedWithItsPurpose() throws IOException {
        assertTrue(check("Name:\thyprd\nCapPrm:\t0000000000000000\nCapEff:\t000001ffffffffff\n").isAvailable());
        Availability.Unsupported none = assertInstanceOf(Availability.Unsupported.class, check("CapEff:\t0000000000000000\n"));
        for (String part : new String[] {"CAP_CHOWN", "CAP_SETUID", "CAP_NET_ADMIN (networks", "CAP_SYS_ADMIN"}) {
            assertTrue(none.reason().contains(part), none.reason());
        }
        assertEquals("Run hyprd as root.", none.remedy());
        Availability.Unsupported one = assertInstanceOf(Availability.Unsupported.class, check("CapEff:\t000001ffffffefff\n"));
        assertEquals("Containers cannot be started without CAP_NET_ADMIN (networks and published ports).", one.reason());
    }

    @Test
    void whatCannotBeReadIsUnknown() throws IOException {
        assertInstanceOf(Availability.Unknown.class, check("Name:\thyprd\n"));
        assertInstanceOf(Availability.Unknown.class, check("CapEff:\tnumbers\n"));
        assertInstanceOf(Availability.Unknown.class, new PrivilegesCheck(directory.resolve("none")).check());
    }
}
