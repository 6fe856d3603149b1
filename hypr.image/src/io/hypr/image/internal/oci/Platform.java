package io.hypr.image.internal.oci;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * What an image runs on, in the words of Go: {@code linux/arm64/v8}.
 *
 * @param os operating system
 * @param architecture of the processor
 * @param variant of the architecture, or empty
 */
public record Platform(String os, String architecture, String variant) {

    private static final Pattern ARCHITECTURES = Pattern.compile("386|i386|x86.64|a(md|arch|rm).*|ppc.*|mips.*|riscv.*|s390.*|sparc.*|loong64|wasm",
        Pattern.CASE_INSENSITIVE);
    private static final Pattern FORM = Pattern.compile("([a-z0-9]+)/([a-z0-9_]+)(?:/([a-z0-9.]+))?");

    /**
     * @param text such as {@code linux/amd64}, or one of the two alone; null = the host's
     * @return the platform
     * @throws HyprException {@code INVALID} if the text is malformed
     */
    public static Platform parse(String text) {
        if (text == null) {
            return of("linux", System.getProperty("os.arch"), "");
        }
        String host = System.getProperty("os.arch");
        String both = text.indexOf('/') >= 0 ? text : ARCHITECTURES.matcher(text).matches() ? "linux/" + text : text + "/" + of("linux", host, "").architecture;
        Matcher m = FORM.matcher(both.toLowerCase(Locale.ROOT));
        if (!m.matches()) {
            throw new HyprException(ErrorCode.INVALID, "'" + text + "' is not a platform.")
                    .remedy("Write it as operating system and architecture: linux/amd64, linux/arm64/v8.");
        }
        return of(m.group(1), m.group(2), m.group(3) == null ? "" : m.group(3));
    }

    /**
     * @param node an object with the fields os, architecture and variant
     * @return the platform
     */
    public static Platform of(JsonNode node) {
        return of(node.path("os").asText(""), node.path("architecture").asText(""), node.path("variant").asText(""));
    }

    private static Platform of(String os, String architecture, String variant) {
        String a = switch (architecture) {
            case "x86_64", "x86-64" -> "amd64";
            case "aarch64" -> "arm64";
            case "i386" -> "386";
            default -> architecture;
        };
        boolean common = a.equals("arm64") && (variant.equals("v8") || variant.equals("8")) || a.equals("amd64") && variant.equals("v1");
        return new Platform(os, a, common ? "" : variant);
    }

    /**
     * @param other what an image runs on
     * @return whether images for that run on this: the same variant, or none asked for
     */
    public boolean accepts(Platform other) {
        return os.equals(other.os) && architecture.equals(other.architecture)
                && (variant.isEmpty() ? !architecture.equals("amd64") || other.variant.isEmpty() : variant.equals(other.variant));
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
