package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.model.HyprException;

class DetachKeysTest {

    /** Gives one octet for each read, or all that were asked for. */
    private static InputStream keys(String typed, boolean one) {
        return new ByteArrayInputStream(typed.getBytes(StandardCharsets.ISO_8859_1)) {
            @Override
            public synchronized int read(byte[] b, int off, int len) {
                return super.read(b, off, one ? Math.min(1, len) : len);
            }

            @Override
            public synchronized int available() {
                return one ? 0 : super.available();
            }
        };
    }

    @ParameterizedTest
    @CsvSource({
        "'ctrl-p,ctrl-q', 'abcPQdef', abc, true",
        "'ctrl-p,ctrl-q', 'abcPdef', abcPdef, false",
        "'ctrl-p,ctrl-q', 'PPQx', P, true",
        "'ctrl-p,ctrl-q', 'P', P, false",
        "'ctrl-p,ctrl-q', 'QPQ', Q, true",
        "'ctrl-p', 'aPb', a, true",
        "'a,a,b', 'xaaaab', xaa, true",
        "'a,b,a,c', 'ababac', ab, true",
        "'a,b,a,c', 'abab', abab, false",
        "'', 'xPQ', x, true",
        "'ctrl-@,x', 'yZx', y, true",
    })
    void endsAtTheKeysAndPassesOnAllElse(String spec, String typed, String passed, boolean detached) throws IOException {
        for (boolean one : new boolean[] {true, false}) {
            String real = typed.replace('P', '\u0010').replace('Q', '\u0011').replace('Z', '\0');
            DetachKeys d = new DetachKeys(keys(real, one), spec);
            String got = new String(d.readAllBytes(), StandardCharsets.ISO_8859_1).replace('\u0010', 'P').replace('\u0011', 'Q');
            assertEquals(passed, got);
            assertEquals(detached, d.isDetached());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ctrl-", "ctrl-!", "ctrl-aa", "ab", ",", "a,", "ü", "ctrl-P"})
    void refusesUnknownKeys(String spec) {
        HyprException e = assertThrows(HyprException.class, () -> new DetachKeys(InputStream.nullInputStream(), spec));
        assertEquals("Invalid escape keys (" + spec + ") provided", e.getMessage());
    }
}
