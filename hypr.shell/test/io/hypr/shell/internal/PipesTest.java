package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PipesTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Conveyor.BLOCK - 1, Conveyor.BLOCK, 5 * Conveyor.BLOCK + 77})
    void whatIsWrittenIsRead(int size) throws Exception {
        byte[] octets = new byte[size];
        new Random(size).nextBytes(octets);
        byte[][] read = new byte[1][];
        Pipes.join(to -> {
            for (int at = 0, n; at < size; at += n) {
                n = Math.min(size - at, 1 + at % 100_000);
                to.write(octets, at, n);
            }
        }, from -> read[0] = from.readAllBytes());
        assertArrayEquals(octets, read[0]);
    }

    @Test
    void whatIsFlushedIsReadBeforeMoreIsWritten() throws Exception {
        Conveyor back = new Conveyor();
        Pipes.join(to -> {
            to.write(1);
            to.flush();
            assertEquals(2, back.input().read());
        }, from -> {
            assertEquals(1, from.read());
            back.output().write(2);
            back.output().close();
            assertEquals(-1, from.read());
        });
    }

    @Test
    void theSourceStopsWhenTheSinkFailsWhoseErrorCounts() {
        IllegalStateException full = new IllegalStateException("full");
        assertSame(full, assertThrows(IllegalStateException.class, () -> Pipes.join(to -> {
            byte[] zeros = new byte[1000];
            while (true) {
                to.write(zeros);
            }
        }, from -> {
            from.read();
            throw full;
        })));
        assertSame(full, assertThrows(IllegalStateException.class, () -> Pipes.join(to -> {
            try {
                to.write(new byte[10 * Conveyor.BLOCK]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }, from -> {
            throw full;
        })));
    }

    @Test
    void theErrorOfTheSourceCountsMoreThanThatOfACutStream() {
        IllegalStateException gone = new IllegalStateException("gone");
        assertSame(gone, assertThrows(IllegalStateException.class, () -> Pipes.join(to -> {
            to.write(1);
            throw gone;
        }, from -> {
            from.readAllBytes();
            throw new IOException("cut");
        })));
    }
}
