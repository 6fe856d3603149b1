package io.hypr.shell.internal.format;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * How a command that lists things prints them: fields by name with the headers that Docker gives them, a default choice of fields, and {@code --format}.
 *
 * @param <T> what is listed
 */
public final class Table<T> {

    private static final int GAP = 3;
    private static final int NARROWEST = 10;

    private static final String WRONG = "template parsing error: ";

    private final String type;
    private final String parsing;
    private final String executing;
    private final List<String> raw = new ArrayList<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, Function<T, ?>> fields = new LinkedHashMap<>();
    private final Set<String> methods = new HashSet<>();

    /** Makes a table that Docker has not. */
    public Table() {
        this("interface {}");
    }

    /** @param type what Docker's words for a field that is none call the things, such as {@code *formatter.imageContext} */
    public Table(String type) {
        this(type, WRONG, WRONG);
    }

    /**
     * @param type what Docker's words for a field that is none call the things
     * @param parsing said before what makes a template malformed
     * @param executing said before what the things have not that it names
     */
    public Table(String type, String parsing, String executing) {
        this.type = type;
        this.parsing = parsing;
        this.executing = executing;
    }

    /**
     * Adds a line to the format {@code raw}.
     *
     * @param name what stands before the field
     * @param field its name
     * @return this table
     */
    public Table<T> raw(String name, String field) {
        raw.add(name + ": {{." + field + "}}\n");
        return this;
    }

    /**
     * Adds a field.
     *
     * @param name as in {@code {{.Name}}}
     * @param header of its column
     * @param value how it is found
     * @return this table
     */
    public Table<T> field(String name, String header, Function<T, ?> value) {
        headers.put(name, header);
        fields.put(name, value);
        return this;
    }

    /**
     * Adds a field that takes an argument, as {@code {{.Label "name"}}} does.
     *
     * @param name of the field
     * @param value how it is found
     * @return this table
     */
    public Table<T> method(String name, BiFunction<T, String, String> value) {
        methods.add(name);
        fields.put(name, item -> (Function<Object, Object>) argument -> value.apply(item, String.valueOf(argument)));
        return this;
    }

    /**
     * Formats things.
     *
     * @param items the things
     * @param format {@code json}, {@code table TEMPLATE}, a template, {@code raw}, or {@code table}, which nothing at all means too
     * @param otherwise names of the fields that {@code table} shows
     * @return the listing
     */
    public Listing<T> list(List<T> items, String format, List<String> otherwise) {
        List<Map<String, Object>> rows = items.stream().map(this::row).toList();
        if (format.equals("json") || format.equals("{{json .}}")) {
            StringBuilder out = new StringBuilder();
            rows.forEach(r -> out.append(Json.compact(new TreeMap<>(r))).append('\n'));
            return new Listing<>(items, out.toString());
        }
        if (format.equals("table") || format.isEmpty()) {
            return new Listing<>(items, columns(parse(template(otherwise)), rows));
        }
        if (format.startsWith("table ")) {
            return new Listing<>(items, columns(parse(unescape(format.substring("table ".length()))), rows));
        }
        Template t = parse(format.equals("raw") && !raw.isEmpty() ? String.join("", raw) : unescape(format));
        if (!parsing.equals(WRONG)) {
            t.render(heads()); // What names a field that is none is wrong, whether there is anything to list or not.
        }
        StringBuilder out = new StringBuilder();
        rows.forEach(r -> out.append(t.render(r)).append('\n'));
        return new Listing<>(items, out.toString());
    }

    /** A field that is a method, such as {{.Label "com.example.shelf-life"}}, has its argument for a header, as Docker writes it. */
    private Map<String, Object> heads() {
        Map<String, Object> all = Fields.typed(type, headers);
        methods.forEach(name -> all.put(name, (Function<Object, Object>) argument -> {
            String text = String.valueOf(argument);
            return text.substring(text.lastIndexOf('.') + 1).replace('-', ' ').replace('_', ' ');
        }));
        return all;
    }

    /**
     * @param items the things
     * @return a map of all fields for each, for templates
     */
    public List<Map<String, Object>> rows(List<T> items) {
        return items.stream().map(i -> {
            Map<String, Object> row = new TreeMap<>(row(i));
            row.keySet().removeAll(methods);
            return row;
        }).toList();
    }

    private Map<String, Object> row(T item) {
        Map<String, Object> row = Fields.typed(type, Map.of());
        fields.forEach((name, value) -> row.put(name, value.apply(item)));
        return row;
    }

    private Template parse(String format) {
        return Template.parse(format, parsing, executing);
    }

    private static String template(List<String> names) {
        return String.join("\t", names.stream().map(n -> "{{." + n + "}}").toList());
    }

    /** Turns the two characters {@code \t} and {@code \n}, as they come from a shell, into what they stand for. */
    static String unescape(String format) {
        return format.replace("\\t", "\t").replace("\\n", "\n");
    }

    private String columns(Template template, List<Map<String, Object>> rows) {
        List<String[]> lines = new ArrayList<>();
        lines.add(template.render(heads()).split("\t", -1));
        rows.forEach(r -> lines.add(template.render(r).split("\t", -1)));
        int columns = lines.stream().mapToInt(l -> l.length).max().orElse(0);
        int[] widths = new int[columns];
        for (int c = 0; c < columns; c++) {
            int column = c;
            widths[c] = Math.max(NARROWEST, lines.stream().filter(l -> l.length > column)
                    .mapToInt(l -> l[column].codePointCount(0, l[column].length())).max().orElse(0) + GAP);
        }
        StringBuilder out = new StringBuilder();
        for (String[] line : lines) {
            for (int c = 0; c < line.length; c++) {
                out.append(line[c]);
                if (c < line.length - 1) {
                    out.repeat(' ', widths[c] - line[c].codePointCount(0, line[c].length()));
                }
            }
            out.append('\n');
        }
        return out.toString();
    }
}
