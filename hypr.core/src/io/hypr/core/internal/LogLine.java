package io.hypr.core.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** How an entry of the log stands in the file. */
public final class LogLine {

    private LogLine() {
    }

    /**
     * @param time when
     * @param level such as {@code warn}
     * @param bundle who says it
     * @param message what
     * @param failure why; may be null
     * @param debug whether the stack trace is wanted even of what was foreseen
     * @return a line, and the lines of a stack trace after it
     */
    public static String of(Instant time, String level, String bundle, String message, Throwable failure, boolean debug) {
        StringBuilder out = new StringBuilder();
        out.append(time.truncatedTo(ChronoUnit.MILLIS)).append(' ').append(String.format("%-5s", level)).append(' ').append(bundle).append(": ").append(oneLine(message));
        String before = message == null ? "" : message;
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String said = t instanceof HyprException ? t.getMessage() : t.toString();
            if (said != null && !before.contains(said)) {
                out.append(" <- ").append(oneLine(said));
                before = said;
            }
        }
        out.append('\n');
        if (failure != null && (debug || !isForeseen(failure))) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace, true));
            trace.toString().lines().forEach(l -> out.append("    ").append(l).append('\n'));
        }
        return out.toString();
    }

    private static boolean isForeseen(Throwable failure) {
        return failure instanceof HyprException e && e.code() != ErrorCode.INTERNAL || failure instanceof java.io.IOException;
    }

    private static String oneLine(String text) {
        return text == null ? "" : text.replace("\r", "\\r").replace("\n", "\\n");
    }
}
