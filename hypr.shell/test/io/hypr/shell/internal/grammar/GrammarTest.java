package io.hypr.shell.internal.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.grammar.UsageException;

/** Words as the library pflag reads them. Sentences recorded from docker 28.2.2: `docker WORDS 2>&1 | head -1`. */
class GrammarTest {

    private static Grammar of(String command) {
        return Grammar.of(Command.class, command);
    }

    private static List<String> words(String line) {
        return line == null ? List.of() : List.of(line.split(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            run    | -it                    | 1   | hypr: 'hypr run' requires at least 1 argument
            run    | --foo x                | 125 | unknown flag: --foo
            run    | -xz busybox            | 125 | unknown shorthand flag: 'x' in -xz
            run    | --name                 | 125 | flag needs an argument: --name
            run    | -m                     | 125 | flag needs an argument: 'm' in -m
            run    | --rm=maybe busybox     | 125 | invalid argument "maybe" for "--rm" flag: strconv.ParseBool: parsing "maybe": invalid syntax
            run    | -e                     | 125 | flag needs an argument: 'e' in -e
            ps     | -an                    | 125 | flag needs an argument: 'n' in -n
            ps     | --no-trunc=0x          | 125 | invalid argument "0x" for "--no-trunc" flag: strconv.ParseBool: parsing "0x": invalid syntax
            ps     | -aqx                   | 125 | unknown shorthand flag: 'x' in -x
            rm     |                        | 1   | hypr: 'hypr rm' requires at least 1 argument
            rename | a                      | 1   | hypr: 'hypr rename' requires 2 arguments
            logs   | a b                    | 1   | hypr: 'hypr logs' requires 1 argument
            port   |                        | 1   | hypr: 'hypr port' requires at least 1 and at most 2 arguments
            port   | a 80 x                 | 1   | hypr: 'hypr port' requires at least 1 and at most 2 arguments
            stop   | --time                 | 125 | flag needs an argument: --time
            ps     | --time=1               | 125 | unknown flag: --time
            ps     | a                      | 1   | hypr: 'hypr ps' accepts no arguments
            """)
    void saysWhatDockerSays(String command, String line, int status, String sentence) {
        UsageException e = assertThrows(UsageException.class, () -> of(command).parse(words(line)));
        assertEquals(sentence, e.getMessage().lines().findFirst().orElse(""));
        assertEquals(status, e.status());
        assertTrue(e.getMessage().endsWith("\n\nRun 'hypr " + command + " --help' for more information"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ps  | --last=x                  | invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax
            ps  | -n1x                      | invalid argument "1x" for "-n, --last" flag: strconv.ParseInt: parsing "1x": invalid syntax
            """)
    void refusesNumbersAsDockerDoes(String command, String line, String sentence) {
        Words w = of(command).parse(words(line));
        UsageException e = assertThrows(UsageException.class, () -> w.number("last", 0));
        assertEquals(sentence, e.getMessage().lines().findFirst().orElse(""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            5q | invalid argument "5q" for "-m, --memory" flag: invalid suffix: 'q'
            x  | invalid argument "x" for "-m, --memory" flag: invalid size: 'x'
            -1 | invalid argument "-1" for "-m, --memory" flag: invalid size: '-1'
            """)
    void refusesSizesAsDockerDoes(String size, String sentence) {
        Words w = of("run").parse(List.of("--memory=" + size, "busybox"));
        UsageException e = assertThrows(UsageException.class, () -> w.bytes("memory"));
        assertEquals(sentence, e.getMessage().lines().findFirst().orElse(""));
    }

    @ParameterizedTest
    @CsvSource({"512,512", "512b,512", "1k,1024", "1K,1024", "1kb,1024", "1KiB,1024", "1.5g,1610612736", "64M,67108864", "2 mb,2097152", "1t,1099511627776"})
    void readsSizes(String text, long bytes) {
        assertEquals(bytes, Sizes.parse(text));
    }

    @Test
    void readsShortOptionsTogetherWithAndWithoutValues() {
        Words w = of("run").parse(List.of("-itdp8080:80", "-e", "A=b", "-e=C=d", "--env=E=f=g", "--env", "-x", "-mq", "--name", "web", "nginx", "-it", "--rm"));
        assertTrue(w.is("interactive") && w.is("tty") && w.is("detach"));
        assertFalse(w.is("rm"), "what follows the image belongs to the command");
        assertEquals(List.of("8080:80"), w.all("publish"));
        assertEquals(List.of("A=b", "C=d", "E=f=g", "-x"), w.all("env"));
        assertEquals("q", w.get("memory").orElseThrow());
        assertEquals(List.of("nginx", "-it", "--rm"), w.rest());
    }

    @Test
    void aFormerNameIsTakenAndSaid() {
        Words w = of("stop").parse(List.of("--time", "3", "web"));
        assertEquals(3, w.number("timeout", 0));
        assertEquals(List.of("Flag --time has been deprecated, use --timeout instead"), w.notices());
        assertEquals(List.of(), of("stop").parse(List.of("-t", "3", "web")).notices());
    }

    @Test
    void optionsMayFollowWordsWhereNoCommandFollows() {
        Words w = of("rm").parse(List.of("a", "-f", "b", "--", "-f"));
        assertTrue(w.is("force"));
        assertEquals(List.of("a", "b", "-f"), w.rest());
    }

    @Test
    void theLastOfAnOptionCountsAndSwitchesTakeAValueAfterEqualsOnly() {
        Words w = of("run").parse(List.of("--name", "a", "--name", "b", "--rm", "--rm=false", "-t=true", "--sig-proxy=0", "-", "x"));
        assertEquals("b", w.get("name").orElseThrow());
        assertFalse(w.is("rm"));
        assertTrue(w.is("tty"));
        assertFalse(w.is("sig-proxy", true));
        assertEquals(List.of("-", "x"), w.rest());
    }

    @Test
    void helpCountsBeforeTheWordsAreCounted() {
        assertTrue(of("run").parse(List.of("--help")).isHelp());
        assertTrue(of("rm").parse(List.of("a", "--help")).isHelp());
        assertFalse(of("run").parse(List.of("busybox", "--help")).isHelp());
        assertEquals("web", of("run").parse(List.of("-h", "web", "x")).get("hostname").orElseThrow(), "-h is the host name here");
        assertTrue(of("ps").parse(List.of("-h")).isHelp());
    }

    @Test
    void noWordsEscapeTheGrammar() {
        Grammar run = of("run");
        Random random = new Random(20261124);
        String[] pieces = {"-", "--", "=", "a", "run", "e", "it", "name", "rm", " ", "ü", "\0", "--env", "-p", "\"", "{{", "1"};
        for (int i = 0; i < 20_000; i++) {
            String[] line = new String[random.nextInt(6)];
            for (int k = 0; k < line.length; k++) {
                StringBuilder w = new StringBuilder();
                for (int n = random.nextInt(4); n >= 0; n--) {
                    w.append(pieces[random.nextInt(pieces.length)]);
                }
                line[k] = w.toString();
            }
            try {
                run.parse(List.of(line)).rest();
            } catch (UsageException e) {
                assertFalse(e.getMessage().isBlank());
            }
        }
    }

    @Test
    void flagsThatMeanNothingInAMicroVmAreRefusedWithTheReason() throws IOException {
        UsageException e = assertThrows(UsageException.class, () -> of("run").parse(words("--blkio-weight 500 busybox true")));
        assertTrue(e.getMessage().startsWith("unknown flag: --blkio-weight\nThe disk of a microVM has no share of its own"), e.getMessage());
        assertFalse(assertThrows(UsageException.class, () -> of("ps").parse(words("--init"))).getMessage().contains("--entrypoint"));
        Properties all = new Properties();
        try (InputStream in = getClass().getResourceAsStream("/io/hypr/shell/refused.properties")) {
            all.load(in);
        }
        assertTrue(all.size() >= 20);
        all.forEach((name, why) -> {
            assertTrue(of("run").option(name.toString()).isEmpty(), name + " is refused and known");
            Matcher m = Pattern.compile("--([a-z-]+)").matcher(why.toString());
            while (m.find()) {
                assertTrue(of("run").option(m.group(1)).isPresent(), name + " names --" + m.group(1));
            }
        });
    }
}
