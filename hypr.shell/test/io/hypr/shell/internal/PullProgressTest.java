package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

class PullProgressTest {

    private int columns = 111;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private String run(boolean terminal, boolean quiet) {
        try (PullProgress p = new PullProgress(new PrintStream(bytes, false, StandardCharsets.UTF_8), terminal, quiet, () -> columns)) {
            p.step("", "latest: Pulling from library/nginx", 0, 0);
            p.step("", "latest: Pulling from library/nginx", 0, 0);
            p.step("aaaaaaaaaaaa", "Pulling fs layer", 0, 0);
            p.step("bbbbbbbbbbbb", "Pulling fs layer", 0, 0);
            p.step("aaaaaaaaaaaa", "Downloading", 500, 1000);
            p.step("aaaaaaaaaaaa", "Downloading", 600, 1000);
            p.step("aaaaaaaaaaaa", "Pull complete", 0, 0);
            p.step("bbbbbbbbbbbb", "Already exists", 0, 0);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aPipeGetsALineForEachStep() {
        assertEquals("""
                latest: Pulling from library/nginx
                aaaaaaaaaaaa: Pulling fs layer
                bbbbbbbbbbbb: Pulling fs layer
                aaaaaaaaaaaa: Pull complete
                bbbbbbbbbbbb: Already exists
                """, run(false, false));
    }

    @Test
    void quietPrintsNothing() {
        assertEquals("", run(true, true));
    }

    @Test
    void aTerminalShowsALineForEachLayer() {
        String text = run(true, false);
        assertTrue(text.contains("\u001b[2A\r\u001b[2Kaaaaaaaaaaaa: Downloading [=========================>                        ]     500B/1kB"), text);
        assertEquals("latest: Pulling from library/nginx\naaaaaaaaaaaa: Pull complete\nbbbbbbbbbbbb: Already exists\n", screen(text));
    }

    @Test
    void aNarrowTerminalHasNoRoomForABar() {
        columns = 110;
        assertTrue(run(true, false).contains("aaaaaaaaaaaa: Downloading     500B/1kB"));
    }

    /** What a terminal shows in the end: knows just the sequences that are used. */
    private static String screen(String text) {
        java.util.List<StringBuilder> rows = new java.util.ArrayList<>(java.util.List.of(new StringBuilder()));
        int row = 0;
        int column = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\u001b') {
                int end = i + 2;
                while (!Character.isLetter(text.charAt(end))) {
                    end++;
                }
                int n = Integer.parseInt(text.substring(i + 2, end));
                switch (text.charAt(end)) {
                    case 'A' -> row -= n;
                    case 'B' -> row += n;
                    case 'K' -> rows.get(row).setLength(0);
                    default -> throw new AssertionError("unknown sequence");
                }
                i = end;
            } else if (c == '\r') {
                column = 0;
            } else if (c == '\n') {
                row++;
                column = 0;
                if (row == rows.size()) {
                    rows.add(new StringBuilder());
                }
            } else {
                StringBuilder b = rows.get(row);
                b.replace(column, Math.min(b.length(), column + 1), String.valueOf(c));
                column++;
            }
        }
        return String.join("\n", rows);
    }
}
