package io.hypr.shell.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.hypr.image.Image;
import io.hypr.image.ImageConfig;

/** An image as {@code docker inspect} shows it. */
public final class ImageView {

    private ImageView() {
    }

    /**
     * @param i an image
     * @return its view: maps, lists and values
     */
    public static Map<String, Object> of(Image i) {
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("Id", i.id());
        v.put("RepoTags", i.tags());
        v.put("RepoDigests", i.digests());
        v.put("Created", Moments.nanos(i.created()));
        v.put("Author", i.author());
        v.put("Config", config(i.config()));
        String[] platform = i.platform().split("/");
        v.put("Architecture", platform.length > 1 ? platform[1] : "");
        v.put("Os", platform[0]);
        v.put("Size", i.size());
        v.put("RootFS", new LinkedHashMap<>(Map.of("Type", "layers", "Layers", i.layers())));
        return v;
    }

    private static Map<String, Object> config(ImageConfig c) {
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("User", c.user());
        v.put("ExposedPorts", set(c.exposedPorts()));
        v.put("Env", c.env());
        v.put("Cmd", c.cmd().isEmpty() ? null : c.cmd());
        v.put("Volumes", set(c.volumes()));
        v.put("WorkingDir", c.workingDir());
        v.put("Entrypoint", c.entrypoint().isEmpty() ? null : c.entrypoint());
        v.put("Labels", c.labels().isEmpty() ? null : c.labels());
        if (!c.stopSignal().isEmpty()) {
            v.put("StopSignal", c.stopSignal());
        }
        if (c.healthcheck() != null) {
            v.put("Healthcheck", Map.of("Test", c.healthcheck().test()));
        }
        return v;
    }

    private static Object set(java.util.Set<String> names) {
        if (names.isEmpty()) {
            return null;
        }
        Map<String, Object> v = new LinkedHashMap<>();
        List.copyOf(names).stream().sorted().forEach(n -> v.put(n, Map.of()));
        return v;
    }
}
