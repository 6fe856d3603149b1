package io.hypr.shell.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.shell.internal.grammar.InputException;

/** What docker 28.2.2 printed for a container of the name web: {@code docker ps -a --filter name=web --format TEMPLATE}. */
class TemplateTest {

    private static Map<String, Object> values() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("Names", "web");
        m.put("Size", 12L);
        m.put("Up", true);
        m.put("None", null);
        m.put("Ports", List.of("80/tcp", "53/udp"));
        m.put("Config", Map.of("Env", List.of("A=b"), "Labels", Map.of("x.y", "z")));
        m.put("Label", (Function<Object, Object>) name -> name.equals("tier") ? "front" : "");
        return m;
    }

    private static String render(String template) {
        return Template.parse(template).render(values());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '\u00b0', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            {{"a\\x41b"}}~aAb
            {{printf "%5.2f|%-5s|%05d|%q|%t" 1.5 "ab" 7 "x" true}}~ 1.50|ab   |00007|"x"|true
            {{range split "a,b" ","}}[{{.}}]{{else}}none{{end}}~[a][b]
            {{with ""}}x{{else}}y{{end}}~y
            {{if and 1 0}}t{{else if eq "a" "b" "a"}}m{{else}}f{{end}}~m
            {{- "  x  " -}} y~  x  y
            {{$x := "q"}}{{$x}}~q
            {{truncate "abc" 2}}{{pad "a" 1 2}}|~ab a  |
            {{len "äb"}}~3
            {{title "ab cd"}}~Ab Cd
            {{1 | printf "%d-%d" 2}}~2-1
            {{(index (split "a,b" ",") 1) | upper}}~B
            {{not true}} {{or "" "z"}} {{lt 1 2}} {{ge 2 2}} {{ne "a" "b"}}~false z true true true
            {{/* c */}}x~x
            {{.Names | json}}~"web"
            {{range $i, $e := split "a,b" ","}}{{$i}}={{$e}};{{end}}~0=a;1=b;
            {{"}}"}}~}}
            {{1.5}} {{true}} {{-3}}~1.5 true -3
            {{join (split "a-b" "-") "+"}}~a+b
            {{$x := 1}}{{if $x}}{{$x = 2}}{{end}}{{$x}}~2
            {{slice "abcdef" 1 3}}~bc
            {{len (split "a b" " ")}}~2
            {{.Names}}: {{.Size}}~web: 12
            {{json .Ports}}~["80/tcp","53/udp"]
            {{.Config.Env}}~[A=b]
            {{index .Config.Labels "x.y"}}~z
            {{range .Config.Env}}{{println .}}{{$.Names}}{{end}}~A=b
            {{.Label "tier"}}~front
            {{.None}}~<no value>
            {{if .Up}}up{{end}}~up
            """)
    void printsWhatDockerPrints(String template, String expected) {
        assertEquals(expected, render(template).lines().findFirst().orElse(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{.Foo}}", "{{if}}", "{{.Names", "{{join .Names \",\"}}", "{{index .Ports 99}}", "{{.Label}}", "{{end}}", "{{else}}",
            "{{nosuch 1}}", "{{range .Names}}x{{end}}",
        "{{if 1}}x", "{{\"abc}}", "{{(1}}", "{{1)}}", "{{$y}}", "{{$y = 1}}", "{{.Names \"x\"}}", "{{|}}", "{{json}}", "{{slice \"abc\" 5}}",
        "{{\"\\xzz\"}}", "{{99999999999999999999}}", "{{printf}}",
        "{{pad \"a\" \"b\" \"c\"}}", "{{.Names.X}}", "{{index .Names \"k\"}}"})
    void refusesWithASentence(String template) {
        InputException e = assertThrows(InputException.class, () -> render(template));
        assertTrue(e.getMessage().contains("template"), e.getMessage());
    }

    @Test
    void aMapOfTextsHasAnEmptyTextForWhatItHasNot() {
        Template t = Template.parse("[{{index .texts \"b\"}}] [{{index .mixed \"b\"}}]");
        assertEquals("[] [<no value>]", t.render(Map.of("texts", Map.of("a", "1"), "mixed", Map.of("a", 1))));
    }

    /** What docker 28.2.2 says of templates: {@code docker inspect -f TEMPLATE CONTAINER}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {{.Foo}}              | :1:2: executing "" at <.Foo>: map has no entry for key "Foo"
            x{{json .Foo}}        | :1:8: executing "" at <.Foo>: map has no entry for key "Foo"
            {{.Foo.Bar.X}}        | :1:6: executing "" at <.Foo.Bar.X>: map has no entry for key "Foo"
            {{ index .Ports 99 }} | :1:3: executing "" at <index .Ports 99>: error calling index: index out of range: 99
            {{.Names.X}}          | :1:8: executing "" at <.Names.X>: can't evaluate field X in type interface {}
            {{.Names              | :1: unclosed action
            {{nosuch 1}}          | :1: function "nosuch" not defined
            {{if 1}}x             | :1: unexpected EOF
            {{if}}                | :1: missing value for if
            """)
    void saysWhereAsDockerDoes(String template, String what) {
        assertEquals("template parsing error: template: " + what, assertThrows(InputException.class, () -> render(template)).getMessage());
    }

    @Test
    void deepAndLongTemplatesAreRefusedOrRenderedWithoutHarm() {
        assertThrows(InputException.class, () -> render("{{(".repeat(1) + "(".repeat(100_000) + "1" + ")".repeat(100_000) + "}}"));
        assertThrows(InputException.class, () -> render("{{if 1}}".repeat(100_000) + "{{end}}".repeat(100_000)));
        assertThrows(InputException.class, () -> render("{{if 0}}" + "{{else if 0}}".repeat(100_000) + "{{end}}"));
        assertThrows(InputException.class, () -> render("{{.A" + ".A".repeat(100_000) + "}}"));
        assertEquals(100_000, render("{{\"" + "a".repeat(100_000) + "\"}}").length());
        assertEquals(100_000, render("{{\"" + "\\n".repeat(100_000) + "\"}}").length());
        assertThrows(InputException.class, () -> render("{{" + "a".repeat(100_000) + "}}"));
        assertEquals("x".repeat(10_000), render("{{\"x\"}}".repeat(10_000)));
    }

    @Test
    void nothingButASentenceEscapes() {
        Random random = new Random(71);
        String[] pieces = {"{{", "}}", "{{-", "-}}", " ", "if", "range", "with", "end", "else", "else if", "$x", ":=", "=", "|", "(", ")", ".",
                ".Names", ".Ports", ".Label", "\"a\"", "`", "\"", "\\", "1",
            "-2", "printf", "\"%d %s %99999d\"", "json", "index", "join", "len", "pad", "slice", "truncate", "split", ",", "and", "not", "eq", "lt",
            "ü", "\n", "/*", "*/", "nil", "true"};
        int rendered = 0;
        for (int i = 0; i < 60_000; i++) {
            StringBuilder t = new StringBuilder(random.nextBoolean() ? "{{" : "");
            for (int n = random.nextInt(14); n >= 0; n--) {
                t.append(pieces[random.nextInt(pieces.length)]);
                t.append(random.nextInt(3) == 0 ? " " : "");
            }
            t.append(random.nextBoolean() ? "}}" : "");
            String template = t.toString();
            try {
                render(template);
                rendered++;
            } catch (InputException e) {
                assertFalse(e.getMessage().isBlank(), template);
            } catch (RuntimeException e) {
                throw new AssertionError("The template " + template, e);
            }
        }
        assertTrue(rendered > 1000, "some are well-formed: " + rendered);
    }

    @Test
    void noTemplateTakesLong() {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertThrows(InputException.class, () -> render("{{" + "a.".repeat(50_000) + "!}}"));
            assertThrows(InputException.class, () -> render("{{" + "\"\\".repeat(50_000) + "}}"));
            assertThrows(InputException.class, () -> render("{{" + "$".repeat(50_000) + "}}"));
        });
    }
}
