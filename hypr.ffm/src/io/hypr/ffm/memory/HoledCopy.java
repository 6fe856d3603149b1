package io.hypr.ffm.memory;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Copies a file extent by extent, so that holes stay holes, and blocks of zeros become holes: lseek(2). */
final class HoledCopy {

    private static final int PIECE = 1 << 20;
    private static final int BLOCK = 4096;
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(BLOCK).asReadOnlyBuffer();

    private final Path from;
    private final Path to;

    HoledCopy(Path from, Path to) {
        this.from = from;
        this.to = to;
    }

    long run() throws IOException {
        try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel target = FileChannel.open(to, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            long copied = 0;
            ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
            try (Extents extents = new Extents(from)) {
                while (extents.next()) {
                    for (long at = extents.from(); at < extents.to(); at += piece.limit()) {
                        copied += copy(source, target, at, piece.clear().limit((int) Math.min(PIECE, extents.to() - at)));
                    }
                }
            }
            if (target.size() < source.size()) {
                target.write(ByteBuffer.allocate(1), source.size() - 1);
            }
            return copied;
        }
    }

    private static long copy(FileChannel source, FileChannel target, long at, ByteBuffer piece) throws IOException {
        while (piece.hasRemaining()) {
            if (source.read(piece, at + piece.position()) < 0) {
                throw new EOFException("The file ended while it was copied");
            }
        }
        int size = piece.position();
        long copied = 0;
        for (int begin = 0, end; begin < size; begin = end) {
            end = Math.min(size, begin + BLOCK);
            if (isZero(piece, begin, end)) {
                continue;
            }
            while (end < size && !isZero(piece, end, Math.min(size, end + BLOCK))) {
                end = Math.min(size, end + BLOCK);
            }
            piece.limit(end).position(begin);
            while (piece.hasRemaining()) {
                target.write(piece, at + piece.position());
            }
            piece.limit(size);
            copied += end - begin;
        }
        return copied;
    }

    private static boolean isZero(ByteBuffer piece, int begin, int end) {
        return piece.slice(begin, end - begin).mismatch(ZEROS.slice(0, end - begin)) < 0;
    }
}
