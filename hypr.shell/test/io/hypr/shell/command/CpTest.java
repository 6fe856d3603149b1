package io.hypr.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import io.hypr.model.HyprException;
import io.hypr.shell.command.Cp.Place;
import io.hypr.shell.command.Cp.Target;
import io.hypr.shell.internal.grammar.InputException;

class CpTest {

    @Test
    void aContainerComesBeforeAColonUnlessThePathIsOfTheHost() {
        assertEquals(new Place("web", "/x:y"), Place.of("web:/x:y"));
        assertEquals(new Place(null, "/a:b"), Place.of("/a:b"));
        assertEquals(new Place(null, "./a:b"), Place.of("./a:b"));
        assertEquals(new Place(null, "-"), Place.of("-"));
        assertEquals("/b", Place.of("c:a/../b/.").clean());
        assertEquals("/x", Place.of("c:../../x").clean());
        assertThrows(HyprException.class, () -> Place.of("c:").clean());
    }

    @Test
    void whereSomethingGoesDependsOnWhatIsThere() {
        assertEquals(new Target("/d", "f"), Target.of("f", false, "/d", false, true, true));
        assertEquals(new Target("/d", "g"), Target.of("f", false, "/d/g", false, false, false));
        assertEquals(new Target("/d", "g"), Target.of("f", false, "/d/g", false, true, false));
        assertEquals(new Target("/d", "g"), Target.of("dir", true, "/d/g", true, false, false));
        assertEquals(new Target("/d", "."), Target.of(".", true, "/d", false, true, true));
    }

    @Test
    void whatCannotBeIsRefusedAsDockerDoes() {
        assertEquals("cannot copy directory", assertThrows(InputException.class, () -> Target.of("d", true, "/f", false, true, false)).getMessage());
        assertEquals("no such directory", assertThrows(InputException.class, () -> Target.of("f", false, "/new", true, false, false)).getMessage());
        assertEquals("not a directory", assertThrows(InputException.class, () -> Target.of("f", false, "/f", true, true, false)).getMessage());
    }
}
