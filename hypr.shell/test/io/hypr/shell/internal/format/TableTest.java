package io.hypr.shell.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.shell.internal.ContainerTable;
import io.hypr.shell.internal.Fakes;

/**
 * Layout as docker 28.2.2 has it: {@code docker create --name hyprsh2 IMAGE true; docker create --name hyprsh1 -l com.ex.shelf-life=long IMAGE sh -c
 * 'echo a quite long command line'; docker ps -a}.
 */
class TableTest {

    private static List<ContainerInfo> containers() {
        ContainerInfo a = Fakes.container("hyprsh2", ContainerState.CREATED);
        a.id = "3ca62e526d76".repeat(6).substring(0, 64);
        a.image = "127.0.0.1:5000/library/busybox";
        a.argv = List.of("true");
        a.created = Instant.now();
        ContainerInfo b = Fakes.container("hyprsh1", ContainerState.CREATED);
        b.id = "414795a2fda9".repeat(6).substring(0, 64);
        b.image = a.image;
        b.argv = List.of("sh", "-c", "echo a quite long command line");
        b.created = a.created;
        b.spec.labels.put("com.ex.shelf-life", "long");
        return List.of(a, b);
    }

    @Test
    void columnsAreAsWideAsDockers() {
        assertEquals("""
                CONTAINER ID   IMAGE                            COMMAND                  CREATED                  STATUS    PORTS     NAMES
                3ca62e526d76   127.0.0.1:5000/library/busybox   "true"                   Less than a second ago   Created             hyprsh2
                414795a2fda9   127.0.0.1:5000/library/busybox   "sh -c 'echo a quite…"   Less than a second ago   Created             hyprsh1
                """, ContainerTable.list(containers(), "table", false).text());
        assertEquals("CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n", ContainerTable.list(List.of(), "table", false).text());
    }

    @Test
    void aMethodHasItsArgumentForAHeader() {
        assertEquals("""
                NAMES     shelf life
                hyprsh2  \s
                hyprsh1   long
                """, ContainerTable.list(containers(), "table {{.Names}}\\t{{.Label \"com.ex.shelf-life\"}}", false).text());
        assertEquals("NAMES IMAGE\nhyprsh2 127.0.0.1:5000/LIBRARY/BUSYBOX\nhyprsh1 127.0.0.1:5000/LIBRARY/BUSYBOX\n",
                ContainerTable.list(containers(), "table {{.Names}} {{upper .Image}}", false).text());
    }

    @Test
    void jsonHasFieldsInOrderAndNoMethods() {
        for (String format : List.of("json", "{{json .}}", "{{ json . }}")) {
            String text = ContainerTable.list(containers().subList(0, 1), format, true).text();
            assertTrue(text.startsWith("{\"") && text.endsWith("}\n") && text.contains("\"Names\":\"hyprsh2\""), text);
            assertTrue(!text.contains("\"Label\""), text);
        }
    }
}
