package io.hypr.vmm.qemu.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that greet as QEMU does, and can do more or less. */
class HostTest {

    private static final String GREETING = "echo '{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 1, \"minor\": 2, \"major\": 9}}}}'\n"
            + "read -r first; read -r second\n";

    @TempDir
    Path directory;

    private Path library;

    @BeforeEach
    void install() throws IOException {
        library = Files.createDirectory(directory.resolve("li,brary"));
        Files.createFile(library.resolve("hypr-qemu.so"));
    }

    private Host.Traits traits(String script, Path from) throws IOException {
        Path program = directory.resolve("qemu");
        Files.writeString(program, "#!/bin/sh\n" + script + GREETING);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return new Host("/nowhere", from).traits(program.toString());
    }

    @Test
    void aQemuThatRunsWithTheLibraryGetsIt() throws IOException {
        String words = "case \"$*\" in *\" -plugin file=" + directory + "/li,,brary/hypr-qemu.so\"*) ;; *) exit 1 ;; esac\n";
        Host.Traits found = traits(words + "[ \"$LD_PRELOAD\" = hypr-qemu.so ] && [ \"$LD_LIBRARY_PATH\" = " + library + " ] || exit 1\n", library);
        assertEquals(library, found.library());
        assertEquals("9.2.1", found.version());
    }

    @Test
    void anyOtherRunsWithoutIt() throws IOException {
        Host.Traits found = traits("case \"$*\" in *-plugin*) exit 1 ;; esac\n[ -z \"$LD_PRELOAD\" ] || exit 1\n", library);
        assertNull(found.library());
        assertEquals("9.2.1", found.version());
    }

    @Test
    void whereTheLibraryIsNotInstalledNothingIsTried() throws IOException {
        assertNull(traits("case \"$*\" in *-plugin*) exit 1 ;; esac\n", directory.resolve("none")).library());
    }
}
