package io.hypr.image.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** The configuration with the PID {@link #PID}. The readme says what each key means. */
@interface Settings {

    /** The PID. */
    String PID = "io.hypr.image";

    /** @return mirrors, each {@code registry=address}, in the order in which they are asked */
    String[] registry_mirrors() default {};

    /** @return host and port of registries that may be without encryption or with unknown certificates */
    String[] registry_insecure() default {};

    /** @return layers that are brought at the same time */
    int downloads() default 3;

    /** @return attempts in a row that bring nothing new */
    int attempts() default 4;

    /** @return milliseconds before the second attempt; doubled before each further one */
    int retry_delay() default 500;

    /** @return seconds that an answer, or the next part of one, may take */
    int patience() default 30;

    /** @return octets that all layers of an image may have, unpacked: 64 GiB */
    long maximum_size() default 64L << 30;

    /** @return how many times its packed size a layer of more than 1 GiB may have, unpacked */
    int maximum_expansion() default 200;

    /** @return files that a layer may have */
    int maximum_files() default 4_000_000;

    /** Keys and what belongs to them. */
    final class Keys {

        private static final Set<String> KNOWN =
                Set.of("registry.mirrors", "registry.insecure", "downloads", "attempts", "retry.delay", "patience", "maximum.size",
                "maximum.expansion", "maximum.files");

        private Keys() {
        }

        /**
         * @param properties of a component with this configuration
         * @throws HyprException {@code INVALID} if there is one that means nothing, which is a misspelt one in most cases
         */
        static void check(Map<String, ?> properties) {
            Set<String> unknown = new TreeSet<>(properties.keySet());
            unknown.removeIf(key -> KNOWN.contains(key) || key.startsWith(".") || key.startsWith("service.")
                    || key.startsWith("component.") || key.startsWith("osgi.ds.") || key.startsWith("felix.")
                    || key.startsWith("osgi.") || key.startsWith("hypr."));
            if (!unknown.isEmpty()) {
                throw new HyprException(ErrorCode.INVALID, "The configuration " + PID + " has unknown keys: " + String.join(", ", unknown) + ".")
                        .remedy("Known are " + String.join(", ", new TreeSet<>(KNOWN)) + ".");
            }
        }

        /**
         * @param texts values of a key, each may hold several, separated by commas or blanks, as in a file of properties
         * @return the values
         */
        static List<String> split(String... texts) {
            List<String> values = new ArrayList<>();
            for (String text : texts) {
                for (String value : text.split("[,\\s]+")) {
                    if (!value.isEmpty()) {
                        values.add(value);
                    }
                }
            }
            return values;
        }
    }
}
