package io.hypr.image.internal.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.hypr.ffm.crypto.Sha256;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Blobs in an OCI image layout on the disk: {@code blobs/sha256/<hex>} holds what is whole and safe, {@code partial/} what is on its way.
 * Safe for threads. Blobs that somebody needs for an image that has no name yet are held, so that removing another image does not take them
 * away.
 */
public final class Layout {

    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path root;
    private final Path blobs;
    private final Path partial;
    private final Map<String, Integer> held = new ConcurrentHashMap<>();

    /**
     * @param root the layout's directory; made when first written to
     */
    public Layout(Path root) {
        this.root = root;
        this.blobs = root.resolve("blobs/sha256");
        this.partial = root.resolve("partial");
    }

    /** @return the layout's directory */
    public Path root() {
        return root;
    }

    /**
     * @param digest a digest
     * @return the blob's file, if it is here
     */
    public Optional<Path> find(String digest) {
        return Reference.isDigest(digest) ? Optional.of(blobs.resolve(digest.substring(7))).filter(Files::isRegularFile) : Optional.empty();
    }

    /**
     * @param digest a digest
     * @param maximum octets that it may have
     * @return the blob's content
     * @throws HyprException {@code CORRUPT} if it is not here or too large: something refers to it
     */
    public byte[] read(String digest, int maximum) {
        Path file = find(digest).orElseThrow(() -> new HyprException(ErrorCode.CORRUPT, "The content store " + root + " lacks the blob " + digest + ".")
                .remedy("Remove the image and pull it again."));
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maximum + 1);
            if (bytes.length > maximum) {
                throw new HyprException(ErrorCode.CORRUPT, "The blob " + digest + " has more than " + maximum + " octets.");
            }
            return bytes;
        } catch (IOException e) {
            throw trouble(e);
        }
    }

    /**
     * @param digest a blob's digest
     * @return whether the blob is here and still has that digest
     */
    public boolean sound(String digest) {
        Optional<Path> file = find(digest);
        if (file.isEmpty()) {
            return false;
        }
        MessageDigest sum = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file.get()), sum)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw trouble(e);
        }
        return digest.equals("sha256:" + HexFormat.of().formatHex(sum.digest()));
    }

    /**
     * Takes a blob in.
     *
     * @param in read to its end, not closed
     * @param digest what it must have; null = whatever it has
     * @return its digest
     */
    public String put(InputStream in, String digest) {
        Path file = null;
        try {
            prepare();
            file = Files.createTempFile(partial, "put-", "");
            MessageDigest sum = sha256();
            try (OutputStream out = Files.newOutputStream(file)) {
                new DigestInputStream(in, sum).transferTo(out);
            }
            String found = "sha256:" + HexFormat.of().formatHex(sum.digest());
            if (digest != null && !digest.equals(found)) {
                throw new HyprException(ErrorCode.CORRUPT, "A blob has the digest " + found + " instead of " + digest + ".");
            }
            commit(file, found);
            return found;
        } catch (IOException e) {
            throw trouble(e);
        } finally {
            discard(file);
        }
    }

    /**
     * @param digest a blob's digest
     * @return the file in which it is collected; stays when a transfer breaks off, so that it can be resumed
     */
    public Path partial(String digest) {
        try {
            prepare();
        } catch (IOException e) {
            throw trouble(e);
        }
        return partial.resolve(digest.substring(7));
    }

    /**
     * Makes a collected blob visible, once it is safe on the disk.
     *
     * @param file in the directory for partial blobs, verified
     * @param digest its digest
     */
    public void commit(Path file, String digest) {
        try {
            replace(file, blobs.resolve(digest.substring(7)));
        } catch (IOException e) {
            throw trouble(e);
        }
    }

    /**
     * Writes a file of the layout anew: the old content is there, or the new one, whenever the machine stops.
     *
     * @param name relative to the layout's directory
     * @param content the new content
     */
    void write(String name, byte[] content) {
        Path file = null;
        try {
            prepare();
            file = Files.createTempFile(partial, "new-", "");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE); OutputStream out = Channels.newOutputStream(channel)) {
                out.write(content);
            }
            replace(file, root.resolve(name));
        } catch (IOException e) {
            throw trouble(e);
        } finally {
            discard(file);
        }
    }

    /**
     * @param name relative to the layout's directory
     * @return a file's content; empty if there is none
     */
    Optional<byte[]> content(String name) {
        try {
            return Optional.of(Files.readAllBytes(root.resolve(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw trouble(e);
        }
    }

    /**
     * Removes a blob unless it is held.
     *
     * @param digest its digest
     */
    public void delete(String digest) {
        held.compute(digest, (key, holders) -> {
            if (holders == null) {
                discard(blobs.resolve(digest.substring(7)));
            }
            return holders;
        });
    }

    /**
     * Removes what was collected of a blob unless it is held.
     *
     * @param digest its digest
     */
    public void abandon(String digest) {
        held.compute(digest, (key, holders) -> {
            if (holders == null) {
                discard(partial.resolve(digest.substring(7)));
            }
            return holders;
        });
    }

    /**
     * Keeps a blob from being removed.
     *
     * @param digest its digest, whether it is here yet or not
     * @return ends it
     */
    public Hold hold(String digest) {
        held.merge(digest, 1, Integer::sum);
        return () -> held.computeIfPresent(digest, (key, holders) -> holders == 1 ? null : holders - 1);
    }

    /** Keeps a blob until it is closed, once. */
    @FunctionalInterface
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /** Removes partial blobs that nobody resumed for a day. */
    public void sweep() {
        if (!Files.isDirectory(partial)) {
            return;
        }
        try (Stream<Path> files = Files.list(partial)) {
            Instant limit = Instant.now().minus(ABANDONED);
            for (Path file : files.toList()) {
                if (Files.exists(file) && Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                    discard(file);
                }
            }
        } catch (IOException e) {
            throw trouble(e);
        }
    }

    /**
     * Removes a file of this layout.
     *
     * @param file the file, or null; need not exist
     */
    public void discard(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw trouble(e);
        }
    }

    private void prepare() throws IOException {
        Files.createDirectories(blobs);
        Files.createDirectories(partial);
        Path marker = root.resolve("oci-layout");
        if (!Files.exists(marker)) {
            Files.writeString(marker, "{\"imageLayoutVersion\":\"1.0.0\"}\n");
        }
    }

    private static void replace(Path file, Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** @return a new SHA-256 sum for much data, by native code where the host has it */
    public static MessageDigest sha256() {
        return Sha256.create().orElseGet(Layout::javaSha256);
    }

    private static MessageDigest javaSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }

    /**
     * @param bytes anything
     * @return their digest
     */
    public static String digest(byte[] bytes) {
        return "sha256:" + HexFormat.of().formatHex(javaSha256().digest(bytes));
    }

    /**
     * @param e what went wrong with a file of this layout
     * @return what to throw
     */
    public HyprException trouble(IOException e) {
        if (Thread.currentThread().isInterrupted()) {
            return new HyprException(ErrorCode.CANCELLED, "Writing to the content store " + root + " was cancelled.", e);
        }
        String message = String.valueOf(e.getMessage());
        if (message.contains("No space left") || message.contains("quota exceeded")) {
            return new HyprException(ErrorCode.EXHAUSTED, "The disk of " + root + " is full.", e).remedy("Make room, or remove images that are not needed.");
        }
        return new HyprException(ErrorCode.INTERNAL, "The content store " + root + " cannot be read or written.", e);
    }
}
