package io.hypr.shell.internal.grammar;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The grammar of a command, read from its help text, so that the two cannot differ. The text is laid out as Docker lays out its own:
 *
 * <pre>
 * Usage:  hypr rm [OPTIONS] CONTAINER [CONTAINER...]
 *
 * Remove one or more containers
 *
 * Options:
 *   -f, --force         Remove running containers as well
 *       --format string Format the output
 * </pre>
 *
 * An option without a type word is a switch; {@code list} and {@code filter} may be given more than once. The usage line tells how many words may
 * follow the options, and that options
 * end at the first of them where it closes with {@code [COMMAND] [ARG...]} or {@code COMMAND [ARG...]}. Words are read as the library pflag does,
 * which Docker's command line uses.
 */
public final class Grammar {

    private static final Pattern OPTION =
            Pattern.compile("^ {2}(?:-(\\w), | {4})--([\\w-]+)(?: (\\w+))? {2,}(.*)$");
    private static final int BAD_OPTION = 125;
    private static final Set<String> MAKERS = Set.of("run", "create", "update");
    private static final Set<String> REPEATED = Set.of("list", "filter", "map", "ulimit", "mount");

    /** Former names of options, which Docker still takes. */
    private static final Map<String, String> DEPRECATED = Map.of("time", "timeout");

    private final String command;
    private final String help;
    private final String usage;
    private final String summary;
    private final Map<String, Option> options = new LinkedHashMap<>();
    private final Map<Character, Option> letters = new LinkedHashMap<>();
    private final int least;
    private final int most;
    private final boolean stopsAtFirstWord;

    /**
     * An option.
     *
     * @param letter its short form, or 0
     * @param name its long form without dashes
     * @param type the type word; empty for a switch
     * @param text what it does
     */
    public record Option(char letter, String name, String type, String text) {

        /** @return whether it takes no value */
        public boolean isSwitch() {
            return type.isEmpty();
        }

        /** @return whether it may be given more than once */
        public boolean isRepeated() {
            return REPEATED.contains(type);
        }
    }

    /**
     * @param command the words by which the command is called, such as {@code network ls}
     * @param help the help text
     */
    public Grammar(String command, String help) {
        this.command = command;
        this.help = help;
        List<String> lines = help.lines().toList();
        int u = 0;
        while (!lines.get(u).startsWith("Usage:")) {
            u++;
        }
        usage = lines.get(u).strip();
        summary = lines.stream().skip(u + 1L).filter(l -> !l.isBlank()).findFirst().orElse("");
        for (String line : lines) {
            Matcher m = OPTION.matcher(line);
            if (m.matches()) {
                char letter = m.group(1) == null ? 0 : m.group(1).charAt(0);
                Option o = new Option(letter, m.group(2), m.group(3) == null ? "" : m.group(3), m.group(4));
                options.put(o.name(), o);
                if (letter != 0) {
                    letters.put(letter, o);
                }
            }
        }
        String words = usage.substring(usage.indexOf(command) + command.length()).replace("[OPTIONS]", "").strip();
        stopsAtFirstWord = words.endsWith("[ARG...]");
        int min = 0;
        int max = 0;
        for (String word : words.isEmpty() ? new String[0] : words.split(" +(?![^\\[]*\\])")) {
            boolean optional = word.startsWith("[");
            min += optional ? 0 : 1;
            max = word.contains("...") || max == Integer.MAX_VALUE ? Integer.MAX_VALUE : max + 1;
        }
        least = min;
        most = max;
    }

    /**
     * Reads a grammar from the help text that is kept beside a class.
     *
     * @param owner the class
     * @param command the words by which the command is called
     * @return its grammar
     */
    public static Grammar of(Class<?> owner, String command) {
        String resource = "/io/hypr/shell/help/" + command.replace(' ', '-') + ".txt";
        try (InputStream in = owner.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("The command " + command + " has no help text " + resource);
            }
            return new Grammar(command, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the whole help text */
    public String help() {
        return help;
    }

    /** @return one line that says what the command does */
    public String summary() {
        return summary;
    }

    /** @return the line that begins with {@code Usage:} */
    public String usage() {
        return usage;
    }

    /** @return the words by which the command is called */
    public String command() {
        return command;
    }

    /** @return whether options end at the first word that is none, as before a command in a container */
    public boolean stopsAtFirstWord() {
        return stopsAtFirstWord;
    }

    /** @return how many words that are no options can follow at most */
    public int most() {
        return most;
    }

    /** @return all options in the order of the help text */
    public Collection<Option> options() {
        return options.values();
    }

    /**
     * @param name without dashes
     * @return the option of that name
     */
    public Optional<Option> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    /**
     * Reads the words that follow the command.
     *
     * @param words what was typed
     * @return options and words apart
     * @throws UsageException with Docker's sentence if they do not fit
     */
    public Words parse(List<String> words) {
        Words parsed = new Words(this);
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--")) {
                rest.addAll(words.subList(i + 1, words.size()));
                break;
            } else if (word.startsWith("--")) {
                i = readLong(words, i, parsed);
            } else if (word.startsWith("-") && word.length() > 1) {
                i = readLetters(words, i, parsed);
            } else if (stopsAtFirstWord) {
                rest.addAll(words.subList(i, words.size()));
                break;
            } else {
                rest.add(word);
            }
            if (parsed.isHelp()) {
                return parsed;
            }
        }
        checkCount(rest.size());
        parsed.words(rest);
        return parsed;
    }

    private int readLong(List<String> words, int at, Words parsed) {
        String word = words.get(at).substring(2);
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        if (name.equals("help")) {
            parsed.askHelp();
            return at;
        }
        Option o = options.get(name);
        if (o == null && DEPRECATED.containsKey(name)) {
            o = options.get(DEPRECATED.get(name));
            parsed.notice("Flag --" + name + " has been deprecated, use --" + DEPRECATED.get(name) + " instead");
        }
        if (o == null) {
            throw wrong("unknown flag: --" + name + reason(name));
        }
        if (equals >= 0) {
            parsed.add(o, word.substring(equals + 1));
        } else if (o.isSwitch()) {
            parsed.add(o, "true");
        } else if (at + 1 < words.size()) {
            parsed.add(o, words.get(at + 1));
            return at + 1;
        } else {
            throw wrong("flag needs an argument: --" + name);
        }
        return at;
    }

    private int readLetters(List<String> words, int at, Words parsed) {
        String cluster = words.get(at).substring(1);
        for (int i = 0; i < cluster.length(); i++) {
            char c = cluster.charAt(i);
            Option o = letters.get(c);
            if (o == null) {
                if (c == 'h') {
                    parsed.askHelp();
                    return at;
                }
                throw wrong("unknown shorthand flag: '" + c + "' in -" + cluster.substring(i));
            }
            String tail = cluster.substring(i + 1);
            if (o.isSwitch()) {
                if (tail.startsWith("=")) {
                    parsed.add(o, tail.substring(1));
                    return at;
                }
                parsed.add(o, "true");
            } else if (!tail.isEmpty()) {
                parsed.add(o, tail.startsWith("=") ? tail.substring(1) : tail);
                return at;
            } else if (at + 1 < words.size()) {
                parsed.add(o, words.get(at + 1));
                return at + 1;
            } else {
                throw wrong("flag needs an argument: '" + c + "' in -" + cluster.substring(i));
            }
        }
        return at;
    }

    /**
     * @param sentence what is wrong with an option
     * @return the exception that says so as Docker does
     */
    public UsageException wrong(String sentence) {
        return new UsageException(sentence + more(), BAD_OPTION);
    }

    /** Why a flag that Docker has is unknown, where there is something to say; read only when one is refused. */
    private String reason(String name) {
        if (!MAKERS.contains(command)) {
            return "";
        }
        try (InputStream in = Grammar.class.getResourceAsStream("/io/hypr/shell/refused.properties")) {
            Properties all = new Properties();
            all.load(in);
            String why = all.getProperty(name);
            return why == null ? "" : "\n" + why;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void checkCount(int count) {
        if (count >= least && count <= most) {
            return;
        }
        String need;
        if (most == 0) {
            need = "accepts no arguments";
        } else if (least == most) {
            need = "requires " + arguments(least);
        } else if (least > 0 && most < Integer.MAX_VALUE) {
            need = "requires at least " + least + " and at most " + arguments(most);
        } else if (count < least) {
            need = "requires at least " + arguments(least);
        } else {
            need = "requires at most " + arguments(most);
        }
        throw new UsageException("hypr: 'hypr " + command + "' " + need + more());
    }

    private String more() {
        return "\n\n" + usage + "\n\nRun 'hypr " + command + " --help' for more information";
    }

    private static String arguments(int n) {
        return n + (n == 1 ? " argument" : " arguments");
    }
}
