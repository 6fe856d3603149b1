package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.engine.Attachment;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

class StreamsTest {

    private final FakeCall call = new FakeCall();

    private final Attachment process = new Attachment() {

        @Override
        public OutputStream input() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public int await() {
            return 7;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    @Test
    void aProcessThatEndedBeforeItCouldBeToldTheSizeHasItsStatus() throws InterruptedException {
        call.terminal = true;
        List<String> sizes = new ArrayList<>();
        try (Streams streams = new Streams(call, true, true)) {
            assertTrue(call.raw);
            assertEquals(7, streams.join(process, true, "", new Streams.Control(null, (rows, columns) -> {
                sizes.add(rows + " " + columns);
                throw new HyprException(ErrorCode.CONFLICT, "Container is not running");
            })));
        }
        assertEquals(List.of("24 80"), sizes);
        assertFalse(call.raw);
    }
}
