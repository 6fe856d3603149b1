package io.hypr.shell.internal;

import java.util.LinkedHashMap;
import java.util.Map;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;

/** The health of a container as Docker shows it. */
public final class HealthView {

    private HealthView() {
    }

    /**
     * @param h a container's health
     * @return its view
     */
    public static Map<String, Object> of(ContainerInfo.Health h) {
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("Status", h.status);
        v.put("FailingStreak", h.failing);
        v.put("Log", h.log.stream().map(HealthView::check).toList());
        return v;
    }

    private static Map<String, Object> check(ContainerInfo.Check c) {
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("Start", Moments.nanos(c.start()));
        v.put("End", Moments.nanos(c.end()));
        v.put("ExitCode", c.exitCode());
        v.put("Output", c.output());
        return v;
    }

    /**
     * @param h how health is found out
     * @return its view, without what was not asked for
     */
    public static Map<String, Object> check(ContainerSpec.HealthCheck h) {
        Map<String, Object> v = new LinkedHashMap<>();
        put(v, "Test", h.test, !h.test.isEmpty());
        put(v, "Interval", h.interval, h.interval != 0);
        put(v, "Timeout", h.timeout, h.timeout != 0);
        put(v, "StartPeriod", h.startPeriod, h.startPeriod != 0);
        put(v, "StartInterval", h.startInterval, h.startInterval != 0);
        put(v, "Retries", h.retries, h.retries != 0);
        return v;
    }

    private static void put(Map<String, Object> view, String name, Object value, boolean asked) {
        if (asked) {
            view.put(name, value);
        }
    }

    /**
     * @param h a container's health; null = nobody looks after it
     * @return as {@code ps} has it after the status
     */
    static String suffix(ContainerInfo.Health h) {
        return h == null ? "" : h.status.equals("starting") ? " (health: starting)" : " (" + h.status + ")";
    }
}
