package io.hypr.vmm.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.model.Availability;

class SharesCheckTest {

    private static final Path OURS = Path.of("/opt/hypr/bin/hypr-virtiofsd");
    private static final Path QEMUS = Path.of("/usr/lib/qemu/virtiofsd");

    private static Availability.Unsupported lacking(Path... programs) {
        return assertInstanceOf(Availability.Unsupported.class, SharesCheck.judge(List.of(programs)));
    }

    @Test
    void oursIsAllThatIsNeeded() {
        assertEquals(Availability.available(), SharesCheck.judge(List.of(OURS, QEMUS)));
    }

    @Test
    void qemusIsNamedWithItsLimit() {
        assertTrue(lacking(QEMUS).reason().contains("/usr/lib/qemu/virtiofsd, to which"), lacking(QEMUS).reason());
        assertTrue(lacking(QEMUS).remedy().contains("./dev build virtiofsd"));
    }

    @Test
    void withoutAnyQemuDoesIt() {
        assertTrue(lacking().reason().contains("by 9p"));
    }
}
