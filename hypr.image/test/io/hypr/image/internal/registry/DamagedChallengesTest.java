package io.hypr.image.internal.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Headers of registries, changed at random. */
@Timeout(60)
class DamagedChallengesTest {

    private static final String WHOLE = "Bearer realm=\"https://auth.example/token\",service=\"registry.example\",scope=\"repository:a/b:pull\"";

    @Test
    void changedOnesAreUnderstoodOrNot() {
        Random random = new Random(20_261_129);
        int understood = 0;
        for (int round = 0; round < 50_000; round++) {
            StringBuilder damaged = new StringBuilder(WHOLE);
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged.setCharAt(random.nextInt(damaged.length()), "\"\\,= \tZ\0é".charAt(random.nextInt(9)));
            }
            understood += Challenge.parse(damaged.toString()).isPresent() ? 1 : 0;
        }
        assertTrue(understood > 10_000 && understood < 50_000, understood + " understood");
    }

    @Test
    void longOnesTakeNoDepth() {
        String text = "a\\\"b".repeat(100_000);
        assertEquals(text.replace("\\", ""), Challenge.parse("Bearer realm=\"" + text + "\"").orElseThrow().parameters().get("realm"));
        assertTrue(Challenge.parse("Basic realm=\"" + text).orElseThrow().parameters().isEmpty());
        assertFalse(Challenge.parse(" ".repeat(300_000)).isPresent());
    }
}
