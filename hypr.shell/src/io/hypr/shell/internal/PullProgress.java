package io.hypr.shell.internal;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;

import io.hypr.model.Progress;
import io.hypr.shell.internal.format.Human;

/** Shows how a pull goes on: on a terminal a line for each layer that is drawn over, elsewhere a line for each step that is new. */
public final class PullProgress implements Progress, AutoCloseable {

    private static final int BAR = 50;
    /** On a terminal of fewer columns Docker leaves out the bar; in one that is wrapped, the lines of others would be drawn over. */
    private static final int ROOM = 110;
    private static final long INTERVAL = 100_000_000;

    private final PrintStream out;
    private final boolean terminal;
    private final boolean quiet;
    private final IntSupplier columns;
    private final Map<String, Line> lines = new LinkedHashMap<>();

    private static final class Line {
        private final int row;
        private String action = "";
        private long drawn;

        Line(int row) {
            this.row = row;
        }
    }

    /**
     * @param out where it is shown
     * @param terminal whether that is a terminal
     * @param quiet whether nothing is shown
     * @param columns of the terminal now; 0 = unknown
     */
    public PullProgress(PrintStream out, boolean terminal, boolean quiet, IntSupplier columns) {
        this.out = out;
        this.terminal = terminal;
        this.quiet = quiet;
        this.columns = columns;
    }

    @Override
    public synchronized void step(String item, String action, long done, long total) {
        if (quiet) {
            return;
        }
        if (item.isEmpty()) {
            if (!lines.containsKey(item + action)) {
                lines.put(item + action, new Line(lines.size()));
                out.println(action);
                out.flush();
            }
            return;
        }
        Line line = lines.get(item);
        boolean fresh = line == null;
        if (fresh) {
            line = new Line(lines.size());
            lines.put(item, line);
        }
        boolean changed = !action.equals(line.action);
        long now = System.nanoTime();
        if (!changed && (!terminal || now - line.drawn < INTERVAL)) {
            return;
        }
        line.action = action;
        line.drawn = now;
        String text = item + ": " + action + (terminal && total > 0 ? " " + bar(done, total) : "");
        if (!terminal) {
            if (!action.equals("Downloading") && !action.equals("Extracting")) {
                out.println(text);
            }
        } else if (fresh) {
            out.print(text + "\r\n");
        } else {
            int up = lines.size() - line.row;
            out.print("\u001b[" + up + "A\r\u001b[2K" + text + "\r\u001b[" + up + "B");
        }
        out.flush();
    }

    private String bar(long done, long total) {
        int full = (int) (BAR * Math.min(done, total) / total);
        String head = full < BAR ? "=".repeat(full) + ">" + " ".repeat(BAR - full - 1) : "=".repeat(BAR);
        int room = columns.getAsInt();
        return "%s%8s/%s".formatted(room > 0 && room <= ROOM ? "" : "[" + head + "] ", Human.exactSize(done), Human.exactSize(total));
    }

    /** Leaves the lines as they are. */
    public synchronized void finish() {
        out.flush();
    }

    @Override
    public void close() {
        finish();
    }
}
