package io.hypr.shell.internal.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** Help texts are the grammar: they must be readable, and name what the code asks for. The folder of the project is the current one. */
class HelpTextsTest {

    private static final Path HELP = Path.of("resources/io/hypr/shell/help");
    private static final Path SOURCES = Path.of("src/io/hypr/shell");
    private static final Pattern ASKED = Pattern.compile("words\\s*\\.(?:is|has|get|all|number|bytes)\\(\\s*\"([\\w-]+)\"");
    private static final Pattern NAME = Pattern.compile("super\\(\"([a-z_ ]+)\"\\)");

    private static List<Path> files(Path folder, String end) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(f -> f.toString().endsWith(end)).sorted().toList();
        }
    }

    private static Grammar grammar(String resource, String command) throws IOException {
        return new Grammar(command, Files.readString(HELP.resolve(resource)));
    }

    private static String command(Grammar any, String file) {
        return any.usage().replaceFirst("Usage: +hypr ", "").startsWith(file.replace('-', ' ')) ? file.replace('-', ' ') : file;
    }

    @Test
    void everyHelpTextIsWhole() throws IOException {
        List<Path> all = files(HELP, ".txt");
        assertFalse(all.isEmpty());
        for (Path f : all) {
            String name = f.getFileName().toString().replace(".txt", "");
            String text = Files.readString(f);
            assertTrue(text.startsWith("Usage:  hypr "), f + " begins with its usage");
            Grammar g = grammar(f.getFileName().toString(), command(new Grammar(text.split("\\s+")[2], text), name));
            assertFalse(g.summary().isBlank(), f + " says what the command does");
            assertFalse(g.summary().endsWith("."), f + " has a summary without a full stop");
            String examples = text.substring(text.lastIndexOf("Example"));
            assertTrue(examples.contains("\n  hypr " + g.command()) || examples.contains("hypr " + g.command()), f + " has an example");
            long described = text.lines().filter(l -> l.matches("^ +(-\\w, +)?--[\\w-]+.*")).count();
            assertEquals(described, g.options().size(), f + " has options that cannot be read");
            for (Grammar.Option o : g.options()) {
                assertFalse(o.text().isBlank(), f + " says what --" + o.name() + " does");
            }
        }
    }

    @Test
    void everyCommandHasAHelpTextWithTheOptionsThatItAsksFor() throws IOException {
        List<String> wrong = new ArrayList<>();
        int commands = 0;
        for (Path f : files(SOURCES.resolve("command"), ".java")) {
            String source = Files.readString(f);
            Matcher name = NAME.matcher(source);
            if (!name.find() || !source.contains("extends Command")) {
                continue;
            }
            commands++;
            Grammar g = grammar(name.group(1).replace(' ', '-') + ".txt", name.group(1));
            check(f, source, g, wrong);
        }
        assertTrue(commands > 20, "commands were found");
        for (String options : List.of("run", "create")) {
            Grammar g = grammar(options + ".txt", options);
            check(SOURCES, Files.readString(SOURCES.resolve("internal/ContainerOptions.java")), g, wrong);
        }
        assertEquals(List.of(), wrong);
    }

    private static void check(Path file, String source, Grammar g, List<String> wrong) {
        Matcher asked = ASKED.matcher(source);
        while (asked.find()) {
            if (g.option(asked.group(1)).isEmpty()) {
                wrong.add(file.getFileName() + " asks for --" + asked.group(1) + ", which the help of " + g.command() + " has not");
            }
        }
    }

    @Test
    void everyHelpTextBelongsToACommand() throws IOException {
        StringBuilder sources = new StringBuilder();
        for (Path f : files(SOURCES.resolve("command"), ".java")) {
            sources.append(Files.readString(f));
        }
        for (Path f : files(HELP, ".txt")) {
            String name = f.getFileName().toString().replace(".txt", "");
            assertTrue(sources.indexOf("osgi.command.function=" + name + "\"") >= 0, "no command has the help text " + f);
        }
    }
}
