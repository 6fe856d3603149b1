package io.hypr.image.provider;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.image.Image;
import io.hypr.image.internal.layer.LayerIndex;
import io.hypr.image.internal.oci.Descriptor;
import io.hypr.image.internal.oci.Json;
import io.hypr.image.internal.oci.Layout;
import io.hypr.image.internal.oci.Manifest;
import io.hypr.image.internal.oci.Names;
import io.hypr.image.internal.oci.Reference;
import io.hypr.tar.TarEntry;
import io.hypr.tar.TarReader;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

/** Images that come with the distribution, as archives of OCI layouts: {@code hypr/NAME} is {@code NAME.tar}. They are taken in when somebody asks for them. */
final class ShippedImages {

    private static final String OWN = "hypr/";
    private static final String BLOBS = "blobs/sha256/";

    private final Path archives;
    private final ImageStore store;
    private final SquashRoots roots;
    private final Turns turns = new Turns();

    /**
     * @param archives the directory of archives; null = none
     */
    ShippedImages(Path archives, ImageStore store, SquashRoots roots) {
        this.archives = archives;
        this.store = store;
        this.roots = roots;
    }

    boolean has(Reference reference) {
        return archives != null && reference.registry().equals(Reference.DOCKER_HUB) && reference.repository().startsWith(OWN)
                && reference.tag().equals("latest")
                && reference.digest().isEmpty() && Files.isRegularFile(archive(reference));
    }

    private Path archive(Reference reference) {
        return archives.resolve(reference.repository().substring(OWN.length()).replace('/', '_') + ".tar");
    }

    Image load(Reference reference, Progress progress) {
        return turns.take(reference.fullName(), () -> {
            Names.Entry entry = load(archive(reference), reference.fullName(), progress);
            return store.byId(store.parts(entry).id()).orElseThrow();
        });
    }

    private Names.Entry load(Path archive, String name, Progress progress) {
        List<Layout.Hold> held = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive))) {
            TarReader tar = new TarReader(in);
            byte[] index = null;
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                InputStream content = content(tar);
                if (entry.name().equals("index.json")) {
                    index = content.readNBytes(Manifest.MAXIMUM);
                } else if (entry.name().startsWith(BLOBS) && entry.type() == TarEntry.FILE) {
                    String digest = "sha256:" + entry.name().substring(BLOBS.length());
                    held.add(store.layout().hold(digest));
                    store.layout().put(content, digest);
                }
            }
            JsonNode manifests = index == null ? Json.object() : Json.object(index, "The index of " + archive).path("manifests");
            if (manifests.size() != 1) {
                throw new HyprException(ErrorCode.CORRUPT, "The archive " + archive + " has " + manifests.size() + " images; one is due.")
                        .remedy("Install HYPR again.");
            }
            return admit(Descriptor.of(manifests.get(0), "The index of " + archive).digest(), name, progress);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.CORRUPT, "The archive " + archive + " of an image of the distribution cannot be read.", e)
                    .remedy("Install HYPR again.");
        } finally {
            held.forEach(Layout.Hold::close);
        }
    }

    private static InputStream content(TarReader tar) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                return tar.read(to, offset, length);
            }
        };
    }

    /**
     * Makes an image of a manifest whose blobs are all here.
     *
     * @param digest the manifest
     * @param name full form, or empty
     * @return its entry
     */
    Names.Entry admit(String digest, String name, Progress progress) {
        byte[] bytes = store.layout().read(digest, Manifest.MAXIMUM);
        ImageStore.Parts parts = store.parts(digest);
        if (parts.configuration().layers().size() != parts.manifest().layers().size()) {
            throw new HyprException(ErrorCode.CORRUPT,
                    "The configuration of " + digest + " lists " + parts.configuration().layers().size() + " layers, the manifest "
                    + parts.manifest().layers().size() + ".");
        }
        List<LayerIndex> layers = roots.index(parts, progress);
        List<Long> sizes = Files.isRegularFile(roots.file(parts.chainId())) ? SquashRoots.sizes(layers) : roots.remake(parts, layers, progress);
        String mediaType = Json.object(bytes, "The manifest " + digest).path("mediaType").asText("application/vnd.oci.image.manifest.v1+json");
        Names.Entry entry = new Names.Entry(name, new Descriptor(mediaType, digest, bytes.length), parts.configuration().platform().toString(), "", sizes);
        store.name(entry);
        return entry;
    }
}
