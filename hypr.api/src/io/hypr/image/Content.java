package io.hypr.image;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Blobs by digest. Implemented by hypr.image, called by the builder and by tools, from any thread.
 */
@ProviderType
public interface Content {

    /**
     * {@return the file, if it is here; nobody may change it}
     *
     * @param digest {@code sha256:} and 64 hexadecimal digits
     */
    Optional<Path> find(String digest);

    /**
     * Takes a blob in. Nothing is visible under its digest before all of it is there and is safe on the disk.
     *
     * @param bytes read to its end, not closed
     * @param digest what it must have; null = whatever it has
     * @return its digest
     * @throws io.hypr.model.HyprException {@code CORRUPT} if the digest is another, {@code EXHAUSTED} if the disk is full
     */
    String put(InputStream bytes, String digest);
}
