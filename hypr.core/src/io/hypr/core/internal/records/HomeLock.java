package io.hypr.core.internal.records;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Holds a home for one engine. The kernel lets go of it when the process ends, however it ends. */
public final class HomeLock implements AutoCloseable {

    private final FileChannel file;

    /** @param home directory that is to be held */
    public HomeLock(Path home) {
        Path path = home.resolve("lock");
        FileChannel channel = null;
        try {
            Files.createDirectories(home);
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = null;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                lock = null; // Another engine in this same process.
            }
            if (lock == null) {
                String pid = Files.readString(path).strip();
                channel.close();
                throw new HyprException(ErrorCode.IN_USE, "Another engine (pid " + (pid.isEmpty() ? "unknown" : pid) + ") uses " + home + ".")
                    .remedy("Use that one, stop it, or give this one another home by HYPR_HOME.");
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            file = channel;
        } catch (IOException e) {
            throw new HyprException(ErrorCode.DENIED, "The home " + home + " cannot be held.", e)
                .remedy("See that the directory can be made and written by this user.");
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The lock of the home cannot be let go.", e);
        }
    }
}
