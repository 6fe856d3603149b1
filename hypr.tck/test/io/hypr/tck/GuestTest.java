package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ByteChannel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

import org.junit.jupiter.api.Test;

import io.hypr.vmm.VmSession;

class GuestTest {

    private static final long MAGIC = 0x4B4E494C52505948L;

    /** A link that says the first octets, answers a HELLO or breaks. */
    private static final class Connection implements ByteChannel {

        private final boolean answers;
        private final ByteBuffer said = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        private long written;
        private boolean closed;

        Connection(boolean answers, int... first) {
            this.answers = answers;
            for (int octet : first) {
                said.put((byte) octet);
            }
        }

        @Override
        public int write(ByteBuffer octets) throws IOException {
            int count = octets.remaining();
            ByteBuffer frame = octets.slice().order(ByteOrder.LITTLE_ENDIAN);
            octets.position(octets.limit());
            written += count;
            if (answers && frame.get(0) == 1) {
                said.put((byte) 2).put((byte) 0).putShort((short) 0).putInt(66).putLong(0);
                said.putLong(MAGIC).putLong(frame.getLong(24)).putShort((short) 1).put(new byte[48]).putLong(~0L);
            }
            return count;
        }

        @Override
        public int read(ByteBuffer target) {
            if (said.position() == 0) {
                return -1;
            }
            int count = said.flip().remaining();
            target.put(said);
            said.clear();
            return count;
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static VmSession session(Connection... connections) {
        Queue<Connection> links = new ArrayDeque<>(List.of(connections));
        return (VmSession) Proxy.newProxyInstance(GuestTest.class.getClassLoader(), new Class<?>[] {VmSession.class}, (_, method, _) -> {
            assertEquals("link", method.getName());
            return links.remove();
        });
    }

    @Test
    void aLinkThatItsGuestHasGivenUpIsOpenedAgain() throws Exception {
        Connection givenUp = new Connection(false);
        Connection next = new Connection(true);
        try (Guest guest = Guest.hello(session(givenUp, next), true)) {
            assertEquals(1, guest.generation());
            assertTrue(givenUp.closed);
            assertFalse(next.closed);
            assertTrue(givenUp.written < 65_560, "the first connection has no padding");
            assertTrue(next.written > 65_560, "but those after it have");
        }
        assertTrue(next.closed);
    }

    @Test
    void aLinkThatBreaksOnceTheGuestHasSaidSomethingIsAFault() {
        Connection broken = new Connection(false, 2, 0, 0);
        assertThrows(AssertionError.class, () -> Guest.hello(session(broken, new Connection(true)), true));
        assertTrue(broken.closed);
    }
}
