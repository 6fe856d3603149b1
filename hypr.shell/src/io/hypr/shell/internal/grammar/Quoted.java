package io.hypr.shell.internal.grammar;

import java.util.Map;

/** Text in double quotes as Go's {@code strconv.Quote} writes it, which is how Docker shows what was typed. */
public final class Quoted {

    private static final Map<Integer, String> ESCAPES = Map.of((int) '"', "\\\"", (int) '\\', "\\\\", 7, "\\a", (int) '\b', "\\b", (int) '\f', "\\f",
            (int) '\n', "\\n", (int) '\r', "\\r", (int) '\t', "\\t", 11, "\\v");

    private Quoted() {
    }

    /**
     * @param text any text
     * @return it in double quotes, all in one line
     */
    public static String of(String text) {
        StringBuilder all = new StringBuilder("\"");
        text.codePoints().forEach(c -> all.append(escaped(c)));
        return all.append('"').toString();
    }

    private static String escaped(int c) {
        if (ESCAPES.containsKey(c)) {
            return ESCAPES.get(c);
        }
        if (c < ' ' || c == 0x7F) {
            return String.format("\\x%02x", c);
        }
        return isPrintable(c) ? Character.toString(c) : String.format(c <= 0xFFFF ? "\\u%04x" : "\\U%08x", c);
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED, Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
