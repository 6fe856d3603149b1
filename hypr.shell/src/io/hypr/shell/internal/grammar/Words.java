package io.hypr.shell.internal.grammar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.hypr.shell.internal.grammar.Grammar.Option;

/** What was typed after a command, read by its {@link Grammar}. */
public final class Words {

    private final Grammar grammar;
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private List<String> words = List.of();
    private final List<String> notices = new ArrayList<>();
    private boolean help;

    Words(Grammar grammar) {
        this.grammar = grammar;
    }

    void add(Option o, String value) {
        if (o.isSwitch()) {
            bool(o, value);
        }
        List<String> all = values.computeIfAbsent(o.name(), n -> new ArrayList<>());
        if (!o.isRepeated()) {
            all.clear();
        }
        all.add(value);
    }

    void words(List<String> rest) {
        words = List.copyOf(rest);
    }

    void askHelp() {
        help = true;
    }

    void notice(String sentence) {
        notices.add(sentence);
    }

    /** @return what is to be said of how it was typed; Docker says it on standard output */
    public List<String> notices() {
        return List.copyOf(notices);
    }

    private boolean bool(Option o, String value) {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw wrong(o, value, "strconv.ParseBool: parsing \"" + value + "\": invalid syntax");
        };
    }

    /**
     * @param name of an option
     * @param value one that was given to it
     * @param why it is not one
     * @return the exception that says so as Docker does
     */
    public UsageException invalid(String name, String value, String why) {
        return wrong(option(name), value, why);
    }

    private UsageException wrong(Option o, String value, String why) {
        String shown = o.letter() == 0 ? "--" + o.name() : "-" + o.letter() + ", --" + o.name();
        return grammar.wrong("invalid argument " + Quoted.of(value) + " for \"" + shown + "\" flag: " + why);
    }

    private Option option(String name) {
        return grammar.option(name).orElseThrow(() -> new IllegalArgumentException(grammar.command() + " has no option --" + name));
    }

    /** @return whether help was asked for; nothing else counts then */
    public boolean isHelp() {
        return help;
    }

    /** @return the words that are no options, in order */
    public List<String> rest() {
        return words;
    }

    /** @return whether any option was given */
    public boolean hasOptions() {
        return !values.isEmpty();
    }

    /**
     * @param name of an option
     * @return whether it was given
     */
    public boolean has(String name) {
        option(name);
        return values.containsKey(name);
    }

    /**
     * @param name of a switch
     * @return whether it is on; off if it was not given
     */
    public boolean is(String name) {
        return is(name, false);
    }

    /**
     * @param name of a switch
     * @param otherwise what it is if it was not given
     * @return whether it is on
     */
    public boolean is(String name, boolean otherwise) {
        Option o = option(name);
        List<String> v = values.get(name);
        return v == null ? otherwise : bool(o, v.getLast());
    }

    /**
     * @param name of an option
     * @return its value, the last if it was given more than once
     */
    public Optional<String> get(String name) {
        option(name);
        return Optional.ofNullable(values.get(name)).map(List::getLast);
    }

    /**
     * @param name of an option
     * @return all its values in order; those of filters are {@code name=value}
     */
    public List<String> all(String name) {
        Option o = option(name);
        if (o.type().equals("filter")) {
            values.getOrDefault(name, List.of()).stream().filter(f -> f.indexOf('=') < 0).findFirst().ifPresent(f -> {
                throw wrong(o, f, "bad format of filter (expected name=value)");
            });
        }
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    /**
     * @param name of an option
     * @param otherwise what it is if it was not given
     * @return its value as a whole number
     */
    public int number(String name, int otherwise) {
        Option o = option(name);
        List<String> v = values.get(name);
        if (v == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(v.getLast());
        } catch (NumberFormatException e) {
            throw wrong(o, v.getLast(), "strconv.ParseInt: parsing \"" + v.getLast() + "\": invalid syntax");
        }
    }

    /**
     * @param name of an option
     * @return its value as bytes: {@code 512m}, {@code 1.5g}; empty if it was not given
     */
    public Optional<Long> bytes(String name) {
        Option o = option(name);
        return get(name).map(v -> {
            try {
                return Sizes.parse(v);
            } catch (NumberFormatException e) {
                throw wrong(o, v, e.getMessage());
            }
        });
    }
}
