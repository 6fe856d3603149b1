package io.hypr.ffm.memory;

import java.nio.file.Path;

import io.hypr.ffm.call.ErrnoException;

/**
 * Where a file has data between its holes, one stretch after the other: lseek(2). A file system that knows no holes has one stretch. Not safe for
 * use by several threads.
 */
public final class Extents implements AutoCloseable {

    private final int fd;
    private long from;
    private long to;

    /**
     * @param file any file
     * @throws ErrnoException if it cannot be opened
     */
    public Extents(Path file) throws ErrnoException {
        fd = MemoryCalls.open(file.toString());
    }

    /**
     * Goes on to the next stretch.
     *
     * @return whether there is one
     * @throws ErrnoException if the file cannot be looked at
     */
    public boolean next() throws ErrnoException {
        from = MemoryCalls.nextData(fd, to);
        if (from < 0) {
            return false;
        }
        to = MemoryCalls.nextHole(fd, from);
        return true;
    }

    /** @return where the stretch begins, in octets from the beginning of the file */
    public long from() {
        return from;
    }

    /** @return where the hole after it begins, or the file ends */
    public long to() {
        return to;
    }

    @Override
    public void close() throws ErrnoException {
        MemoryCalls.close(fd);
    }
}
