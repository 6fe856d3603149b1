package io.hypr.krun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.Availability;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/** What a session says of a program that does not listen, or does so no more. */
class KrunSessionTest {

    @TempDir
    Path directory;
    private KrunSession session;

    @BeforeEach
    void setUp() throws IOException {
        RunDirectory run = new RunDirectory(directory);
        run.logs(log());
        Files.writeString(log(), "hypr-krun: the guest is gone\n");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(run.link())).close();
    }

    private Path log() {
        return directory.resolve("vmm.log");
    }

    /** A program that lives when it is first asked. */
    private record Program(boolean ends) implements HostProcess {

        @Override
        public long pid() {
            return 1;
        }

        @Override
        public boolean isAlive() {
            return true;
        }

        @Override
        public boolean awaitExit(Duration limit) {
            return ends;
        }

        @Override
        public void kill() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void stop() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void resume() {
            throw new AssertionError("not asked for");
        }

        @Override
        public boolean isStopped() {
            return false;
        }

        @Override
        public void close() {
        }
    }

    private record Here(Program program) implements Platform {

        @Override
        public String name() {
            return "krun";
        }

        @Override
        public Set<String> facets() {
            return Set.of();
        }

        @Override
        public Availability probe() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void check(VmPlan plan) {
            throw new AssertionError("not asked for");
        }

        @Override
        public Process start(VmPlan plan, RunDirectory run) {
            throw new AssertionError("not asked for");
        }

        @Override
        public Optional<Program> find(RunDirectory run) {
            return Optional.of(program);
        }

        @Override
        public void discard(RunDirectory run, KrunRecord record) {
            throw new AssertionError("not asked for");
        }
    }

    private String said(Program program) {
        KrunRecord content = new KrunRecord(directory.toString(), "hypr/01", log().toString(), 990, 991);
        session = new KrunSession(content.as("krun", "01"), content, new Here(program)).hold();
        HyprException e = assertThrows(HyprException.class, session::link);
        assertEquals(ErrorCode.UNAVAILABLE, e.code());
        return e.getMessage() + " " + e.remedy().orElse("");
    }

    @Test
    void ofAProgramThatEndsItIsSaidWhatItSaidLast() {
        assertEquals("The hypr-krun of microVM 01 has ended. Its log ends with: hypr-krun: the guest is gone See " + log() + ".", said(new Program(true)));
    }

    @Test
    void aProgramThatRunsAndDoesNotListenIsToldApart() {
        assertEquals("The hypr-krun of microVM 01 runs, but does not listen at " + directory.resolve("link") + ". Restart the container.",
            said(new Program(false)));
    }
}
