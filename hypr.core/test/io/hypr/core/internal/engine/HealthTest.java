package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerInfo.Check;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerSpec.HealthCheck;
import io.hypr.image.ImageConfig;
import io.hypr.model.HyprException;

class HealthTest {

    private final ContainerInfo info = new ContainerInfo();
    private final HealthCheck how = new HealthCheck();

    @BeforeEach
    void starts() {
        info.started = Instant.ofEpochSecond(1000);
        info.health = new ContainerInfo.Health();
    }

    /** @return the status after a check, with a mark if it is another one */
    private String check(int second, int status) {
        boolean other = Health.add(info, how, new Check(info.started.plusSeconds(second), info.started.plusSeconds(second + 1), status, ""));
        return info.health.status + " " + info.health.failing + (other ? " !" : "");
    }

    @Test
    void threeFailuresInARowMakeItUnhealthyAndOneSuccessHealthy() {
        assertEquals("starting 1", check(1, 1));
        assertEquals("starting 2", check(2, -1));
        assertEquals("unhealthy 3 !", check(3, 1));
        assertEquals("unhealthy 4", check(4, 1));
        assertEquals("healthy 0 !", check(5, 0));
        assertEquals("healthy 1", check(6, 1));
        assertEquals(5, info.health.log.size());
        assertEquals(info.started.plusSeconds(2), info.health.log.getFirst().start());
    }

    @Test
    void failuresOfTheStartDoNotCountUntilItWasHealthy() {
        how.startPeriod = Duration.ofSeconds(10).toNanos();
        how.retries = 1;
        assertEquals("starting 0", check(9, 1));
        assertEquals("healthy 0 !", check(9, 0));
        assertEquals("unhealthy 1 !", check(9, 1));
        info.health = new ContainerInfo.Health();
        assertEquals("unhealthy 1 !", check(10, 1));
    }

    @Test
    void whatStartsIsCheckedMoreOften() {
        Instant soon = info.started.plusSeconds(1);
        Instant late = info.started.plusSeconds(10);
        assertEquals(Duration.ofSeconds(30).toNanos(), Health.interval(info, how, soon));
        how.startPeriod = Duration.ofSeconds(10).toNanos();
        assertEquals(Duration.ofSeconds(5).toNanos(), Health.interval(info, how, soon));
        how.startInterval = 7;
        how.interval = 8;
        assertEquals(List.of(7L, 8L), List.of(Health.interval(info, how, soon), Health.interval(info, how, late)));
        info.health.status = "healthy";
        assertEquals(8, Health.interval(info, how, soon));
    }

    private static ImageConfig image(ImageConfig.Healthcheck health) {
        return new ImageConfig("", Set.of(), List.of(), List.of(), List.of("x"), Set.of(), "", Map.of(), "", health, List.of());
    }

    private static ImageConfig.Healthcheck images(Duration interval, int retries) {
        return new ImageConfig.Healthcheck(List.of("CMD", "a"), interval, Duration.ZERO, Duration.ZERO, Duration.ZERO, retries);
    }

    private static ContainerSpec applied(HealthCheck asked, ImageConfig.Healthcheck images) {
        ContainerSpec spec = new ContainerSpec();
        spec.health = asked;
        Health.apply(spec, image(images));
        return spec;
    }

    @Test
    void whatIsNotAskedForIsAsTheImageSays() {
        ImageConfig.Healthcheck images = images(Duration.ofSeconds(3), 7);
        assertNull(applied(null, null).health);
        assertEquals(List.of("CMD", "a"), applied(null, images).health.test);
        how.interval = 5_000_000;
        ContainerSpec spec = applied(how, images);
        assertEquals(List.of(List.of("CMD", "a"), 5_000_000L, 7), List.of(spec.health.test, spec.health.interval, spec.health.retries));
        assertTrue(Health.wanted(spec));
    }

    @Test
    void noneAndNothingAreNotWatched() {
        HealthCheck none = new HealthCheck();
        none.test.add("NONE");
        assertFalse(Health.wanted(applied(none, images(Duration.ZERO, 0))));
        how.interval = 5_000_000;
        assertFalse(Health.wanted(applied(how, null)));
        how.interval = 5;
        assertEquals("Interval in Healthcheck cannot be less than 1ms", assertThrows(HyprException.class, () -> applied(how, null)).getMessage());
    }
}
