package io.hypr.vmm.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Groups in directories of our own; hypr-start is a script that says where they are and notes what it is asked. */
class ControlGroupsTest {

    @TempDir
    Path directory;
    private Path base;
    private ControlGroups groups;

    @BeforeEach
    void setUp() throws IOException {
        base = Files.createDirectories(directory.resolve("base"));
        groups = groups("v2 cpu,memory,pids " + base);
    }

    private ControlGroups groups(String bases) throws IOException {
        return new ControlGroups(starter(bases));
    }

    private Starter starter(String bases) throws IOException {
        Path program = directory.resolve("hypr-start");
        Files.writeString(program, "#!/bin/sh\necho \"$1\" >> " + directory.resolve("asked") + "\n"
                + "case $1 in --print-cgroup-base) printf '%s' '" + bases + "' ;; *) echo 'hypr-start: in use' >&2; exit 125 ;; esac\n");
        assertTrue(program.toFile().setExecutable(true));
        return new Starter(program);
    }

    private List<String> asked() throws IOException {
        return Files.readAllLines(directory.resolve("asked"));
    }

    private Path group(String name, String processes) throws IOException {
        Path group = Files.createDirectories(base.resolve(name));
        Files.writeString(group.resolve("cgroup.procs"), processes);
        return group;
    }

    @Test
    void whereTheyAreIsAskedOnce() throws IOException {
        group("vm", "7\n5\n");
        assertEquals(List.of(5L, 7L), groups.processes("vm"));
        assertEquals(List.of(), groups.processes("another"));
        Files.createDirectory(base.resolve("empty"));
        groups.remove("empty");
        groups.remove("empty");
        assertFalse(Files.exists(base.resolve("empty")));
        assertEquals(List.of("--print-cgroup-base"), asked());
    }

    @Test
    void aHostWithoutIsAskedAgain() throws IOException {
        ControlGroups none = groups("");
        assertEquals(List.of(), none.processes("vm"));
        assertEquals(List.of(), none.processes("vm"));
        assertEquals(List.of("--print-cgroup-base", "--print-cgroup-base"), asked());
    }

    @Test
    void whatCannotBeRemovedIsToldByHyprStart() throws IOException {
        group("vm", "");
        HyprException refusal = assertThrows(HyprException.class, () -> groups.remove("vm"));
        assertEquals(ErrorCode.CONFLICT, refusal.code());
        assertEquals("The control group vm cannot be removed: hypr-start: in use", refusal.getMessage());
    }

    @Test
    void whatRunsOfAMicroVmIsEnded() throws Exception {
        Process process = new ProcessBuilder("sleep", "1000").start();
        group("vm", process.pid() + "\n");
        groups.end(directory.resolve("no-pid-file"), "vm", directory.resolve("no-log"));
        assertEquals(128 + 9, process.waitFor());
    }

    @Test
    void limitsThatAreMissingAreNamed() throws IOException {
        assertEquals("", starter("v2 cpu,memory,pids /a").missingLimits());
        assertEquals("", starter("v1 cpu /a\nv1 memory,pids /b").missingLimits());
        assertEquals("VMM processes are not limited in memory, pids: this host has no control groups for that.", starter("v2 cpu /a").missingLimits());
        assertEquals("VMM processes have no control group of their own: ", starter("").missingLimits());
    }
}
