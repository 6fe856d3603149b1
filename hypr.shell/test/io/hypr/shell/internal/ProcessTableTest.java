package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.hypr.engine.Insides.Process;
import io.hypr.engine.Insides.Processes;
import io.hypr.model.HyprException;

class ProcessTableTest {

    private static final Processes TWO = new Processes(1000, 1 << 20, Map.of(0, "root"), List.of(
        new Process(1, 0, 0, 0, 'S', 1, 1, 0, false, 100, 0, 0, 1, 4 << 20, 104_858, "sh", "sh -c x"),
        new Process(7, 1, 101, 5, 'R', 1, 7, 34817, true, 366_100, 90_000, 5, 2, 1024, 0, "worker", "worker 1")));

    private static String print(String... options) {
        return ProcessTable.of(List.of(options)).print(TWO);
    }

    @Test
    void chosenColumnsHavePssHeaders() {
        assertEquals("PID                 USER                TIME                STAT                COMMAND\n"
            + "1                   root                00:00:01            Ss                  sh\n"
            + "7                   101                 01:01:01            RNl+                worker\n", print("-o", "pid,user,time,stat,comm"));
        assertEquals("PID                 NAME\n1                   sh\n7                   worker\n", print("-eo", "pid,comm=NAME"));
        assertEquals("PID                 TTY                 ELAPSED\n1                   ?                   16:40\n"
            + "7                   pts/1               01:40\n",
            print("-opid,tty,etime"));
    }

    @Test
    void wholeFormatsHaveTheirColumns() {
        assertTrue(print().startsWith("UID                 PID                 PPID                C "), print());
        assertEquals(print(), print("-ef"));
        assertTrue(print("aux").contains("%CPU                %MEM                VSZ                 RSS"), print("aux"));
        assertTrue(print("aux").contains("4096                102 "), print("aux"));
    }

    @Test
    void whatIsNotKnownIsRefused() {
        assertEquals("Couldn't find PID field in ps output", assertThrows(HyprException.class, () -> print("-o", "comm")).getMessage());
        assertThrows(HyprException.class, () -> print("-o", "pid,nonsense"));
        assertThrows(HyprException.class, () -> print("--sort", "x"));
        assertThrows(HyprException.class, () -> print("-o"));
    }
}
