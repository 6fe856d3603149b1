package io.hypr.shell.internal.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a template. */
final class TemplateParser {

    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(?:\"(?:\\\\.|[^\"\\\\])*+\"|`[^`]*`|-?\\d++(?:\\.\\d++)?|\\$?[A-Za-z_.][\\w.]*+|\\$|:=|[|(),=]|\\S)", Pattern.DOTALL);
    private static final int DEEPEST = 100;

    private final String text;
    private int at;
    private int depth;

    /** The pieces of a template. */
    sealed interface Node {
        record Text(String text) implements Node {
        }

        record Print(Pipe pipe) implements Node {
        }

        record Assign(String name, boolean declares, Pipe pipe) implements Node {
        }

        record If(Pipe pipe, Block then, Block otherwise) implements Node {
        }

        record With(Pipe pipe, Block then, Block otherwise) implements Node {
        }

        record Range(String key, String value, Pipe pipe, Block then, Block otherwise) implements Node {
        }
    }

    /** Pieces one after another. */
    record Block(List<Node> nodes) {
    }

    /** Calls, each of which gets the value of the one before as its last argument. */
    record Pipe(List<Call> calls) {
    }

    /** A function with arguments, or a single value. */
    record Call(List<Term> terms, Place place) {
    }

    /**
     * Where something stands in the template, as Go tells it.
     *
     * @param line from 1
     * @param column octets before it in its line
     * @param text what stands there
     */
    record Place(int line, int column, String text) {

        Template.Wrong wrong(String what) {
            return new Template.Wrong(":" + line + ":" + column + ": executing \"\" at <" + text + ">: " + what);
        }
    }

    /** A value or a name. */
    sealed interface Term {
        /** A string, number or boolean. */
        record Literal(Object value) implements Term {
        }

        /** A path from the dot, or from a variable: {@code .A.B}, {@code $x.A}. */
        record Path(String variable, List<String> fields, Place place) implements Term {
        }

        /** The name of a function. */
        record Name(String name) implements Term {
        }

        /** A pipe in parentheses, and fields of its value. */
        record Group(Pipe pipe, List<String> fields) implements Term {
        }
    }

    /** How a block ended. */
    private enum End {
        TEXT, END, ELSE
    }

    private End end;
    private String elseRest;
    private int elseFrom;

    TemplateParser(String text) {
        this.text = text;
    }

    Block parse() {
        Block b = block();
        if (end != End.TEXT) {
            throw TemplateFunctions.wrong("unexpected {{" + (end == End.END ? "end" : "else") + "}}");
        }
        return b;
    }

    private Block block() {
        if (++depth > DEEPEST) {
            throw TemplateFunctions.wrong("blocks are nested more than " + DEEPEST + " deep");
        }
        List<Node> nodes = new ArrayList<>();
        boolean trim = false;
        while (true) {
            int open = text.indexOf("{{", at);
            String plain = text.substring(at, open < 0 ? text.length() : open);
            if (trim) {
                plain = plain.stripLeading();
            }
            if (open >= 0 && text.startsWith("{{- ", open)) {
                plain = plain.stripTrailing();
            }
            if (!plain.isEmpty()) {
                nodes.add(new Node.Text(plain));
            }
            if (open < 0) {
                at = text.length();
                end = End.TEXT;
                depth--;
                return new Block(nodes);
            }
            int close = closing(open + 2);
            String action = text.substring(open + 2, close).strip();
            trim = action.endsWith(" -") || action.equals("-");
            action = action.startsWith("- ") ? action.substring(2) : action;
            action = trim ? action.substring(0, action.length() - 1) : action;
            at = close + 2;
            action = action.strip();
            int from = text.indexOf(action, open + 2);
            if (action.startsWith("/*")) {
                continue;
            }
            if (action.equals("end") || action.equals("else") || action.startsWith("else ")) {
                end = action.equals("end") ? End.END : End.ELSE;
                elseRest = action.length() > 4 ? action.substring(4).strip() : "";
                elseFrom = from + action.length() - elseRest.length();
                depth--;
                return new Block(nodes);
            }
            nodes.add(node(action, from));
        }
    }

    private int closing(int from) {
        boolean quoted = false;
        boolean raw = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (raw) {
                raw = c != '`';
            } else if (quoted) {
                if (c == '\\') {
                    i++;
                } else {
                    quoted = c != '"';
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '`') {
                raw = true;
            } else if (text.startsWith("}}", i)) {
                return i;
            }
        }
        throw TemplateFunctions.wrong("unclosed action");
    }

    /** @param from where the action begins in the template */
    private Node node(String action, int from) {
        if (++depth > DEEPEST) {
            throw TemplateFunctions.wrong("blocks are nested more than " + DEEPEST + " deep");
        }
        try {
            return read(action, from);
        } finally {
            depth--;
        }
    }

    private Node read(String action, int from) {
        String word = action.split("[\\s(]", 2)[0];
        String rest = action.substring(word.length());
        int behind = from + word.length();
        return switch (word) {
            case "if" -> {
                Pipe p = pipe(needed(word, rest), behind);
                Block then = block();
                yield new Node.If(p, then, otherwise());
            }
            case "with" -> {
                Pipe p = pipe(needed(word, rest), behind);
                Block then = block();
                yield new Node.With(p, then, otherwise());
            }
            case "range" -> {
                Matcher m = Pattern.compile("\\s*\\$(\\w+)\\s*(?:,\\s*\\$(\\w+)\\s*)?:=(.*)", Pattern.DOTALL).matcher(rest);
                boolean named = m.matches();
                Pipe p = named ? pipe(m.group(3), behind + m.start(3)) : pipe(rest, behind);
                Block then = block();
                String key = named && m.group(2) != null ? m.group(1) : null;
                String value = !named ? null : m.group(2) != null ? m.group(2) : m.group(1);
                yield new Node.Range(key, value, p, then, otherwise());
            }
            default -> {
                Matcher m = Pattern.compile("\\$(\\w+)\\s*(:?=)(.*)", Pattern.DOTALL).matcher(action);
                yield m.matches() ? new Node.Assign(m.group(1), m.group(2).equals(":="), pipe(m.group(3), from + m.start(3)))
                        : new Node.Print(pipe(action, from));
            }
        };
    }

    private static String needed(String word, String value) {
        if (value.isBlank()) {
            throw TemplateFunctions.wrong("missing value for " + word);
        }
        return value;
    }

    private Block otherwise() {
        if (end == End.END) {
            return new Block(List.of());
        }
        if (end == End.TEXT) {
            throw TemplateFunctions.wrong("unexpected EOF");
        }
        if (elseRest.startsWith("if ") || elseRest.startsWith("with ")) {
            // The nested block takes the {{end}} that closes both.
            Node nested = node(elseRest, elseFrom);
            return new Block(List.of(nested));
        }
        Block b = block();
        if (end != End.END) {
            throw TemplateFunctions.wrong("unexpected EOF");
        }
        return b;
    }

    private Pipe pipe(String source, int from) {
        Tokens t = new Tokens(source, from);
        Pipe p = pipe(t, 0);
        if (t.peek() != null) {
            throw TemplateFunctions.wrong("unexpected \"" + t.peek() + "\" in command");
        }
        return p;
    }

    private Pipe pipe(Tokens t, int level) {
        if (level > DEEPEST) {
            throw TemplateFunctions.wrong("parentheses are nested more than " + DEEPEST + " deep");
        }
        List<Call> calls = new ArrayList<>();
        List<Term> terms = new ArrayList<>();
        int from = t.start();
        while (true) {
            String token = t.peek();
            if (token == null || token.equals(")") || token.equals("|")) {
                if (terms.isEmpty()) {
                    throw TemplateFunctions.wrong("missing value for command");
                }
                calls.add(new Call(List.copyOf(terms), place(from, text.substring(from, Math.max(from, t.last())).strip())));
                terms.clear();
                if (!"|".equals(token)) {
                    return new Pipe(List.copyOf(calls));
                }
                t.next();
                from = t.start();
            } else if (token.equals("(")) {
                t.next();
                Pipe inner = pipe(t, level + 1);
                if (!")".equals(t.next())) {
                    throw TemplateFunctions.wrong("unclosed left paren");
                }
                List<String> fields = List.of();
                if (t.peek() != null && t.peek().startsWith(".") && t.isAdjacent()) {
                    fields = fields(t.next());
                }
                terms.add(new Term.Group(inner, fields));
            } else {
                int start = t.start();
                terms.add(term(t.next(), start));
            }
        }
    }

    private static List<String> fields(String path) {
        return path.equals(".") ? List.of() : List.of(path.substring(1).split("\\."));
    }

    private Place place(int at, String what) {
        int line = text.lastIndexOf('\n', at - 1) + 1;
        return new Place(1 + (int) text.substring(0, line).chars().filter(c -> c == '\n').count(),
                text.substring(line, at).getBytes(StandardCharsets.UTF_8).length, what);
    }

    /** Go counts a path of several fields from the one behind its beginning. */
    private Place placeOf(String path, int from) {
        int second = path.indexOf('.', 1);
        return place(from + Math.max(second, 0), path);
    }

    private Term term(String token, int from) {
        char c = token.charAt(0);
        if (c == '"') {
            return new Term.Literal(unquote(token));
        } else if (c == '`') {
            return new Term.Literal(token.substring(1, token.length() - 1));
        } else if (c == '-' || Character.isDigit(c)) {
            try {
                return new Term.Literal(token.contains(".") ? (Object) Double.valueOf(token) : (Object) Long.valueOf(token));
            } catch (NumberFormatException e) {
                throw TemplateFunctions.wrong("bad number syntax: \"" + token + "\"");
            }
        } else if (c == '.') {
            return new Term.Path(null, fields(token), placeOf(token, from));
        } else if (c == '$') {
            int dot = token.indexOf('.');
            String name = token.substring(1, dot < 0 ? token.length() : dot);
            return new Term.Path(name, dot < 0 ? List.of() : fields(token.substring(dot)), placeOf(token, from));
        } else if (token.equals("true") || token.equals("false")) {
            return new Term.Literal(Boolean.valueOf(token));
        } else if (token.equals("nil")) {
            return new Term.Literal(null);
        } else if (Character.isLetter(c) && !token.contains(".")) {
            if (!TemplateFunctions.NAMES.contains(token)) {
                throw TemplateFunctions.wrong("function \"" + token + "\" not defined");
            }
            return new Term.Name(token);
        }
        throw TemplateFunctions.wrong("unexpected \"" + token + "\" in operand");
    }

    private static String unquote(String quoted) {
        StringBuilder out = new StringBuilder();
        for (int i = 1; i < quoted.length() - 1; i++) {
            char c = quoted.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char e = quoted.charAt(++i);
            out.append(switch (e) {
                case 'n' -> '\n';
                case 't' -> '\t';
                case 'r' -> '\r';
                case 'x', 'u' -> {
                    int digits = e == 'x' ? 2 : 4;
                    String code = quoted.substring(i + 1, Math.min(i + 1 + digits, quoted.length() - 1));
                    if (!code.matches("[0-9a-fA-F]{" + digits + "}")) {
                        throw TemplateFunctions.wrong("bad character in " + quoted);
                    }
                    i += digits;
                    yield (char) Integer.parseInt(code, 16);
                }
                default -> e;
            });
        }
        return out.toString();
    }

    /** The tokens of an action. */
    private static final class Tokens {
        private final Matcher m;
        private final String source;
        private String ahead;
        private final int from;
        private int start;
        private int last;

        Tokens(String source, int from) {
            this.source = source.stripTrailing();
            this.from = from;
            start = this.source.length();
            m = TOKEN.matcher(this.source);
            advance();
        }

        private void advance() {
            last = ahead == null ? 0 : m.end();
            if (m.find()) {
                ahead = m.group().strip();
                start = m.end() - ahead.length();
            } else {
                ahead = null;
                start = source.length();
            }
        }

        String peek() {
            return ahead;
        }

        String next() {
            String t = ahead;
            if (t == null) {
                throw TemplateFunctions.wrong("unexpected end of action in \"" + source + "\"");
            }
            advance();
            return t;
        }

        /** @return where the next token begins in the template */
        int start() {
            return from + start;
        }

        /** @return where the token before it ended */
        int last() {
            return from + last;
        }

        /** @return whether no blank stands before the next token */
        boolean isAdjacent() {
            return start == last;
        }
    }
}
