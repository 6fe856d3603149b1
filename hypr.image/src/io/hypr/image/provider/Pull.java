package io.hypr.image.provider;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.image.internal.layer.LayerIndex;
import io.hypr.image.internal.oci.Configuration;
import io.hypr.image.internal.oci.Descriptor;
import io.hypr.image.internal.oci.Json;
import io.hypr.image.internal.oci.Layout;
import io.hypr.image.internal.oci.Manifest;
import io.hypr.image.internal.oci.Names;
import io.hypr.image.internal.oci.Platform;
import io.hypr.image.internal.oci.Reference;
import io.hypr.image.internal.registry.Download;
import io.hypr.image.internal.registry.Endpoint;
import io.hypr.image.internal.registry.Registry;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

/**
 * One pull from one place: manifest, configuration, layers, root file system, and last the name, so that an image that has a name is whole.
 * A layer's headers are read as soon as it is here, while others are still on their way.
 */
final class Pull {

    private static final Turns BLOBS = new Turns();

    private final ImageStore store;
    private final SquashRoots roots;
    private final Registry registry;
    private final Semaphore transfers;
    private final Endpoint at;
    private final Reference reference;
    private final Platform platform;
    private final Progress progress;
    private final List<Layout.Hold> held = new ArrayList<>();

    Pull(ImageStore store, SquashRoots roots, Registry registry, Semaphore transfers, Endpoint at, Reference reference, Platform platform, Progress progress) {
        this.store = store;
        this.roots = roots;
        this.registry = registry;
        this.transfers = transfers;
        this.at = at;
        this.reference = reference;
        this.platform = platform;
        this.progress = progress;
    }

    Names.Entry run() {
        List<String> brought = new ArrayList<>();
        boolean done = false;
        boolean resumable = false;
        try {
            Names.Entry entry = run(brought);
            done = true;
            return entry;
        } catch (HyprException e) {
            resumable = e.code() == ErrorCode.UNAVAILABLE || e.code() == ErrorCode.CANCELLED;
            throw e;
        } finally {
            held.forEach(Layout.Hold::close);
            if (!done) {
                abandon(brought, resumable);
            }
        }
    }

    private Names.Entry run(List<String> brought) {
        Registry.Document named = registry.manifest(at, reference);
        progress.step(reference.version(), "Pulling from " + reference.repository(), 0, 0);
        Registry.Document document = Manifest.INDEX_TYPES.contains(named.mediaType()) ? registry.manifest(at, reference.at(choose(named.json()))) : named;
        Manifest manifest = Manifest.of(document.json(), "The manifest of " + reference.shortName());
        List<Descriptor> blobs = new ArrayList<>(manifest.layers());
        blobs.add(manifest.config());
        hold(document.digest());
        blobs.forEach(blob -> hold(blob.digest()));
        discardDamaged(manifest.config().digest());
        discardDamaged(document.digest());
        fetch(manifest.config(), brought, Progress.NONE); // As Docker: a layer is what progresses.
        checkConfiguration(manifest);
        if (store.layout().find(document.digest()).isEmpty()) {
            brought.add(document.digest());
            store.layout().put(new ByteArrayInputStream(document.bytes()), document.digest());
        }
        ImageStore.Parts parts = store.parts(document.digest());
        Optional<Names.Entry> made = made(parts);
        List<Long> sizes = layers(parts, brought, made.isPresent());
        Names.Entry unpacked = made.orElseGet(() -> new Names.Entry("", manifest.config(), "", "", sizes));
        Names.Entry entry = new Names.Entry((reference.digest().isEmpty() ? reference : reference.at(reference.digest())).fullName(),
                new Descriptor(document.mediaType(), document.digest(), document.bytes().length),
                parts.configuration().platform().toString(), named.digest(), unpacked.size(), unpacked.layers());
        boolean newer = !store.names().entries().contains(entry);
        store.name(entry);
        progress.step("", "Digest: " + named.digest(), 0, 0);
        progress.step("", "Status: " + (newer ? "Downloaded newer image for " : "Image is up to date for ") + reference.shortName(), 0, 0);
        return entry;
    }

    private String choose(JsonNode index) {
        Descriptor chosen = null;
        List<String> offered = new ArrayList<>();
        for (JsonNode m : index.path("manifests")) {
            Platform has = Platform.of(m.path("platform"));
            if (chosen == null && platform.accepts(has)) {
                chosen = Descriptor.of(m, "The index of " + reference.shortName());
            }
            if (!has.os().equals("unknown")) {
                offered.add(has.toString());
            }
        }
        if (chosen == null) {
            throw new HyprException(ErrorCode.NOT_FOUND,
                    "No matching manifest for " + platform + " in the manifest list entries of " + reference.shortName() + ".")
                    .remedy(offered.isEmpty() ? "The list is empty." : "There are images for " + String.join(", ", offered) + ".");
        }
        return chosen.digest();
    }

    private void checkConfiguration(Manifest manifest) {
        String what = "The configuration of " + reference.shortName();
        Configuration c = Configuration.of(Json.object(store.layout().read(manifest.config().digest(), Manifest.MAXIMUM_CONFIG), what), what);
        if (!platform.accepts(c.platform())) {
            throw new HyprException(ErrorCode.NOT_FOUND,
                    "Image with reference " + reference.shortName() + " was found but does not match the specified platform: wanted "
                    + platform + ", actual: " + c.platform() + ".");
        }
        if (c.layers().size() != manifest.layers().size()) {
            throw new HyprException(ErrorCode.CORRUPT, what + " lists " + c.layers().size() + " layers, its manifest " + manifest.layers().size() + ".");
        }
    }

    /** Brings the layers and makes the root file system of them if it is not there. Returns the size of each that was unpacked for this. */
    private List<Long> layers(ImageStore.Parts parts, List<String> brought, boolean made) {
        List<Descriptor> layers = parts.manifest().layers();
        layers.forEach(layer -> progress.step(layer.shortName(), "Pulling fs layer", 0, 0));
        List<Callable<Optional<LayerIndex>>> tasks = IntStream.range(0, layers.size()).<Callable<Optional<LayerIndex>>>mapToObj(i -> () -> {
            boolean here = fetch(layers.get(i), brought, progress);
            if (here && made) {
                progress.step(layers.get(i).shortName(), "Already exists", 0, 0);
            }
            return made ? Optional.<LayerIndex>empty() : Optional.of(here ? indexOrFetch(parts, i, brought) : roots.index(parts, i, progress));
        }).toList();
        List<Optional<LayerIndex>> indexes = Together.run(tasks);
        return made ? List.of() : roots.remake(parts, indexes.stream().flatMap(Optional::stream).toList(), progress);
    }

    /** Reads a layer of an earlier pull; brings it anew if it has been damaged since. */
    private LayerIndex indexOrFetch(ImageStore.Parts parts, int i, List<String> brought) {
        try {
            return roots.index(parts, i, progress);
        } catch (HyprException e) {
            Descriptor layer = parts.manifest().layers().get(i);
            if (e.code() != ErrorCode.CORRUPT || store.layout().sound(layer.digest())) {
                throw e;
            }
            store.layout().discard(store.layout().find(layer.digest()).orElse(null));
            fetch(layer, brought, progress);
            return roots.index(parts, i, progress);
        }
    }

    private void discardDamaged(String digest) {
        store.layout().find(digest).filter(file -> !store.layout().sound(digest)).ifPresent(store.layout()::discard);
    }

    /** Returns the entry of an image with the same layers, if its root file system is here. */
    private Optional<Names.Entry> made(ImageStore.Parts parts) {
        if (!Files.isRegularFile(roots.file(parts.chainId()))) {
            return Optional.empty();
        }
        return store.names().entries().stream().filter(e -> store.parts(e).configuration().layers().equals(parts.configuration().layers()))
                .findFirst();
    }

    /** Returns whether the blob was here already. */
    private boolean fetch(Descriptor blob, List<String> brought, Progress heard) {
        return BLOBS.take(store.layout().root() + blob.digest(), () -> {
            if (store.layout().find(blob.digest()).isPresent()) {
                return true;
            }
            try {
                transfers.acquire();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HyprException(ErrorCode.CANCELLED, "The pull of " + reference.shortName() + " was cancelled.", e);
            }
            try {
                synchronized (brought) {
                    brought.add(blob.digest());
                }
                new Download(registry, store.layout(), at, reference, blob, heard).run();
                return false;
            } finally {
                transfers.release();
            }
        });
    }

    private void hold(String digest) {
        held.add(store.layout().hold(digest));
    }

    /** Takes back what was brought for an image that does not come to be, unless something else has come to need it. */
    private void abandon(List<String> brought, boolean resumable) {
        List<String> needed = new ArrayList<>();
        for (Names.Entry entry : store.names().entries()) {
            needed.add(entry.manifest().digest());
            needed.add(store.parts(entry).manifest().config().digest());
            store.parts(entry).manifest().layers().forEach(layer -> needed.add(layer.digest()));
        }
        brought.stream().filter(digest -> !needed.contains(digest)).forEach(digest -> {
            store.layout().delete(digest);
            store.forget(digest);
            if (!resumable) {
                store.layout().abandon(digest);
            }
        });
    }
}
