package io.hypr.shell.internal;

import java.util.List;
import java.util.Locale;
import java.util.Set;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Reads what follows {@code --platform} as Docker does: {@code linux}, {@code arm64}, {@code linux/arm64} or {@code linux/arm/v7}. */
public final class Platforms {

    private static final String COMPONENT = "^[A-Za-z0-9_.-]+$";
    private static final String SYSTEM = "^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.-]*)\\))?$";
    private static final Set<String> ALONE = Set.of("aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js",
        "linux", "macos", "nacl", "netbsd", "openbsd", "plan9", "solaris", "windows", "zos", "386", "i386", "amd64", "x86_64", "x86-64",
        "amd64p32", "arm", "armbe", "armhf", "armel", "arm64", "aarch64", "arm64be", "ppc", "ppc64", "ppc64le", "loong64", "mips",
        "mipsle", "mips64", "mips64le", "mips64p32", "mips64p32le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm");

    private Platforms() {
    }

    /**
     * @param text as it was typed
     * @throws HyprException {@code INVALID} in Docker's words if it names no platform
     */
    public static void check(String text) {
        List<String> parts = List.of(text.split("/", 4));
        if (text.contains("*")) {
            throw wrong("\"" + text + "\": wildcards not yet supported");
        }
        if (!parts.getFirst().matches(SYSTEM)) {
            throw wrong("\"" + parts.getFirst() + "\" is an invalid OS component of \"" + text + "\": OSAndVersion specifier component must match \""
                + SYSTEM.replace("\\", "\\\\") + "\"");
        }
        parts.stream().skip(1).filter(p -> !p.matches(COMPONENT)).findFirst().ifPresent(p -> {
            throw wrong("\"" + p + "\" is an invalid component of \"" + text + "\": platform specifier component must match \"" + COMPONENT + "\"");
        });
        if (parts.size() == 4) {
            throw wrong("\"" + text + "\": cannot parse platform specifier");
        }
        if (parts.size() == 1 && !ALONE.contains(text.toLowerCase(Locale.ROOT))) {
            throw wrong("\"" + text + "\": unknown operating system or architecture");
        }
    }

    private static HyprException wrong(String sentence) {
        return new HyprException(ErrorCode.INVALID, sentence + ": invalid argument");
    }
}
