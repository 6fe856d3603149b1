package io.hypr.shell.internal.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.shell.internal.format.TemplateParser.Call;
import io.hypr.shell.internal.format.TemplateParser.Pipe;
import io.hypr.shell.internal.format.TemplateParser.Term;
import io.hypr.shell.internal.grammar.Quoted;

/** Values and functions of templates. */
final class TemplateFunctions {

    private static final int LONGEST_PAD = 10_000;
    private static final Pattern VERB = Pattern.compile("%([-+# 0]{0,5}\\d{0,4}(?:\\.\\d{1,4})?)([a-zA-Z%])");

    /** Names of all functions. */
    static final Set<String> NAMES = Set.of("and", "or", "json", "join", "split", "lower", "upper", "title", "pad", "truncate", "println", "print",
            "printf", "len", "index", "slice",
            "not", "eq", "ne", "lt", "le", "gt", "ge");

    private TemplateFunctions() {
    }

    static Template.Wrong wrong(String what) {
        return new Template.Wrong(":1: " + what);
    }

    static Object evaluate(Pipe pipe, Template.Scope scope) {
        Object value = null;
        boolean first = true;
        for (Call call : pipe.calls()) {
            value = call(call, scope, first ? null : new Object[] {value});
            first = false;
        }
        return value;
    }

    /** A value has not what is asked of it; whoever knows the place in the template says so. */
    private static final class Missing extends RuntimeException {

        private static final long serialVersionUID = 1;

        Missing(String what) {
            super(what, null, false, false);
        }
    }

    private static Object call(Call call, Template.Scope scope, Object[] piped) {
        try {
            return placed(call, scope, piped);
        } catch (Missing e) {
            throw call.place().wrong(e.getMessage());
        }
    }

    private static Object placed(Call call, Template.Scope scope, Object[] piped) {
        if (call.terms().getFirst() instanceof Term.Name name) {
            List<Term> terms = call.terms().subList(1, call.terms().size());
            if (name.name().equals("and") || name.name().equals("or")) {
                return logic(name.name().equals("and"), terms, scope, piped);
            }
            List<Object> arguments = new ArrayList<>();
            terms.forEach(t -> arguments.add(value(t, scope)));
            if (piped != null) {
                arguments.add(piped[0]);
            }
            return apply(name.name(), arguments);
        }
        Object value = value(call.terms().getFirst(), scope);
        if (call.terms().size() > 1 || piped != null) {
            // Docker's ps has the method {{.Label "name"}}.
            if (value instanceof java.util.function.Function<?, ?> f && call.terms().size() == 2) {
                @SuppressWarnings("unchecked")
                java.util.function.Function<Object, Object> method = (java.util.function.Function<Object, Object>) f;
                return method.apply(value(call.terms().get(1), scope));
            }
            throw new Missing("can't give argument to non-function " + call.place().text());
        }
        return value;
    }

    private static Object logic(boolean and, List<Term> terms, Template.Scope scope, Object[] piped) {
        Object value = null;
        for (Term t : terms) {
            value = value(t, scope);
            if (isTrue(value) != and) {
                return value;
            }
        }
        return piped != null ? piped[0] : value;
    }

    private static Object value(Term term, Template.Scope scope) {
        return switch (term) {
            case Term.Literal l -> l.value();
            case Term.Group g -> descend(evaluate(g.pipe(), scope), g.fields());
            case Term.Name n -> apply(n.name(), List.of());
            case Term.Path p -> {
                Object from = scope.dot();
                if (p.variable() != null) {
                    from = p.variable().isEmpty() ? scope.root() : scope.cell(p.variable()).value();
                }
                try {
                    yield descend(from, p.fields());
                } catch (Missing e) {
                    throw p.place().wrong(e.getMessage());
                }
            }
        };
    }

    private static Object descend(Object from, List<String> fields) {
        Object at = from;
        for (String f : fields) {
            if (at instanceof Map<?, ?> m) {
                if (!m.containsKey(f)) {
                    if (m instanceof Open) {
                        at = null;
                        continue;
                    }
                    throw new Missing(m instanceof Typed t ? "can't evaluate field " + f + " in type " + t.type() : "map has no entry for key \"" + f + "\"");
                }
                at = m.get(f);
            } else {
                throw new Missing(at == null ? "nil data; no entry for key \"" + f + "\"" : "can't evaluate field " + f + " in type interface {}");
            }
        }
        return at;
    }

    /** A map whose missing keys are nil instead of errors, such as labels. */
    interface Open {
    }

    /** A map that stands for a value of a type with fields. */
    interface Typed {

        /** @return its type, as Docker's words for a field that is none name it */
        String type();
    }

    static boolean isTrue(Object v) {
        return switch (v) {
            case null -> false;
            case Boolean b -> b;
            case Number n -> n.doubleValue() != 0;
            case CharSequence s -> !s.isEmpty();
            case Collection<?> c -> !c.isEmpty();
            case Map<?, ?> m -> !m.isEmpty();
            default -> true;
        };
    }

    static String text(Object v) {
        return switch (v) {
            case null -> "<no value>";
            case java.util.function.Function<?, ?> f -> throw wrong("wrong number of args for a field that needs one");
            case Map<?, ?> m -> {
                StringBuilder out = new StringBuilder("map[");
                new java.util.TreeMap<Object, Object>(m).forEach((k, x) -> out.append(out.length() > 4 ? " " : "").append(k).append(':').append(text(x)));
                yield out.append(']').toString();
            }
            case Collection<?> c -> "[" + String.join(" ", c.stream().map(TemplateFunctions::text).toList()) + "]";
            case Double d when d == Math.rint(d) && Math.abs(d) < 1e15 -> String.valueOf(d.longValue());
            default -> v.toString();
        };
    }

    private static Object apply(String name, List<Object> arguments) {
        try {
            return called(name, arguments);
        } catch (IndexOutOfBoundsException | ClassCastException | IllegalArgumentException e) {
            throw new Missing("error calling " + name + ": its arguments do not fit");
        }
    }

    private static Object called(String name, List<Object> a) {
        return switch (name) {
            case "json" -> Json.compact(a.get(0));
            case "join" -> String.join(text(a.get(1)), ((Collection<?>) Objects.requireNonNullElse(a.get(0), List.of())).stream()
                    .map(TemplateFunctions::text).toList());
            case "split" -> Arrays.asList(text(a.get(0)).split(Pattern.quote(text(a.get(1))), -1));
            case "lower" -> text(a.get(0)).toLowerCase(Locale.ROOT);
            case "upper" -> text(a.get(0)).toUpperCase(Locale.ROOT);
            case "title" -> title(text(a.get(0)));
            case "pad" -> " ".repeat(padding(a.get(1))) + text(a.get(0)) + " ".repeat(padding(a.get(2)));
            case "truncate" -> {
                String s = text(a.get(0));
                yield s.substring(0, Math.min(s.length(), Math.max(0, (int) number(a.get(1)))));
            }
            case "slice" -> text(a.get(0)).substring((int) number(a.get(1)), a.size() > 2 ? (int) number(a.get(2)) : text(a.get(0)).length());
            case "println" -> String.join(" ", a.stream().map(TemplateFunctions::text).toList()) + "\n";
            case "print" -> String.join("", a.stream().map(TemplateFunctions::text).toList());
            case "printf" -> printf(text(a.get(0)), a.subList(1, a.size()));
            case "len" -> length(a.get(0));
            case "index" -> index(a);
            case "not" -> !isTrue(a.get(0));
            case "eq" -> a.subList(1, a.size()).stream().anyMatch(x -> equal(a.get(0), x));
            case "ne" -> !equal(a.get(0), a.get(1));
            case "lt" -> compare(a.get(0), a.get(1)) < 0;
            case "le" -> compare(a.get(0), a.get(1)) <= 0;
            case "gt" -> compare(a.get(0), a.get(1)) > 0;
            case "ge" -> compare(a.get(0), a.get(1)) >= 0;
            default -> throw wrong("function \"" + name + "\" not defined");
        };
    }

    private static int padding(Object v) {
        return Math.clamp(number(v), 0, LONGEST_PAD);
    }

    private static String title(String s) {
        StringBuilder out = new StringBuilder(s);
        for (int i = 0; i < s.length(); i++) {
            if (i == 0 || !Character.isLetterOrDigit(s.charAt(i - 1))) {
                out.setCharAt(i, Character.toUpperCase(s.charAt(i)));
            }
        }
        return out.toString();
    }

    private static Object length(Object v) {
        return switch (v) {
            case CharSequence s -> (long) s.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            case Collection<?> c -> (long) c.size();
            case Map<?, ?> m -> (long) m.size();
            case null, default -> throw new Missing("error calling len: " + text(v) + " has no length");
        };
    }

    private static Object index(List<Object> a) {
        Object at = a.get(0);
        for (Object key : a.subList(1, a.size())) {
            if (at instanceof Map<?, ?> m) {
                at = m.containsKey(text(key)) || !isOfTexts(m) ? m.get(text(key)) : "";
            } else if (at instanceof List<?> l) {
                long i = number(key);
                if (i < 0 || i >= l.size()) {
                    throw new Missing("error calling index: index out of range: " + i);
                }
                at = l.get((int) i);
            } else if (at == null) {
                throw new Missing("error calling index: index of untyped nil");
            } else {
                throw new Missing("error calling index: can't index item of type " + at.getClass().getSimpleName());
            }
        }
        return at;
    }

    /** What a map of texts has not is an empty text to Go. */
    private static boolean isOfTexts(Map<?, ?> m) {
        return m.values().stream().allMatch(String.class::isInstance);
    }

    private static long number(Object v) {
        if (v instanceof Number n) {
            return n.longValue();
        }
        throw new Missing("\"" + text(v) + "\" is no number");
    }

    private static boolean equal(Object a, Object b) {
        return a instanceof Number x && b instanceof Number y ? x.doubleValue() == y.doubleValue() : Objects.equals(text(a), text(b));
    }

    private static int compare(Object a, Object b) {
        return a instanceof Number x && b instanceof Number y ? Double.compare(x.doubleValue(), y.doubleValue()) : text(a).compareTo(text(b));
    }

    private static String printf(String format, List<Object> arguments) {
        StringBuilder out = new StringBuilder();
        Matcher m = VERB.matcher(format);
        int i = 0;
        while (m.find()) {
            char verb = m.group(2).charAt(0);
            if (verb == '%') {
                m.appendReplacement(out, "%");
                continue;
            }
            Object v = i < arguments.size() ? arguments.get(i) : "";
            m.appendReplacement(out, Matcher.quoteReplacement(formatted(verb, m.group(1), v)));
            i++;
        }
        return m.appendTail(out).toString();
    }

    private static String formatted(char verb, String flags, Object v) {
        boolean number = v instanceof Number;
        return switch (verb) {
            case 'v', 's' -> String.format(Locale.ROOT, "%" + flags.replaceAll("[+# 0]*(?=[1-9]|$|\\.)", "") + "s", text(v));
            case 't' -> v instanceof Boolean ? text(v) : "%!t(" + text(v) + ")";
            case 'q' -> Quoted.of(text(v));
            case 'd', 'x' -> number ? String.format(Locale.ROOT, "%" + flags + verb, ((Number) v).longValue()) : "%!" + verb + "(string=" + text(v) + ")";
            case 'f', 'e', 'g' -> number ? String.format(Locale.ROOT, "%" + flags + verb, ((Number) v).doubleValue()) : "%!" + verb + "(string="
                    + text(v) + ")";
            default -> "%!" + verb + "(" + text(v) + ")";
        };
    }
}
