package io.hypr.image.provider;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.hypr.image.Images.Removal;
import io.hypr.image.internal.oci.Configuration;
import io.hypr.image.internal.oci.Names;
import io.hypr.image.internal.oci.Reference;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Takes names away, and with the last one the image: first from the index, then from the disk, so that no name is ever without its image. */
final class Removals {

    private final ImageStore store;
    private final SquashRoots roots;

    Removals(ImageStore store, SquashRoots roots) {
        this.store = store;
        this.roots = roots;
    }

    List<Removal> remove(String text, boolean force) {
        String id = store.resolve(text).orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such image: " + text + ".")
                .remedy("See what is here with 'hypr images'."));
        List<Removal> done = new ArrayList<>();
        List<Names.Entry> gone = new ArrayList<>();
        List<Names.Entry> left = new ArrayList<>();
        store.names().update(before -> {
            List<Names.Entry> own = before.stream().filter(e -> store.parts(e).id().equals(id)).toList();
            List<Names.Entry> chosen = own.stream().filter(e -> !e.name().isEmpty() && names(e, text)).toList();
            if (chosen.isEmpty()) {
                checkRepositories(own, text, force);
                chosen = own;
            }
            gone.addAll(chosen);
            left.addAll(before);
            left.removeAll(gone);
            return List.copyOf(left);
        });
        untagged(gone, left).forEach(name -> done.add(new Removal(name, null)));
        if (left.stream().noneMatch(e -> store.parts(e).id().equals(id))) {
            done.add(new Removal(null, id));
            delete(gone, left).forEach(chain -> done.add(new Removal(null, chain)));
        }
        return done;
    }

    /** Whether the text is this very name, not the image's id. */
    private static boolean names(Names.Entry entry, String text) {
        if (text.startsWith("sha256:") || text.matches("[0-9a-f]{64}")) {
            return false;
        }
        Reference wanted = Reference.parse(text);
        Reference has = Reference.parse(entry.name());
        return wanted.digest().isEmpty() ? entry.name().equals(wanted.fullName())
                : has.shortRepository().equals(wanted.shortRepository())
                && (entry.target().equals(wanted.digest()) || entry.manifest().digest().equals(wanted.digest()));
    }

    private static void checkRepositories(List<Names.Entry> own, String text, boolean force) {
        Set<String> repositories = new LinkedHashSet<>();
        own.stream().filter(e -> !e.name().isEmpty()).forEach(e -> repositories.add(Reference.parse(e.name()).shortRepository()));
        if (repositories.size() > 1 && !force) {
            throw new HyprException(ErrorCode.CONFLICT, "Unable to delete " + text + ": the image is referenced in several repositories: "
                    + String.join(", ", repositories) + ".")
                    .remedy("Remove its names one by one, or force it.");
        }
    }

    /** Names in Docker's order: each tag, then the digest of a repository from which the last tag is gone. */
    private static Set<String> untagged(List<Names.Entry> gone, List<Names.Entry> left) {
        Set<String> names = new LinkedHashSet<>();
        for (Names.Entry e : gone) {
            if (!e.name().isEmpty()) {
                names.add(Reference.parse(e.name()).shortName());
            }
        }
        for (Names.Entry e : gone) {
            if (!e.name().isEmpty() && !e.target().isEmpty()) {
                Reference reference = Reference.parse(e.name());
                boolean more = left.stream().anyMatch(o -> o.target().equals(e.target()) && !o.name().isEmpty()
                        && Reference.parse(o.name()).shortRepository().equals(reference.shortRepository()));
                if (!more) {
                    names.add(reference.at(e.target()).shortName());
                }
            }
        }
        return names;
    }

    /** Removes what no other image needs. Returns the chain ids of the layers that are gone, the uppermost first. */
    private List<String> delete(List<Names.Entry> gone, List<Names.Entry> left) {
        Set<String> blobs = new HashSet<>();
        Set<String> chains = new HashSet<>();
        Set<String> whole = new HashSet<>();
        for (Names.Entry e : left) {
            ImageStore.Parts parts = store.parts(e);
            blobs.addAll(blobs(e, parts));
            chains.addAll(Configuration.chainIds(parts.configuration().layers()));
            whole.add(parts.chainId());
        }
        Set<String> deleted = new LinkedHashSet<>();
        for (Names.Entry e : gone) {
            ImageStore.Parts parts = store.parts(e);
            Configuration.chainIds(parts.configuration().layers()).reversed().stream().filter(chain -> !chains.contains(chain)).forEach(deleted::add);
            if (!whole.contains(parts.chainId())) {
                store.layout().discard(roots.file(parts.chainId()));
            }
            blobs(e, parts).stream().filter(blob -> !blobs.contains(blob)).forEach(store.layout()::delete);
        }
        gone.forEach(e -> store.forget(e.manifest().digest()));
        return List.copyOf(deleted);
    }

    private static List<String> blobs(Names.Entry e, ImageStore.Parts parts) {
        List<String> blobs = new ArrayList<>();
        blobs.add(e.manifest().digest());
        blobs.add(parts.id());
        parts.manifest().layers().forEach(layer -> blobs.add(layer.digest()));
        return blobs;
    }
}
