package io.hypr.shell.internal.format;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.hypr.shell.internal.format.TemplateParser.Block;
import io.hypr.shell.internal.format.TemplateParser.Node;
import io.hypr.shell.internal.grammar.InputException;

/**
 * A template in the subset of Go's text/template that {@code docker --format} is used with: fields, variables of a range, pipes, {@code if}, {@code
 * range}, {@code with}, {@code else}, comparisons and
 * logic, and Docker's functions {@code json, join, split, lower, upper, title, println, printf, index, len, pad, truncate}. Values are maps, lists,
 * strings, numbers and booleans.
 */
public final class Template {

    private final Block block;
    private final String executing;

    private Template(Block block, String executing) {
        this.block = block;
        this.executing = executing;
    }

    /** What is wrong with a template or with what it is given, and where: {@code :LINE[:COLUMN]: ...}. */
    static final class Wrong extends RuntimeException {

        private static final long serialVersionUID = 1;

        Wrong(String what) {
            super(what, null, false, false);
        }
    }

    /**
     * @param text the template
     * @return the template, ready for use by any number of threads
     * @throws InputException if it is malformed
     */
    public static Template parse(String text) {
        return parse(text, "template parsing error: ", "template parsing error: ");
    }

    /**
     * @param text the template
     * @param parsing said before what makes it malformed
     * @param executing said before what a value has not that it names
     * @return the template, ready for use by any number of threads
     * @throws InputException if it is malformed
     */
    public static Template parse(String text, String parsing, String executing) {
        try {
            return new Template(new TemplateParser(text).parse(), executing);
        } catch (Wrong e) {
            throw new InputException(parsing + "template: " + e.getMessage(), e);
        }
    }

    /**
     * @param value what {@code .} stands for
     * @return the text
     * @throws InputException if the value has not what the template names
     */
    public String render(Object value) {
        StringBuilder out = new StringBuilder();
        try {
            render(block, new Scope(value, value, Map.of()), out);
        } catch (Wrong e) {
            throw new InputException(executing + "template: " + e.getMessage(), e);
        }
        return out.toString();
    }

    /**
     * What names mean at a place of the template.
     *
     * @param dot what {@code .} stands for
     * @param root what {@code $} stands for
     * @param variables by name without the dollar sign
     */
    record Scope(Object dot, Object root, Map<String, Cell> variables) {
        Scope with(Object newDot, Map<String, Cell> more) {
            Map<String, Cell> all = new HashMap<>(variables);
            all.putAll(more);
            return new Scope(newDot, root, all);
        }

        Cell cell(String name) {
            Cell c = variables.get(name);
            if (c == null) {
                throw TemplateFunctions.wrong("undefined variable \"$" + name + "\"");
            }
            return c;
        }
    }

    /** A variable. */
    static final class Cell {
        private Object value;

        Cell(Object value) {
            this.value = value;
        }

        Object value() {
            return value;
        }
    }

    private static void render(Block block, Scope scope, StringBuilder out) {
        Scope here = scope;
        for (Node node : block.nodes()) {
            switch (node) {
                case Node.Text t -> out.append(t.text());
                case Node.Print p -> out.append(TemplateFunctions.text(TemplateFunctions.evaluate(p.pipe(), here)));
                case Node.Assign a -> {
                    Object value = TemplateFunctions.evaluate(a.pipe(), here);
                    if (a.declares()) {
                        here = here.with(here.dot(), Map.of(a.name(), new Cell(value)));
                    } else {
                        here.cell(a.name()).value = value;
                    }
                }
                case Node.If i -> render(
                        TemplateFunctions.isTrue(TemplateFunctions.evaluate(i.pipe(), here)) ? i.then() : i.otherwise(), here, out);
                case Node.With w -> {
                    Object v = TemplateFunctions.evaluate(w.pipe(), here);
                    if (TemplateFunctions.isTrue(v)) {
                        render(w.then(), here.with(v, Map.of()), out);
                    } else {
                        render(w.otherwise(), here, out);
                    }
                }
                case Node.Range r -> range(r, here, out);
            }
        }
    }

    private static void range(Node.Range r, Scope scope, StringBuilder out) {
        Object over = TemplateFunctions.evaluate(r.pipe(), scope);
        List<Map.Entry<Object, Object>> items = new ArrayList<>();
        if (over instanceof Map<?, ?> m) {
            new java.util.TreeMap<Object, Object>(m).forEach((k, v) -> items.add(new java.util.AbstractMap.SimpleEntry<>(k, v)));
        } else if (over instanceof Collection<?> c) {
            long i = 0;
            for (Object o : c) {
                items.add(new java.util.AbstractMap.SimpleEntry<>(i++, o));
            }
        } else if (over != null) {
            throw TemplateFunctions.wrong("range can't iterate over " + TemplateFunctions.text(over));
        }
        if (items.isEmpty()) {
            render(r.otherwise(), scope, out);
        }
        for (Map.Entry<Object, Object> item : items) {
            Map<String, Cell> more = new HashMap<>();
            if (r.key() != null) {
                more.put(r.key(), new Cell(item.getKey()));
            }
            if (r.value() != null) {
                more.put(r.value(), new Cell(item.getValue()));
            }
            render(r.then(), scope.with(item.getValue(), more), out);
        }
    }
}
