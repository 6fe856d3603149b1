package io.hypr.plugins.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

import io.hypr.engine.Handovers;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Puts bundles into the framework and takes them out, and puts back what was there when that fails. Its caller sees to it that one thing is done at a time. */
final class Deployment {

    private static final String LOCATION = "plugin:";
    private static final String BACKEND = "io.hypr.vmm.VmmBackend";
    private static final String ENGINE = "io.hypr.engine.Handovers";
    private static final Duration HANDOVER = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final BundleContext context;
    private final Supplier<Handovers> handovers;
    private final Path copies;
    private final Signatures signatures;

    /**
     * @param context installs
     * @param handovers gives who tells whether microVMs were taken over; null while the engine is not there
     * @param copies folder for what is in use, so that it can be put back
     * @param signatures that a copy still needs when hyprd was started again
     */
    Deployment(BundleContext context, Supplier<Handovers> handovers, Path copies, Signatures signatures) {
        this.context = context;
        this.handovers = handovers;
        this.copies = copies;
        this.signatures = signatures;
    }

    Optional<Bundle> find(String name) {
        for (Bundle bundle : context.getBundles()) {
            if (name.equals(bundle.getSymbolicName())) {
                return Optional.of(bundle);
            }
        }
        return Optional.empty();
    }

    /** Brings a bundle, in the place of the one of that name if there is one. Its copy is made first, since without one it could not be put back. */
    void deploy(Candidate candidate) {
        Path fresh = copies.resolve(candidate.name() + ".jar.new");
        try {
            Files.createDirectories(copies);
            Files.copy(candidate.file(), fresh, StandardCopyOption.REPLACE_EXISTING);
            Optional<Bundle> present = find(candidate.name()).or(() -> last(candidate));
            if (present.isPresent()) {
                exchange(present.get(), candidate);
            } else {
                bring(candidate);
            }
            Files.move(fresh, copy(candidate.name()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.EXHAUSTED, "No copy of " + candidate + " can be kept in " + copies + ": " + e.getMessage(), e);
        } finally {
            fresh.toFile().delete(); // It is there only if something failed, which is told.
        }
    }

    /** What ran before hyprd was started again, if that was another: what microVMs it left the candidate must take over as in any exchange. */
    private Optional<Bundle> last(Candidate candidate) {
        Path copy = copy(candidate.name());
        try {
            if (Files.exists(copy) && !Digests.of(copy).equals(candidate.digest())) {
                signatures.check(copy);
                bring(Candidate.of(copy));
            }
        } catch (HyprException e) {
            return Optional.empty(); // It may not or cannot run any more, and stands in nobody's way.
        }
        return find(candidate.name());
    }

    private void bring(Candidate candidate) {
        Bundle bundle = null;
        try (InputStream in = Files.newInputStream(candidate.file())) {
            bundle = context.installBundle(LOCATION + candidate.name(), in);
            bundle.start();
        } catch (BundleException | IOException e) {
            HyprException why = failure(candidate, bundle, e);
            if (bundle != null) {
                try {
                    bundle.uninstall();
                } catch (BundleException f) {
                    why.addSuppressed(f);
                }
            }
            throw why;
        }
    }

    private void exchange(Bundle bundle, Candidate candidate) {
        if (bundle.getBundleId() == 0 || bundle.getBundleId() == context.getBundle().getBundleId()) {
            throw new HyprException(ErrorCode.UNSUPPORTED, bundle.getSymbolicName()
                    + " is what exchanges plug-ins, and cannot be exchanged itself.").remedy("Install another version of HYPR.");
        }
        String before = bundle.getVersion().toString();
        Collection<String> backends = backends(bundle);
        try {
            try (InputStream in = Files.newInputStream(candidate.file())) {
                bundle.update(in);
            }
            bundle.start();
            requireHandover(candidate, backends);
        } catch (BundleException | IOException | HyprException e) {
            HyprException why = e instanceof HyprException h ? h : failure(candidate, bundle, e);
            HyprException told = new HyprException(ErrorCode.CONFLICT, why.getMessage() + " Version " + before + " is in its place again.", why);
            why.remedy().ifPresent(told::remedy);
            putBack(bundle, told);
            throw told;
        }
    }

    /** The engine may be what was exchanged. */
    private Handovers engine(Candidate candidate) throws InterruptedException {
        long end = System.nanoTime() + HANDOVER.toNanos();
        for (Handovers now = handovers.get(); System.nanoTime() < end; now = handovers.get()) {
            if (now != null) {
                return now;
            }
            Thread.sleep(PAUSE);
        }
        throw new HyprException(ErrorCode.UNAVAILABLE, "No engine was there " + HANDOVER.toSeconds() + " s after " + candidate + " came.")
                .remedy("hyprd's log says more.");
    }

    /** A backend's microVMs must all be in the hands of its successor. */
    private void requireHandover(Candidate candidate, Collection<String> backends) {
        try {
            List<String> refused = new ArrayList<>();
            for (String backend : backends) {
                refused.addAll(engine(candidate).await(backend, HANDOVER));
            }
            if (!refused.isEmpty()) {
                throw new HyprException(ErrorCode.CONFLICT,
                        candidate + " cannot take over " + refused.size() + (refused.size() == 1 ? " microVM" : " microVMs") + " that run: "
                    + String.join(" ", new TreeSet<>(refused))).remedy("Stop the containers that it cannot take over, and update then.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "The update of " + candidate.name() + " was interrupted.", e);
        }
    }

    private void putBack(Bundle bundle, HyprException reason) {
        Path copy = copy(bundle.getSymbolicName());
        try {
            if (Files.exists(copy)) {
                try (InputStream in = Files.newInputStream(copy)) {
                    bundle.update(in);
                }
            } else {
                bundle.update(); // It is of the distribution.
            }
            bundle.start();
        } catch (BundleException | IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Takes a bundle out; one of the distribution takes its place again. */
    void withdraw(String name) {
        Optional<Bundle> bundle = find(name);
        try {
            Files.deleteIfExists(copy(name));
            if (bundle.isPresent() && isShipped(bundle.get())) {
                bundle.get().update();
                bundle.get().start();
            } else if (bundle.isPresent()) {
                bundle.get().uninstall();
            }
        } catch (BundleException | IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The plug-in " + name + " cannot be taken out: " + e.getMessage(), e)
                    .remedy("Restart hyprd: 'hypr daemon stop'.");
        }
    }

    /** @return the version that runs of what is no part of the distribution */
    Optional<String> running(String name) {
        return find(name).filter(bundle -> !isShipped(bundle)).map(bundle -> bundle.getVersion().toString());
    }

    private static boolean isShipped(Bundle bundle) {
        return !bundle.getLocation().startsWith(LOCATION);
    }

    private Path copy(String name) {
        return copies.resolve(name + ".jar");
    }

    private HyprException failure(Candidate candidate, Bundle bundle, Exception cause) {
        List<String> missing = bundle == null ? List.of() : Requirements.missing(context, bundle);
        if (!missing.isEmpty()) {
            return new HyprException(ErrorCode.INVALID, candidate + " cannot be resolved: it needs " + String.join("; and ", missing) + ".", cause)
                .remedy("Get the version of the plug-in that was made for this version of HYPR, or install the bundle that exports what it needs first.");
        }
        Throwable root = cause instanceof BundleException b && b.getType() == BundleException.ACTIVATOR_ERROR && b.getCause() != null ? b.getCause() : cause;
        return new HyprException(ErrorCode.INVALID, candidate + " cannot be started: " + root.getMessage(), cause)
                .remedy("Ask its maker; hyprd's log says more.");
    }

    /** @return names of the backends whose microVMs are handed over when this bundle is exchanged: its own, or all if it is the engine */
    private Collection<String> backends(Bundle bundle) {
        TreeSet<String> names = new TreeSet<>();
        boolean engine = offers(bundle, ENGINE).findAny().isPresent();
        for (Bundle each : engine ? context.getBundles() : new Bundle[] {bundle}) {
            offers(each, BACKEND).map(s -> s.getProperty("hypr.name")).filter(Objects::nonNull).forEach(n -> names.add(String.valueOf(n)));
        }
        return names;
    }

    private static Stream<ServiceReference<?>> offers(Bundle bundle, String type) {
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        return services == null ? Stream.of() : Stream.of(services).filter(s -> List.of((String[]) s.getProperty(Constants.OBJECTCLASS)).contains(type));
    }

    /** What a bundle offers, in a word or two each. */
    static List<String> services(Bundle bundle) {
        TreeSet<String> all = new TreeSet<>();
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        for (ServiceReference<?> service : services == null ? new ServiceReference<?>[0] : services) {
            for (String type : (String[]) service.getProperty(Constants.OBJECTCLASS)) {
                Object name = service.getProperty("hypr.name");
                all.add(type.substring(type.lastIndexOf('.') + 1) + (name == null ? "" : " " + name));
            }
        }
        return List.copyOf(all);
    }
}
