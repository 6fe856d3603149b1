package io.hypr.vmm.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.channels.ByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;

/** What is said of a VMM that does not answer at its socket. */
class VmmRefusalTest {

    private static final ConnectException REFUSED = new ConnectException("Connection refused");

    @TempDir
    Path directory;
    private Path log;
    private Path socket;
    private VmmDirectory run;

    @BeforeEach
    void setUp() throws IOException {
        run = new VmmDirectory(directory);
        log = directory.resolve("vmm.log");
        Files.writeString(log, "an earlier start's words\n");
        run.logged(Files.size(log));
        socket = Files.createFile(directory.resolve("qmp"));
    }

    /** A session of a microVM that runs or, a moment after it is asked, ends so. */
    private record Vm(boolean ends, String ending) implements VmSession {

        @Override
        public DriverRecord record() {
            return new DriverRecord("fake", "0123", 1, "{}");
        }

        @Override
        public VmState state() {
            return VmState.RUNNING;
        }

        @Override
        public boolean awaitExit(Duration limit) {
            return ends && limit.isPositive();
        }

        @Override
        public void powerOff() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void kill() {
            throw new AssertionError("not asked for");
        }

        @Override
        public ByteChannel link() {
            throw new AssertionError("not asked for");
        }

        @Override
        public <F> Optional<F> facet(Class<F> type) {
            return Optional.empty();
        }

        @Override
        public void close() {
        }
    }

    private HyprException said(boolean ends, String ending, Exception cause) {
        return VmmRefusal.ofSilence(new Vm(ends, ending), "QEMU", socket, run, log, cause);
    }

    private static void is(String sentence, String remedy, HyprException e) {
        assertEquals(sentence, e.getMessage());
        assertEquals(remedy, e.remedy().orElse(""));
        assertEquals(ErrorCode.UNAVAILABLE, e.code());
    }

    @Test
    void ofOneThatEndsItIsSaidWhatItsLogSaidLast() throws IOException {
        is("QEMU of microVM 0123 has ended.", "See " + log + ".", said(true, "", REFUSED));
        Files.writeString(log, "one\n\u001b[31mqemu: fatal:\ttrouble\u0007\r\n\n", java.nio.file.StandardOpenOption.APPEND);
        is("QEMU of microVM 0123 has ended. Its log ends with: [31mqemu: fatal: trouble", "See " + log + ".", said(true, "", REFUSED));
        is("QEMU of microVM 0123 has ended. Its log ends with: [31mqemu: fatal: trouble", "See " + log + ".",
            said(true, "", new HyprException(ErrorCode.UNAVAILABLE, "QEMU hung up.")));
    }

    @Test
    void whyItEndedIsSaidWhereThatIsKnown() {
        is("QEMU of microVM 0123 has ended. The guest's kernel panicked: x.", "See " + log + ".", said(true, "The guest's kernel panicked: x.", REFUSED));
    }

    @Test
    void ofOneThatRunsItIsSaidWhatIsWrong() throws IOException {
        is("QEMU of microVM 0123 runs, but does not listen at " + socket + ".", "Restart the container.", said(false, "", REFUSED));
        is("QEMU of microVM 0123 runs, but takes no further connection at " + socket + ".",
            "Try again when the host has less to do; kill the container if it stays so.", said(false, "", new SocketException("Try again")));
        Files.delete(socket);
        is("QEMU of microVM 0123 runs, but somebody has removed its socket " + socket + ".",
            "Restart the container, and let nothing clean up that directory.", said(false, "", new SocketException("No such file")));
    }

    @Test
    void whoWasLateIsNotWaitedFor() {
        HyprException late = said(true, "", new HyprException(ErrorCode.TIMEOUT, "QEMU was late."));
        assertEquals("QEMU was late. Try again when the host has less to do; kill the container if it stays so.",
            late.getMessage() + " " + late.remedy().orElse(""));
        assertEquals(ErrorCode.TIMEOUT, late.code());
    }

    @Test
    void aRefusalStaysWhatItIs() {
        HyprException refusal = new HyprException(ErrorCode.INTERNAL, "QEMU refused.");
        assertSame(refusal, said(true, "", refusal));
        HyprException hungUp = new HyprException(ErrorCode.UNAVAILABLE, "QEMU hung up.");
        assertSame(hungUp, said(false, "", hungUp));
    }
}
