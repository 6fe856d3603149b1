package io.hypr.image.provider;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

import io.hypr.image.Image;
import io.hypr.image.internal.oci.Configuration;
import io.hypr.image.internal.oci.Json;
import io.hypr.image.internal.oci.Layout;
import io.hypr.image.internal.oci.Manifest;
import io.hypr.image.internal.oci.Names;
import io.hypr.image.internal.oci.Reference;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** What is here: the layout, its names, and images put together from both. The components of this bundle share it; it is of no use to others. */
@Component(service = ImageStore.class)
public final class ImageStore {

    private final Path home;
    private final Layout layout;
    private final Names names;
    private final Map<String, Parts> known = new ConcurrentHashMap<>();

    /**
     * A manifest and its configuration; neither ever changes.
     *
     * @param manifest the manifest
     * @param configuration the configuration
     */
    record Parts(Manifest manifest, Configuration configuration) {

        /** @return the image's id */
        String id() {
            return manifest.config().digest();
        }

        /** @return the digest that stands for all its layers */
        String chainId() {
            List<String> chain = Configuration.chainIds(configuration.layers());
            return chain.isEmpty() ? Layout.digest(new byte[0]) : chain.getLast();
        }
    }

    /**
     * @param context knows {@code hypr.home}
     */
    @Activate
    public ImageStore(BundleContext context) {
        this(home(context));
    }

    ImageStore(Path home) {
        this.home = home;
        this.layout = new Layout(home.resolve("content"));
        this.names = new Names(layout);
    }

    private static Path home(BundleContext context) {
        String home = context.getProperty("hypr.home");
        if (home == null) {
            throw new HyprException(ErrorCode.INVALID, "The framework property hypr.home, the directory of what HYPR keeps, is not set.");
        }
        return Path.of(home).toAbsolutePath();
    }

    Layout layout() {
        return layout;
    }

    Names names() {
        return names;
    }

    /** Returns the directory of root file systems. */
    Path rootfs() {
        return home.resolve("rootfs");
    }

    /**
     * @param manifest a manifest's digest
     * @return the image
     * @throws HyprException {@code CORRUPT} if its manifest or configuration is damaged or lost
     */
    Parts parts(String manifest) {
        return known.computeIfAbsent(manifest, digest -> {
            Manifest m = Manifest.of(Json.object(layout.read(digest, Manifest.MAXIMUM), "The manifest " + digest), "The manifest " + digest);
            String config = m.config().digest();
            return new Parts(m, Configuration.of(Json.object(layout.read(config, Manifest.MAXIMUM_CONFIG), "The configuration " + config),
                    "The configuration " + config));
        });
    }

    /**
     * @param entry a name of an image
     * @return the image; if it is damaged, one without layers whose id is its manifest's digest, so that it can be seen, removed and pulled again
     */
    Parts parts(Names.Entry entry) {
        try {
            return parts(entry.manifest().digest());
        } catch (HyprException e) {
            if (e.code() != ErrorCode.CORRUPT && e.code() != ErrorCode.UNSUPPORTED) {
                throw e;
            }
            return new Parts(new Manifest(entry.manifest(), List.of()), Configuration.damaged(entry.platform()));
        }
    }

    void forget(String manifest) {
        known.remove(manifest);
    }

    /** Returns all images, the newest first. */
    List<Image> images() {
        Map<String, List<Names.Entry>> byId = new LinkedHashMap<>();
        for (Names.Entry entry : names.entries()) {
            byId.computeIfAbsent(parts(entry).id(), id -> new ArrayList<>()).add(entry);
        }
        return byId.values().stream().map(this::image).sorted(Comparator.comparing(Image::created).reversed().thenComparing(Image::id)).toList();
    }

    private Image image(List<Names.Entry> entries) {
        Parts parts = parts(entries.getFirst());
        Set<String> tags = new LinkedHashSet<>();
        Set<String> digests = new LinkedHashSet<>();
        for (Names.Entry entry : entries) {
            if (!entry.name().isEmpty()) {
                Reference reference = Reference.parse(entry.name());
                if (!reference.tag().isEmpty()) {
                    tags.add(reference.shortName());
                }
                if (!entry.target().isEmpty()) {
                    digests.add(reference.at(entry.target()).shortName());
                }
            }
        }
        Configuration c = parts.configuration();
        return new Image(parts.id(), List.copyOf(tags), List.copyOf(digests), c.platform().toString(), c.created(),
                entries.getFirst().size(), c.layers(), entries.getFirst().layers(), c.config(), c.author(),
                c.history());
    }

    Optional<Image> byId(String id) {
        return byId(names.entries(), id);
    }

    private Optional<Image> byId(List<Names.Entry> entries, String id) {
        List<Names.Entry> its = entries.stream().filter(e -> parts(e).id().equals(id)).toList();
        return its.isEmpty() ? Optional.empty() : Optional.of(image(its));
    }

    /**
     * Finds an image.
     *
     * @param reference a name, or an id or its beginning
     * @return the image, if it is here
     * @throws HyprException {@code INVALID} if the text is neither, or several ids begin so
     */
    Optional<Image> find(String reference) {
        List<Names.Entry> entries = names.entries();
        return resolve(entries, reference).flatMap(id -> byId(entries, id));
    }

    /**
     * Finds the id of an image.
     *
     * @param reference a name, or an id or its beginning
     * @return the id, if such an image is here
     * @throws HyprException {@code INVALID} if the text is neither, or several ids begin so
     */
    Optional<String> resolve(String reference) {
        return resolve(names.entries(), reference);
    }

    private Optional<String> resolve(List<Names.Entry> entries, String reference) {
        String digits = reference.startsWith("sha256:") ? reference.substring(7) : reference;
        boolean isId = digits.matches("[0-9a-f]{1,64}");
        if (!reference.startsWith("sha256:") && !(isId && digits.length() == 64)) {
            Optional<Names.Entry> named = named(entries, reference);
            if (named.isPresent() || !isId) {
                return named.map(entry -> parts(entry).id());
            }
        }
        if (!isId) {
            throw new HyprException(ErrorCode.INVALID, "'" + reference + "' is not the id of an image, which is sha256: and hexadecimal digits.");
        }
        String prefix = "sha256:" + digits;
        List<String> found = entries.stream().flatMap(
                e -> parts(e).id().startsWith(prefix) || e.manifest().digest().startsWith(prefix) ? Optional.of(parts(e).id()).stream()
                : Optional.<String>empty().stream()).distinct().toList();
        if (found.size() > 1) {
            throw new HyprException(ErrorCode.INVALID, found.size() + " images have ids that begin with " + digits + ".").remedy("Give more digits.");
        }
        return found.stream().findFirst();
    }

    private static Optional<Names.Entry> named(List<Names.Entry> entries, String text) {
        Reference wanted = Reference.parse(text);
        return entries.stream().filter(e -> !e.name().isEmpty()).filter(e -> {
            if (wanted.digest().isEmpty()) {
                return e.name().equals(wanted.fullName());
            }
            Reference has = Reference.parse(e.name());
            return has.registry().equals(wanted.registry()) && has.repository().equals(wanted.repository())
                    && (e.target().equals(wanted.digest()) || e.manifest().digest().equals(wanted.digest()))
                    && (wanted.tag().isEmpty() || wanted.tag().equals(has.tag()));
        }).findFirst();
    }

    /** Returns the manifest of an image that is here. */
    Names.Entry entry(String id) {
        return names.entries().stream().filter(e -> parts(e).id().equals(id)).findFirst()
                .orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such image: " + id + "."));
    }

    /**
     * Gives an image a name. Another image that had the name keeps its digest as its name, if it came from a registry, and stays without a name else.
     *
     * @param entry the image under its new name
     */
    void name(Names.Entry entry) {
        names.update(before -> {
            List<Names.Entry> after = new ArrayList<>();
            for (Names.Entry e : before) {
                boolean same = e.manifest().digest().equals(entry.manifest().digest());
                if (same && (e.name().isEmpty() || e.name().equals(entry.name()))) {
                    continue;
                }
                if (e.name().equals(entry.name())) {
                    boolean other = before.stream().anyMatch(o -> o != e && parts(o).id().equals(parts(e).id()));
                    if (!other) {
                        after.add(e.named(e.target().isEmpty() ? "" : Reference.parse(e.name()).at(e.target()).fullName()));
                    }
                } else {
                    after.add(e);
                }
            }
            after.add(entry);
            return after;
        });
    }
}
