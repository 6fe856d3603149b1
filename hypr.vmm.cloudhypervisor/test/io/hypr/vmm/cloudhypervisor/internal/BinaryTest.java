package io.hypr.vmm.cloudhypervisor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Programs of several versions, as scripts. */
class BinaryTest {

    @TempDir
    Path directory;

    private Path program(String says) throws IOException {
        Path fresh = directory.resolve("new");
        Files.writeString(fresh, "#!/bin/sh\n[ \"$1\" = --version ] && echo '" + says + "'\n");
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Files.move(fresh, directory.resolve("cloud-hypervisor"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private String refusal(String name) {
        HyprException refusal = assertThrows(HyprException.class, () -> new Binary(directory.toString()).find(name));
        assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
        assertTrue(refusal.remedy().orElseThrow().contains("48 or newer"), refusal.remedy().orElseThrow());
        return refusal.getMessage();
    }

    @Test
    void itIsFoundOnThePathAndByItsOwn() throws IOException {
        Path program = program("cloud-hypervisor v54.0.0");
        assertEquals(new Binary.Found(program, "54.0.0"), new Binary("/nowhere:" + directory).find("cloud-hypervisor"));
        assertEquals(new Binary.Found(program, "54.0.0"), new Binary("/nowhere").find(program.toString()));
        program("cloud-hypervisor v48.0.0");
        assertEquals("48.0.0", new Binary(directory.toString()).find("cloud-hypervisor").version());
    }

    @Test
    void aLinkIsFollowed() throws IOException {
        Path program = program("cloud-hypervisor v54.0.0");
        Path link = Files.createSymbolicLink(Files.createDirectory(directory.resolve("bin")).resolve("cloud-hypervisor"), program);
        assertEquals(program.toRealPath(), new Binary(link.getParent().toString()).find("cloud-hypervisor").program());
    }

    @Test
    void anUpdateIsSeen() throws IOException {
        program("cloud-hypervisor v50.1");
        Binary binary = new Binary(directory.toString());
        assertEquals("50.1", binary.find("cloud-hypervisor").version());
        Files.setLastModifiedTime(program("cloud-hypervisor v51.0-dirty"), java.nio.file.attribute.FileTime.fromMillis(0));
        assertEquals("51.0-dirty", binary.find("cloud-hypervisor").version());
    }

    @Test
    void whatCannotBeUsedIsNamed() throws IOException {
        assertEquals("Cloud Hypervisor is missing: there is no program cloud-hypervisor.", refusal("cloud-hypervisor"));
        Path program = program("cloud-hypervisor v47.2.0");
        assertEquals("Cloud Hypervisor 47.2.0 at " + program + " is too old: HYPR needs 48 or newer.", refusal("cloud-hypervisor"));
        program("QEMU emulator version 7.2.22");
        assertEquals("The program " + program + " does not say its version as Cloud Hypervisor does.", refusal("cloud-hypervisor"));
    }
}
