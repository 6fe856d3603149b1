package io.hypr.core.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import io.hypr.model.HyprException;

/** How an entry of the log stands in the file. */
public final class LogLine {

    private static final String OURS = HyprException.class.getName() + ": ";

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
        out.append(time.truncatedTo(ChronoUnit.MILLIS)).append(' ').append(String.format("%-5s", level)).append(' ').append(bundle)
                .append(": ").append(oneLine(message));
        String before = message == null ? "" : message;
        Throwable root = failure;
        for (Throwable t = failure; t != null; root = t, t = t.getCause()) {
            String said = said(t);
            if (!before.contains(said)) {
                out.append(" <- ").append(oneLine(said));
                before = said;
            }
        }
        out.append('\n');
        if (failure != null && (debug || !isForeseen(root))) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace, true));
            trace.toString().lines().forEach(l -> out.append("    ").append(l).append('\n'));
        }
        return out.toString();
    }

    /** Felix hands exceptions on in a wrapper of its own, whose text is all that is left of them. */
    private static String text(Throwable t) {
        return t.toString().replace("org.apache.felix.log.LogException: ", "");
    }

    private static String said(Throwable t) {
        String text = text(t);
        return text.startsWith(OURS) ? text.substring(OURS.length()) : text;
    }

    /** What was foreseen began as an error of ours, or of input and output. */
    private static boolean isForeseen(Throwable root) {
        String text = text(root);
        return text.startsWith(OURS) || text.startsWith("java.io.") || text.startsWith("java.nio.file.") || root instanceof java.io.IOException;
    }

    private static String oneLine(String text) {
        return text == null ? "" : text.replace("\r", "\\r").replace("\n", "\\n");
    }
}
