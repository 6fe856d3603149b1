package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.hypr.engine.ContainerSpec.PortMapping;
import io.hypr.shell.internal.grammar.InputException;

class PortsTest {

    private static String shown(PortMapping m) {
        return m.hostAddress + "|" + m.hostPort + "|" + m.hostPortEnd + "|" + m.containerPort + "/" + m.protocol;
    }

    @ParameterizedTest
    @CsvSource({"80, |0|0|80/tcp", "8080:80, |8080|0|80/tcp", "53:53/udp, |53|0|53/udp", "127.0.0.1:8080:80, 127.0.0.1|8080|0|80/tcp",
            "127.0.0.1::80, 127.0.0.1|0|0|80/tcp",
        "[::1]:8080:80, ::1|8080|0|80/tcp", "[::1]::80/UDP, ::1|0|0|80/udp", "0:80, |0|0|80/tcp", "8000-8010:80, |8000|8010|80/tcp"})
    void readsOnePort(String text, String expected) {
        List<PortMapping> all = Ports.parse(text);
        assertEquals(1, all.size());
        assertEquals(expected, shown(all.getFirst()));
    }

    @Test
    void readsRanges() {
        assertEquals(List.of("|8000|0|80/tcp", "|8001|0|81/tcp", "|8002|0|82/tcp"), Ports.parse("8000-8002:80-82").stream().map(PortsTest::shown).toList());
        assertEquals(List.of("|0|0|80/tcp", "|0|0|81/tcp"), Ports.parse("80-81").stream().map(PortsTest::shown).toList());
        assertEquals(List.of("80/tcp"), Ports.exposed("80"));
        assertEquals(List.of("53/udp", "54/udp"), Ports.exposed("53-54/udp"));
    }

    /** What docker 28.2.2 says after its name: {@code docker run -p TEXT busybox}. */
    @ParameterizedTest
    @CsvSource({"abc,invalid containerPort: abc", "99999:80,invalid hostPort: 99999", "x:80,invalid hostPort: x",
            "999.1.1.1:80:80,invalid IP address: 999.1.1.1", "80/foo,invalid proto: foo",
        "80-81:90-95,invalid ranges specified for container and host Ports: 90-95 and 80-81"})
    void refusesAsDockerDoes(String text, String sentence) {
        InputException e = assertThrows(InputException.class, () -> Ports.parse(text));
        assertEquals(sentence, e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"''", ":", "::", "80:", "-", "81-80", "0", "[::1:80", "[::1]x:80:80", "a:b:c:80", "-80", "+80", "80/sctp", "1.2.3:80:80"})
    void refusesOthers(String text) {
        assertThrows(InputException.class, () -> Ports.parse(text));
    }

    /** What docker 28.2.2 says after its name: {@code docker create --expose TEXT busybox}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            x     | strconv.ParseUint: parsing "x": invalid syntax
            99999 | strconv.ParseUint: parsing "99999": value out of range
            90-80 | invalid range specified for port: 90-80
            """)
    void refusesToExposeAsDockerDoes(String text, String why) {
        InputException e = assertThrows(InputException.class, () -> Ports.exposed(text));
        assertEquals("invalid range format for --expose: " + text + ", error: " + why, e.getMessage());
    }

    @Test
    void nothingButASentenceEscapes() {
        Random random = new Random(8);
        String letters = "0189:-./[]utcpd x";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder t = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                t.append(letters.charAt(random.nextInt(letters.length())));
            }
            String text = t.toString();
            try {
                Ports.parse(text);
                Ports.exposed(text);
            } catch (InputException e) {
                assertTrue(!e.getMessage().isBlank(), text);
            }
        }
    }
}
