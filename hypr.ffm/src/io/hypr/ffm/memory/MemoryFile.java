package io.hypr.ffm.memory;

import java.io.IOException;
import java.nio.file.Path;

import io.hypr.ffm.call.ErrnoException;

/**
 * A file that has no place but memory, memfd_create(2): it is gone when nobody has it open any more. Once it is {@link #seal sealed} nobody can change it, not
 * even who may write to it: a process that needs the right to write only to map it copy-on-write can be trusted with it.
 *
 * <p>
 * Other processes open it by its {@link #path}, as root. Not safe for use by several threads.
 */
public final class MemoryFile implements AutoCloseable {

    private static final int SEAL_SEAL_SHRINK_GROW_WRITE = 0xF;

    private final int fd;
    private boolean closed;

    private MemoryFile(int fd) {
        this.fd = fd;
    }

    /**
     * Makes one, full of holes.
     *
     * @param name for people who look at /proc
     * @param size in bytes
     * @return the file
     * @throws ErrnoException if the kernel refuses, for example with ENOMEM
     */
    public static MemoryFile create(String name, long size) throws ErrnoException {
        MemoryFile file = new MemoryFile(MemoryCalls.create(name));
        try {
            MemoryCalls.resize(file.fd, size);
            return file;
        } catch (ErrnoException e) {
            file.close();
            throw e;
        }
    }

    /** @return by which this process and others can open it as long as this is not closed; opening it gives a position of its own */
    public Path path() {
        return Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd", Integer.toString(fd));
    }

    /**
     * Forbids every change of content and size, for ever.
     *
     * @throws ErrnoException EBUSY while it is mapped so that it can be written
     */
    public void seal() throws ErrnoException {
        MemoryCalls.seal(fd, SEAL_SEAL_SHRINK_GROW_WRITE);
    }

    /** Lets go of it. Who has it open has it still. Idempotent. */
    @Override
    public void close() throws ErrnoException {
        if (!closed) {
            closed = true;
            MemoryCalls.close(fd);
        }
    }

    /**
     * Copies a file with its holes, which take no time. Blocks of zeros become holes.
     *
     * @param from any file
     * @param to a file of at least that size that holds nothing yet; made if it is not there
     * @return bytes that were copied
     * @throws IOException if one cannot be read, or the other not written
     */
    public static long copy(Path from, Path to) throws IOException {
        return new HoledCopy(from, to).run();
    }
}
