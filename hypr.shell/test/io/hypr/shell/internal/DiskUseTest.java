package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.image.Image;

class DiskUseTest {

    private static Image image(String id, List<String> layers, List<Long> sizes) {
        return new Image(id, List.of(id), List.of(), "linux/amd64", Instant.EPOCH, 111, layers, sizes, null, "", List.of());
    }

    @Test
    void imagesShareTheLayersThatTheyBothBeginWith() {
        Image base = image("base", List.of("a"), List.of(1L));
        Image one = image("one", List.of("a", "b", "c"), List.of(1L, 10L, 100L));
        Image two = image("two", List.of("a", "b", "x", "c"), List.of(1L, 10L, 5L, 100L));
        Image alone = image("alone", List.of("b", "a"), List.of(10L, 1L));
        List<Image> here = List.of(base, one, two, alone);
        assertEquals(1, DiskUse.shared(base, here));
        assertEquals(11, DiskUse.shared(one, here));
        assertEquals(11, DiskUse.shared(two, here));
        assertEquals(0, DiskUse.shared(alone, here));
        assertEquals(1, DiskUse.shared(one, List.of(one, base)));
    }

    @Test
    void withoutSizesOfLayersImagesShareAllOrNothing() {
        Image old = image("old", List.of("a", "b"), List.of());
        assertEquals(0, DiskUse.shared(old, List.of(old, image("other", List.of("a"), List.of(1L)))));
        assertEquals(111, DiskUse.shared(old, List.of(old, image("same", List.of("a", "b"), List.of(1L, 10L)))));
    }
}
