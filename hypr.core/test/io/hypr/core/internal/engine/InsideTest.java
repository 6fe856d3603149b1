package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.engine.Insides.Change;
import io.hypr.engine.Insides.Process;
import io.hypr.engine.Insides.Processes;
import io.hypr.engine.Insides.Usage;

class InsideTest {

    private static String said(String... fields) {
        return String.join("\0", fields) + "\0";
    }

    @Test
    void directoriesAboveChangesAreChangesAndWhatTheStartMakesIsNone() {
        List<Change> changes = InsideService.compared(
            said("P/etc", "A/etc/hosts", "A/dev", "T/bin", "D/bin/vi", "P/usr", "P/usr/lib", "A/usr/lib/x", "C/home"));
        assertEquals(List.of("C /bin", "D /bin/vi", "C /home", "C /usr", "C /usr/lib", "A /usr/lib/x"),
            changes.stream().map(c -> c.kind() + " " + c.path()).toList());
        assertEquals(List.of(), InsideService.compared(said("T/etc", "A/etc/hosts", "A/etc/hostname")));
        assertEquals(List.of(), InsideService.compared(""));
    }

    @Test
    void processesHaveTheNumbersOfTheContainer() {
        String stat = "77 (a b) c) S 55 77 77 34816 77 4194304 1 0 0 0 150 50 0 0 20 0 3 0 200 4096000 10 1";
        Processes all = InsideService.processes(said("100.5 3", "MemTotal:  1024 kB\n", "root:x:0:0::/:/bin/sh\nweb:x:101:101::/:", "1", "0", "0",
            "55 (sh) S 0 55 55 0 -1 0 0 0 0 0 0 0 0 0 25 5 1 0 100 0 0", "sh -c x", "2", "101", "101", stat, "", "3", "0", "0", "", "").split("\0", -1));
        assertEquals(100.5, all.uptime());
        assertEquals(1 << 20, all.memory());
        assertEquals("web", all.users().get(101));
        assertEquals(2, all.list().size(), "one has ended meanwhile");
        assertEquals(new Process(2, 1, 101, 101, 'S', 2, 2, 34816, true, 200, 200, 0, 3, 4096000, 40960, "a b) c", "[a b) c]"), all.list().get(1));
    }

    @Test
    void usageIsReadFromControlGroupNetworksAndDisks() {
        Usage u = InsideService.usage(said("12.5 1", "MemTotal: 2048 kB\nMemAvailable: 1024 kB\n", "usage_usec 77\nuser_usec 1",
            "anon 1\ninactive_file 1000\n", "5000\n", "3\n", "Inter-|\n    lo: 9 0 0 0 0 0 0 0 9\n  eth0: 100 1 0 0 0 0 0 0 200 2\n",
            "254 0 vda 1 0 2 0 0 0 4 0\n254 16 vdb 1 0 3 0 0 0 5 0\n").split("\0", -1));
        assertEquals(new Usage(77, 4000, 2 << 20, 3, 100, 200, 5 * 512, 9 * 512, 12_500_000_000L), u);
    }

    @Test
    void memoryWithoutAControllerIsThatOfTheMachine() {
        Usage u = InsideService.usage(said("1 1", "MemTotal: 2048 kB\nMemAvailable: 1024 kB\n", "", "", "", "", "", "").split("\0", -1));
        assertEquals(1 << 20, u.memory());
    }
}
