package io.hypr.vmm.krun.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

import io.hypr.ffm.process.PidFd;
import io.hypr.krun.HostProcess;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.host.VmmProcess;

/**
 * A {@code hypr-krun} on Linux.
 *
 * @param vmm held by its pidfd
 */
record KvmProcess(VmmProcess vmm) implements HostProcess {

    private static final int SIGCONT = 18;
    private static final int SIGSTOP = 19;

    @Override
    public long pid() {
        return vmm.pid();
    }

    @Override
    public boolean isAlive() {
        return vmm.isAlive();
    }

    @Override
    public boolean awaitExit(Duration limit) throws InterruptedException {
        return vmm.awaitExit(limit);
    }

    @Override
    public void kill() {
        vmm.kill();
    }

    @Override
    public void stop() {
        signal(SIGSTOP);
        awaitStopped();
    }

    @Override
    public void resume() {
        signal(SIGCONT);
    }

    /** As long as the pidfd is held and the process lives, its number is its own. */
    private void signal(int number) {
        OptionalLong start = PidFd.startTime(pid());
        if (!isAlive() || start.isEmpty()) {
            return;
        }
        try (PidFd process = PidFd.open(pid(), start.getAsLong()).orElse(null)) {
            if (process != null && isAlive()) {
                process.signal(number);
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The process " + pid() + " of the microVM does not take the signal " + number + ".", e);
        }
    }

    @Override
    public boolean isStopped() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid()), "stat"), StandardCharsets.ISO_8859_1);
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
        } catch (IOException e) {
            return false; // It has ended and was reaped.
        }
    }

    @Override
    public void close() {
        vmm.close();
    }
}
