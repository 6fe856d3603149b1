package io.hypr.core.internal.engine;

import java.util.Map;

/** Error numbers of Linux in the words that C programs and Docker have for them. */
final class Errno {

    private static final Map<Integer, String> TEXTS = Map.ofEntries(Map.entry(1, "operation not permitted"), Map.entry(2, "no such file or directory"),
        Map.entry(3, "no such process"), Map.entry(5, "input/output error"), Map.entry(7, "argument list too long"), Map.entry(8, "exec format error"),
        Map.entry(11, "resource temporarily unavailable"), Map.entry(12, "cannot allocate memory"), Map.entry(13, "permission denied"),
        Map.entry(16, "device or resource busy"), Map.entry(17, "file exists"), Map.entry(19, "no such device"), Map.entry(20, "not a directory"),
        Map.entry(21, "is a directory"), Map.entry(22, "invalid argument"), Map.entry(28, "no space left on device"), Map.entry(30, "read-only file system"),
        Map.entry(36, "file name too long"), Map.entry(40, "too many levels of symbolic links"), Map.entry(114, "operation already in progress"));

    private Errno() {
    }

    static String text(int errno) {
        return TEXTS.getOrDefault(errno, "error " + errno);
    }
}
