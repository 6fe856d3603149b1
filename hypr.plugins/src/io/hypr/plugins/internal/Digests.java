package io.hypr.plugins.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Sums of files. */
final class Digests {

    private Digests() {
    }

    static String of(Path file) {
        return of(file, "SHA-256");
    }

    static String of(Path file, String algorithm) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest sum = MessageDigest.getInstance(algorithm);
            byte[] part = new byte[1 << 16];
            for (int n = in.read(part); n >= 0; n = in.read(part)) {
                sum.update(part, 0, n);
            }
            return HexFormat.of().formatHex(sum.digest());
        } catch (IOException e) {
            throw new HyprException(ErrorCode.NOT_FOUND, "The file " + file + " cannot be read: " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has " + algorithm, e);
        }
    }
}
