package io.hypr.shell.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.Fakes;

class ItemTest {

    record Pair(String left, int right) {
    }

    private static Object field(Object item, String name) {
        return ((Item) item)._main(new String[] {name});
    }

    @Test
    void fieldsOfATransferObjectAreRead() {
        ContainerInfo c = Fakes.container("web", ContainerState.RUNNING);
        c.spec.labels.put("com.example/tier", "front");
        Object item = Item.of(c);
        assertEquals("web", field(item, "name"));
        assertEquals("running", field(item, "state"));
        assertEquals(List.of("sh", "-c", "echo hello there everybody"), field(item, "argv"));
        assertEquals("front", field(field(field(item, "spec"), "labels"), "com.example/tier"));
        assertNull(field(field(field(item, "spec"), "labels"), "absent"));
        assertTrue(item.toString().contains("\"name\":\"web\""));
    }

    @Test
    void unknownFieldsAreRefusedByName() {
        InputException e = assertThrows(InputException.class, () -> field(Item.of(new Pair("a", 1)), "middle"));
        assertTrue(e.getMessage().contains("middle") && e.remedy().orElseThrow().contains("left, right"));
        assertEquals(1, field(Item.of(new Pair("a", 1)), "right"));
    }
}
