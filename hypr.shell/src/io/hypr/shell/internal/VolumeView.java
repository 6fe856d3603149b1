package io.hypr.shell.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

import io.hypr.engine.Volumes.Volume;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** A volume as {@code docker volume inspect} shows it. */
public final class VolumeView {

    private VolumeView() {
    }

    /**
     * @param v a volume
     * @return its view: maps and values
     */
    public static Map<String, Object> of(Volume v) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("CreatedAt", Moments.nanos(v.created));
        view.put("Driver", v.driver);
        view.put("Labels", v.labels);
        view.put("Mountpoint", v.mountpoint);
        view.put("Name", v.name);
        view.put("Options", v.options.isEmpty() ? null : new TreeMap<>(v.options));
        view.put("Scope", "local");
        return view;
    }

    /**
     * @param v a volume
     * @param filter {@code name=value}
     * @return whether it fits
     */
    public static boolean fits(Volume v, String filter) {
        String[] parts = filter.split("=", 2);
        String value = parts.length == 2 ? parts[1] : "";
        return switch (parts[0]) {
            case "name" -> v.name != null && v.name.contains(value);
            case "driver" -> value.equals(v.driver);
            case "label" -> ContainerFilters.label(v.labels, value);
            case "dangling" -> v.containers.isEmpty() == switch (value) {
                case "true", "1" -> true;
                case "false", "0" -> false;
                default -> throw new HyprException(ErrorCode.INVALID, "Invalid filter 'dangling=[" + value + "]'").remedy("It is true or false.");
            };
            default -> throw new HyprException(ErrorCode.INVALID, "Invalid filter '" + parts[0] + "'").remedy("Filters are name, driver, label and dangling.");
        };
    }
}
