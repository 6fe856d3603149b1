package io.hypr.core.internal.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Kernels that users bring along for their containers. */
final class Kernels {

    private static final byte[] ELF = {0x7F, 'E', 'L', 'F'};
    private static final String REMEDY = "Name the vmlinux that a build of Linux leaves, for this processor and with CONFIG_PVH.";

    private Kernels() {
    }

    /**
     * @param file absolute path of what is to be a kernel
     * @return the file, whose beginning is that of an ELF file; whether it boots is found out by booting it
     */
    static Path checked(String file) {
        Path path = Path.of(file);
        if (!Files.isRegularFile(path)) {
            throw NewContainer.invalid("There is no kernel " + file + ": no such regular file.").remedy(REMEDY);
        }
        try (InputStream in = Files.newInputStream(path)) {
            if (!Arrays.equals(in.readNBytes(ELF.length), ELF)) {
                throw NewContainer.invalid("The kernel " + file + " is no uncompressed ELF file.").remedy(REMEDY);
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INVALID, "The kernel " + file + " cannot be read: " + e.getMessage(), e).remedy(REMEDY);
        }
        return path;
    }
}
