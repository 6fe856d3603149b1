package io.hypr.shell.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.hypr.shell.internal.grammar.Words;

/** A line of comma-separated values (RFC 4180), as Docker writes several fields in one option: one with a comma in it stands in double quotes. */
final class CsvLine {

    private final Words words;
    private final String option;
    private final String text;
    private int at;

    private CsvLine(Words words, String option, String text) {
        this.words = words;
        this.option = option;
        this.text = text;
    }

    /**
     * @param words what was typed, for the error
     * @param option whose value it is, without its dashes
     * @param text the value
     * @return its fields without their quotes, at least one
     */
    static List<String> fields(Words words, String option, String text) {
        if (text.isEmpty()) {
            throw words.invalid(option, text, "EOF");
        }
        return new CsvLine(words, option, text).fields();
    }

    private List<String> fields() {
        List<String> all = new ArrayList<>();
        all.add(field());
        while (at < text.length() && text.charAt(at) == ',') {
            at++;
            all.add(field());
        }
        return all;
    }

    private String field() {
        return at < text.length() && text.charAt(at) == '"' ? quoted() : plain();
    }

    private String plain() {
        int begin = at;
        while (!endsAt(at)) {
            if (text.charAt(at) == '"') {
                throw wrong("bare \" in non-quoted-field");
            }
            at++;
        }
        return text.substring(begin, at);
    }

    private String quoted() {
        StringBuilder field = new StringBuilder();
        for (at++; at < text.length(); at++) {
            if (text.charAt(at) != '"') {
                field.append(text.charAt(at));
            } else if (text.startsWith("\"\"", at)) {
                field.append('"');
                at++;
            } else if (endsAt(at + 1)) {
                at++;
                return field.toString();
            } else {
                break;
            }
        }
        throw wrong("extraneous or missing \" in quoted-field");
    }

    private boolean endsAt(int place) {
        return place == text.length() || text.charAt(place) == ',' || text.charAt(place) == '\n';
    }

    /** Columns are counted in octets, from 1. */
    private RuntimeException wrong(String why) {
        int column = text.substring(0, at).getBytes(StandardCharsets.UTF_8).length + 1;
        return words.invalid(option, text, "parse error on line 1, column " + column + ": " + why);
    }
}
