package io.hypr.shell.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words of Docker's library go-units. */
class HumanTest {

    @ParameterizedTest
    @CsvSource({"0,Less than a second", "1,1 second", "2,2 seconds", "59,59 seconds", "60,About a minute", "119,About a minute", "120,2 minutes",
            "3599,59 minutes", "3600,About an hour",
        "5399,About an hour", "5400,2 hours", "86400,24 hours", "171000,2 days", "169200,47 hours", "172800,2 days", "1209600,2 weeks",
        "1209599,2 weeks", "5184000,2 months", "63072000,2 years",
        "31536000,12 months"})
    void durations(long seconds, String text) {
        assertEquals(text, Human.duration(Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @CsvSource({"0,0B", "1,1B", "999,999B", "1000,1kB", "1024,1.02kB", "1983488,1.98MB", "187000000,187MB", "1234567890,1.23GB", "999499,999kB"})
    void decimalSizes(long bytes, String text) {
        assertEquals(text, Human.size(bytes));
    }

    @ParameterizedTest
    @CsvSource({"0,0B", "1024,1KiB", "1536,1.5KiB", "8589934592,8GiB", "100663296,96MiB", "4160749568,3.875GiB"})
    void binarySizes(long bytes, String text) {
        assertEquals(text, Human.binarySize(bytes));
    }

    @ParameterizedTest
    @CsvSource({"abc,3,abc", "abcd,3,ab…", "äöüß,4,äöüß", "äöüß,3,äö…", "😀😀😀,2,😀…"})
    void ellipses(String text, int most, String shown) {
        assertEquals(shown, Human.ellipsis(text, most));
    }
}
