package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.Grammar;
import io.hypr.shell.internal.grammar.UsageException;

class PruningTest {

    private static Pruning pruning(boolean times, String... filters) {
        List<String> words = new ArrayList<>();
        for (String f : filters) {
            words.addAll(List.of("--filter", f));
        }
        return new Pruning(Grammar.of(Pruning.class, "container prune").parse(words), times);
    }

    @Test
    void allLabelsMustBeThereAndNoneOfTheOthers() {
        Pruning p = pruning(true, "label=a", "label=b=1", "label!=c");
        assertTrue(p.fits(Map.of("a", "x", "b", "1"), Instant.now()));
        assertFalse(p.fits(Map.of("a", "x", "b", "2"), Instant.now()));
        assertFalse(p.fits(Map.of("a", "x", "b", "1", "c", ""), Instant.now()));
        assertEquals("Total reclaimed space: 0B\n", p.total().text());
    }

    @Test
    void whatIsYoungerStays() {
        Pruning p = pruning(true, "until=1h");
        assertFalse(p.fits(Map.of(), Instant.now().minusSeconds(3000)));
        assertTrue(p.fits(Map.of(), Instant.now().minusSeconds(4000)));
    }

    @Test
    void filtersThatAreNoneAreRefused() {
        assertEquals("Invalid filter 'x'", assertThrows(HyprException.class, () -> pruning(true, "x=y")).getMessage());
        assertEquals("Invalid filter 'until'", assertThrows(HyprException.class, () -> pruning(false, "until=1h")).getMessage());
        assertThrows(HyprException.class, () -> pruning(true, "until=never"));
        assertThrows(UsageException.class, () -> pruning(true, "x"));
    }
}
