package io.hypr.image.internal.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.image.internal.oci.Descriptor;
import io.hypr.image.internal.oci.Layout;
import io.hypr.image.internal.oci.Reference;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

/**
 * The transfer of one blob into the content store. Its sum is made while it comes. When the connection breaks it goes on where it stopped,
 * by a Range request, and so does the next pull after a failed one. No more is read than the descriptor announces.
 */
public final class Download {

    private static final int BUFFER = 1 << 17;
    private static final int STEPS = 100;
    private static final Pattern TOTAL = Pattern.compile("bytes .*/(\\d{1,18})");

    private final Registry registry;
    private final Layout layout;
    private final Endpoint at;
    private final Reference reference;
    private final Descriptor blob;
    private final Progress progress;
    private MessageDigest sum;
    private long have;

    /**
     * @param registry the client
     * @param layout where the blob goes
     * @param at where it is
     * @param reference the image that needs it
     * @param blob digest and size
     * @param progress hears how far it is
     */
    public Download(Registry registry, Layout layout, Endpoint at, Reference reference, Descriptor blob, Progress progress) {
        this.registry = registry;
        this.layout = layout;
        this.at = at;
        this.reference = reference;
        this.blob = blob;
        this.progress = progress;
    }

    /**
     * Does it. One call at a time for one blob.
     *
     * @throws HyprException {@code NOT_FOUND}, {@code DENIED}, {@code UNAVAILABLE}, {@code CORRUPT}, {@code EXHAUSTED}, {@code CANCELLED}
     */
    public void run() {
        Path file = layout.partial(blob.digest());
        boolean sound = false;
        try {
            collect(file);
            progress.step(blob.shortName(), "Verifying Checksum", 0, 0);
            layout.commit(file, blob.digest());
            progress.step(blob.shortName(), "Download complete", 0, 0);
            sound = true;
        } catch (HyprException e) {
            sound = e.code() != ErrorCode.CORRUPT && e.code() != ErrorCode.NOT_FOUND;
            throw e;
        } finally {
            if (!sound) {
                layout.discard(file);
            }
        }
    }

    private void collect(Path file) {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            boolean resumed = take(out);
            fetch(out);
            if (resumed && !matches()) {
                // What an earlier pull left was not sound: once more from the start.
                restart(out);
                fetch(out);
            }
        } catch (IOException e) {
            throw layout.trouble(e);
        }
        if (!matches()) {
            throw new HyprException(ErrorCode.CORRUPT,
                    "The blob " + blob.digest() + " of " + reference.shortName() + " came from " + at.host() + " with another digest.");
        }
    }

    /** Takes up what an earlier pull left. Returns whether that is anything. */
    private boolean take(FileChannel out) throws IOException {
        restart(null);
        if (out.size() > blob.size()) {
            out.truncate(0);
        }
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        while (out.read(buffer) >= 0) {
            have += buffer.position();
            sum.update(buffer.flip());
            buffer.clear();
        }
        return have > 0;
    }

    private void restart(FileChannel out) throws IOException {
        sum = Layout.sha256();
        have = 0;
        if (out != null) {
            out.truncate(0);
            out.position(0);
        }
    }

    private void fetch(FileChannel out) throws IOException {
        // What comes again after a restart is nothing new: a blob that always ends too early would be brought for ever.
        long reached = have;
        for (int failures = 0; have < blob.size();) {
            try {
                attempt(out);
            } catch (Disk e) {
                throw (IOException) e.getCause();
            } catch (IOException e) {
                failures = have - reached > blob.size() / STEPS ? 1 : failures + 1;
                reached = Math.max(reached, have);
                registry.retries().pause(e, failures, last -> last instanceof TooShort s ? tooShort(s.octets) : Registry.unreachable(at, reference, last));
            } catch (InterruptedException e) {
                throw Retries.cancelled(e);
            }
        }
    }

    private void attempt(FileChannel out) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = registry.blob(at, reference, blob.digest(), have);
        try (InputStream in = response.body()) {
            if (response.statusCode() == 416) {
                long octets = total(response);
                restart(out);
                if (octets < blob.size()) {
                    throw new TooShort(octets);
                }
                throw new IOException("it has no part of the blob after those that are here");
            }
            if (response.statusCode() == 200 || !response.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + have + "-")) {
                if (response.statusCode() == 206) {
                    restart(out);
                    throw new IOException("it sends another part of the blob than was asked for");
                }
                restart(out);
            }
            copy(in, out);
            if (have < blob.size()) {
                long octets = total(response);
                throw octets < blob.size() ? new TooShort(octets) : new IOException("the answer ends after " + have + " of " + blob.size() + " octets");
            }
        }
    }

    /** Returns how many octets the registry says that the blob has, by an answer read to its end; {@code Long.MAX_VALUE} if it does not say. */
    private long total(HttpResponse<InputStream> response) {
        HttpHeaders headers = response.headers();
        if (response.statusCode() == 200) {
            // Chunks have an end of their own. Without them and without a length, a broken connection looks like the end.
            return headers.firstValueAsLong("Content-Length").orElse(headers.firstValue("Transfer-Encoding").isPresent() ? have : Long.MAX_VALUE);
        }
        Matcher range = TOTAL.matcher(headers.firstValue("Content-Range").orElse(""));
        if (range.matches()) {
            return Long.parseLong(range.group(1));
        }
        return response.statusCode() == 416 && have > 0 ? have : Long.MAX_VALUE;
    }

    private HyprException tooShort(long octets) {
        return new HyprException(ErrorCode.CORRUPT,
                "The blob " + blob.digest() + " of " + reference.shortName() + " at " + at.host() + " has " + octets
                        + " octets, its manifest says " + blob.size() + ".")
                .remedy("Push the image to " + at.host() + " again, or pull it from another registry.");
    }

    private void copy(InputStream in, FileChannel out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long told = have;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            if (have + n > blob.size()) {
                throw new HyprException(ErrorCode.CORRUPT, at.host() + " sends more than the " + blob.size() + " octets of the blob "
                        + blob.digest() + " of " + reference.shortName() + ".");
            }
            write(out, ByteBuffer.wrap(buffer, 0, n));
            sum.update(buffer, 0, n);
            have += n;
            if (have - told >= blob.size() / STEPS) {
                told = have;
                progress.step(blob.shortName(), "Downloading", have, blob.size());
            }
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws Disk {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw new Disk(e);
        }
    }

    private boolean matches() {
        try {
            return blob.hex().equals(HexFormat.of().formatHex(((MessageDigest) sum.clone()).digest()));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-256 can be copied.", e);
        }
    }

    /** The registry says that the blob has fewer octets than its descriptor. */
    private static final class TooShort extends IOException {

        private static final long serialVersionUID = 1;

        private final long octets;

        TooShort(long octets) {
            super("the blob has " + octets + " octets there");
            this.octets = octets;
        }
    }

    /** Trouble with the disk, which no further attempt mends. */
    private static final class Disk extends IOException {

        private static final long serialVersionUID = 1;

        Disk(IOException cause) {
            super(cause);
        }
    }
}
