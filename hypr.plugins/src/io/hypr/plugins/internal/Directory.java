package io.hypr.plugins.internal;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.log.Logger;

import io.hypr.engine.Handovers;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.plugin.Plugins;

/** The folder of plug-ins: what lies in it runs. A file comes by a command or is put there by hand, and leaves in the same ways. */
public final class Directory implements Plugins {

    private static final String MAVEN = "maven:";

    /** Before a plug-in is tried again for which nobody announces that what stood in its way is gone, as when the disk was full; later twice as long. */
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
    /** Bundles that come or change may bring what another one lacked. */
    private static final int BRINGS = BundleEvent.INSTALLED | BundleEvent.UPDATED | BundleEvent.RESOLVED | BundleEvent.STARTED;

    /** What became of a file. */
    private static final class Entry {
        String digest = "";
        String name;
        String version = "";
        String signer = "";
        HyprException problem;
        /** Whether it is the host that stands in the way, and not what is in the file. */
        boolean passing;
        Duration wait;
    }

    private final Path folder;
    private final Signatures signatures;
    private final Maven maven;
    private final Deployment deployment;
    private final Logger log;
    private final Map<Path, Entry> entries = new TreeMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final BundleContext context;
    private final SynchronousBundleListener arrivals = this::bundleChanged;
    private final AtomicBoolean retrying = new AtomicBoolean();
    private final Duration wait;
    private volatile boolean closed;

    /**
     * @param context installs bundles
     * @param handovers gives who tells whether microVMs were taken over; null while the engine is not there
     * @param folder of the plug-ins
     * @param run folder for what need not outlive hyprd
     * @param signatures which they need
     * @param maven gets artifacts
     * @param log hears of what happens
     */
    public Directory(BundleContext context, Supplier<Handovers> handovers, Path folder, Path run, Signatures signatures, Maven maven, Logger log) {
        this(context, handovers, folder, run, signatures, maven, log, WAIT);
    }

    Directory(BundleContext context, Supplier<Handovers> handovers, Path folder, Path run, Signatures signatures, Maven maven, Logger log,
            Duration wait) {
        this.wait = wait;
        this.folder = folder;
        this.signatures = signatures;
        this.maven = maven;
        this.log = log;
        this.context = context;
        this.deployment = new Deployment(context, handovers, run.resolve("plugins"), signatures);
        context.addBundleListener(arrivals);
    }

    /** Tries nothing again from here on. The bundles stay. */
    public void close() {
        closed = true;
        context.removeBundleListener(arrivals);
    }

    /**
     * A file is there, or another than before.
     *
     * @param file in the folder
     */
    public void found(Path file) {
        lock.lock();
        try {
            Entry entry = entries.computeIfAbsent(file, f -> new Entry());
            String digest = Digests.of(file);
            if (digest.equals(entry.digest)) {
                return;
            }
            entry.digest = digest;
            entry.wait = wait;
            attempt(file, entry);
        } catch (HyprException e) {
            failed(file, entries.get(file), e);
        } finally {
            lock.unlock();
        }
    }

    /** Tries to bring what is in a file; what comes of it is in the entry. */
    private void attempt(Path file, Entry entry) {
        entry.passing = false;
        try {
            Candidate candidate = Candidate.of(file);
            String signer = signatures.check(file);
            entry.passing = true;
            deploy(file, entry, candidate, signer);
            entry.passing = false;
            entry.problem = null;
            retry();
        } catch (HyprException e) {
            failed(file, entry, e);
        }
    }

    private void failed(Path file, Entry entry, HyprException e) {
        if (entry.problem == null || !entry.problem.getMessage().equals(e.getMessage())) {
            log.warn("The plug-in {} was not taken: {} {}", file.getFileName(), e.getMessage(), e.remedy().orElse(""));
        }
        entry.problem = e;
        // What it cannot take over will not change by itself, and to exchange a backend again and again would disturb its microVMs.
        entry.passing &= !(e.getCause() instanceof HyprException refused && refused.code() == ErrorCode.CONFLICT);
        if (entry.passing && (e.code() == ErrorCode.EXHAUSTED || e.code() == ErrorCode.UNAVAILABLE)) {
            CompletableFuture.delayedExecutor(entry.wait.toMillis(), TimeUnit.MILLISECONDS, Thread::startVirtualThread).execute(this::again);
            entry.wait = entry.wait.compareTo(LONGEST_WAIT) < 0 ? entry.wait.multipliedBy(2) : LONGEST_WAIT;
        }
    }

    /** What we do ourselves is seen here too; then the lock is held, and who holds it tries again when he is done. */
    private void bundleChanged(BundleEvent event) {
        if ((event.getType() & BRINGS) != 0 && !lock.isHeldByCurrentThread()) {
            retry();
        }
    }

    /** Tries again, soon and in a thread of its own, since a framework that tells of a bundle is in the midst of it. */
    private void retry() {
        if (!closed && retrying.compareAndSet(false, true)) {
            Thread.ofVirtual().name("plug-ins").start(this::again);
        }
    }

    private void again() {
        lock.lock();
        try {
            retrying.set(false);
            for (Map.Entry<Path, Entry> one : List.copyOf(entries.entrySet())) {
                if (!closed && one.getValue().passing && Files.exists(one.getKey())) {
                    attempt(one.getKey(), one.getValue());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void deploy(Path file, Entry entry, Candidate candidate, String signer) {
        for (Map.Entry<Path, Entry> other : entries.entrySet()) {
            if (candidate.name().equals(other.getValue().name) && !other.getKey().equals(file)) {
                throw new HyprException(ErrorCode.CONFLICT, candidate + " in " + file.getFileName() + " is in " + other.getKey()
                        .getFileName() + " already.").remedy("Remove one of the files.");
            }
        }
        try {
            deployment.deploy(candidate);
        } catch (HyprException e) {
            deployment.running(candidate.name()).ifPresent(version -> { // It is in its place again, and goes with the file.
                entry.name = candidate.name();
                entry.version = version;
            });
            throw e;
        }
        entry.name = candidate.name();
        entry.version = candidate.version().toString();
        entry.signer = signer;
        log.info("The plug-in {} runs.", candidate);
    }

    /**
     * A file is no longer there.
     *
     * @param file that was in the folder
     */
    public void gone(Path file) {
        lock.lock();
        try {
            Entry entry = entries.remove(file);
            if (entry != null && entry.name != null) {
                deployment.withdraw(entry.name);
                log.info("The plug-in {} is gone.", entry.name);
                retry();
            }
        } catch (HyprException e) {
            log.error("{}", e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Plugin install(String source, Path directory) {
        return bring(source, directory, null);
    }

    @Override
    public Plugin update(String name, String source, Path directory) {
        Path file = file(name);
        String from = source;
        if (from == null) {
            from = origin(file).orElseThrow(() -> new HyprException(
                    ErrorCode.INVALID, "Where the plug-in " + name + " came from is not known.").remedy("Name a file or an artifact."));
            // An artifact's newest release, whatever version was asked for before.
            from = from.replaceFirst("^(maven:[^:]+:[^:]+):.*", "$1");
        }
        return bring(from, directory, name);
    }

    private Plugin bring(String source, Path directory, String wanted) {
        lock.lock();
        Path part = folder.resolve(".incoming.part");
        try {
            Files.createDirectories(folder);
            String origin = get(source, directory, part);
            Candidate candidate = Candidate.of(part);
            if (wanted != null && !wanted.equals(candidate.name())) {
                throw new HyprException(ErrorCode.INVALID, "What " + source + " holds is " + candidate + ", not " + wanted + ".")
                        .remedy("Use 'hypr plugin install' for it.");
            }
            Optional<Path> there = entries.entrySet().stream().filter(e -> candidate.name().equals(e.getValue().name)).map(Map.Entry::getKey).findFirst();
            if (wanted == null && there.isPresent()) {
                throw new HyprException(ErrorCode.CONFLICT,
                        "The plug-in " + candidate.name() + " is there already, in version " + entries.get(there.get()).version + ".")
                    .remedy("Use 'hypr plugin update " + candidate.name() + " " + source + "'.");
            }
            Entry entry = new Entry();
            entry.digest = candidate.digest();
            entry.name = candidate.name();
            entry.version = candidate.version().toString();
            entry.signer = signatures.check(part);
            deployment.deploy(candidate);
            Path file = there.orElse(folder.resolve(candidate.name() + ".jar"));
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            remember(file, origin);
            entries.put(file, entry);
            log.info("The plug-in {} from {} runs.", candidate, origin);
            retry();
            return plugin(file, entry);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.EXHAUSTED, "The plug-in cannot be kept in " + folder + ": " + e.getMessage(), e);
        } finally {
            delete(part);
            lock.unlock();
        }
    }

    private String get(String source, Path directory, Path part) throws IOException {
        if (source.startsWith(MAVEN)) {
            maven.get(source.substring(MAVEN.length()), part);
            return source;
        }
        Path file = directory.resolve(source).normalize();
        if (!Files.isRegularFile(file)) {
            throw new HyprException(ErrorCode.NOT_FOUND, "There is no file " + file + ".").remedy("Name a bundle's file, or maven:GROUP:ARTIFACT:VERSION.");
        }
        Candidate.of(file);
        signatures.check(file);
        Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
        return file.toString();
    }

    @Override
    public void remove(String name) {
        lock.lock();
        try {
            Path file = file(name);
            Files.deleteIfExists(file);
            Files.deleteIfExists(note(file));
            gone(file);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.DENIED, "The plug-in " + name + " cannot be removed from " + folder + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    private Path file(String name) {
        lock.lock();
        try {
            return entries.entrySet().stream().filter(e -> name.equals(e.getValue().name)
                    || name.equals(e.getKey().getFileName().toString())).map(Map.Entry::getKey).findFirst()
                .orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "There is no plug-in " + name + ".").remedy("See 'hypr plugin ls'."));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Plugin> list() {
        lock.lock();
        try {
            List<Plugin> all = new ArrayList<>();
            entries.forEach((file, entry) -> all.add(plugin(file, entry)));
            all.sort(Comparator.comparing(p -> p.name));
            return all;
        } finally {
            lock.unlock();
        }
    }

    private Plugin plugin(Path file, Entry entry) {
        Plugin p = new Plugin();
        p.name = entry.name == null ? file.getFileName().toString() : entry.name;
        p.version = entry.version;
        p.signer = entry.signer;
        p.source = origin(file).orElse(file.toString());
        p.state = entry.problem == null ? "active" : "failed";
        if (entry.name != null) {
            deployment.find(entry.name).ifPresent(b -> p.services.addAll(Deployment.services(b)));
        }
        if (entry.problem != null) {
            p.problem = entry.problem.getMessage();
            p.remedy = entry.problem.remedy().orElse("");
        }
        return p;
    }

    private static Path note(Path file) {
        return file.resolveSibling(file.getFileName() + ".origin");
    }

    private static Optional<String> origin(Path file) {
        Properties note = new Properties();
        try (Reader in = Files.newBufferedReader(note(file))) {
            note.load(in);
            return Optional.ofNullable(note.getProperty("source"));
        } catch (NoSuchFileException e) {
            return Optional.empty(); // Somebody has put it there by hand.
        } catch (IOException e) {
            throw new HyprException(ErrorCode.DENIED, "The file " + note(file) + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void remember(Path file, String origin) throws IOException {
        Properties note = new Properties();
        note.setProperty("source", origin);
        try (Writer out = Files.newBufferedWriter(note(file))) {
            note.store(out, "Where the plug-in came from");
        }
    }

    private void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            log.warn("The file {} stays: {}", part, e.getMessage());
        }
    }
}
