package io.hypr.core.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What a file with holes takes up. Java knows of sizes only: stat(1) is asked. */
public final class Blocks {

    private static final int UNIT = 512;

    private Blocks() {
    }

    /**
     * @param file with or without holes
     * @return octets that it takes up on the disk
     * @throws NoSuchFileException if it is not there
     * @throws IOException if it cannot be looked at
     */
    public static long of(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        Process stat = new ProcessBuilder("stat", "-c", "%b", "--", file.toString()).redirectErrorStream(true).start();
        stat.getOutputStream().close();
        String said = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!said.matches("[0-9]{1,18}")) {
            throw new IOException(said);
        }
        return Long.parseLong(said) * UNIT;
    }
}
