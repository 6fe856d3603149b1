package io.hypr.image.provider;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

import io.hypr.image.Credentials;
import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.image.internal.oci.Names;
import io.hypr.image.internal.oci.Platform;
import io.hypr.image.internal.oci.Reference;
import io.hypr.image.internal.registry.Endpoint;
import io.hypr.image.internal.registry.Endpoints;
import io.hypr.image.internal.registry.Registry;
import io.hypr.image.internal.registry.Retries;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

/** The images of this host, from registries and from the distribution. */
@Component(service = Images.class, configurationPid = Settings.PID)
public final class RegistryImages implements Images {

    private final ImageStore store;
    private final SquashRoots roots;
    private final Endpoints endpoints;
    private final Registry registry;
    private final Semaphore transfers;
    private final ShippedImages shipped;
    private final Removals removals;
    private final Logger log;
    private final Turns turns = new Turns();

    /** Sorted by ranking, the highest last, by Declarative Services. */
    @org.osgi.service.component.annotations.Reference(
            cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<Credentials> credentials = List.of();

    /**
     * @param context knows {@code hypr.dist} and where configuration is missing, {@code hypr.image.mirrors}
     * @param store what is here
     * @param roots unpacks
     * @param loggers the log
     * @param settings the configuration
     * @param properties the same, to find unknown keys
     */
    @Activate
    public RegistryImages(BundleContext context, @org.osgi.service.component.annotations.Reference ImageStore store,
    @org.osgi.service.component.annotations.Reference SquashRoots roots,
            @org.osgi.service.component.annotations.Reference LoggerFactory loggers, Settings settings, Map<String, Object> properties) {
        this(store, roots, new Endpoints(
                configured(context, "mirrors", settings.registry_mirrors()), configured(context, "insecure", settings.registry_insecure())),
                new Retries(settings.attempts(), Duration.ofMillis(settings.retry_delay()), Duration.ofSeconds(settings.patience())), settings.downloads(),
                Optional.ofNullable(context.getProperty("hypr.dist")).map(dist -> Path.of(dist, "share", "images")).orElse(null),
                loggers.getLogger(RegistryImages.class));
        Settings.Keys.check(properties);
    }

    RegistryImages(ImageStore store, SquashRoots roots, Endpoints endpoints, Retries retries, int transfers, Path shipped, Logger log) {
        if (transfers < 1 || retries.attempts() < 1 || !retries.patience().isPositive() || retries.delay().isNegative()) {
            throw new HyprException(ErrorCode.INVALID,
                    "The configuration " + Settings.PID + " is out of range: downloads " + transfers + ", attempts " + retries.attempts()
                    + ", retry.delay " + retries.delay().toMillis() + ", patience " + retries.patience().toSeconds() + ".")
                    .remedy("Each must be 1 or more; retry.delay may be 0.");
        }
        this.store = store;
        this.roots = roots;
        this.endpoints = endpoints;
        this.registry = new Registry(retries, this::login, System::getenv);
        this.transfers = new Semaphore(transfers);
        this.shipped = new ShippedImages(shipped, store, roots);
        this.removals = new Removals(store, roots);
        this.log = log;
    }

    /** The configuration, else the framework's or system's property, else the environment. */
    private static List<String> configured(BundleContext context, String key, String[] values) {
        if (values.length > 0) {
            return Settings.Keys.split(values);
        }
        String property = context.getProperty("hypr.image." + key);
        if (property == null) {
            property = context.getProperty("hypr.registry." + key);
        }
        if (property == null) {
            property = System.getenv("HYPR_REGISTRY_" + key.toUpperCase(java.util.Locale.ROOT));
        }
        return property == null ? List.of() : Settings.Keys.split(property);
    }

    /** Ends all transfers: their callers get {@code UNAVAILABLE} and may repeat the call. */
    @Deactivate
    void close() {
        registry.close();
    }

    private Optional<Credentials.Login> login(String name) {
        return credentials.reversed().stream().map(c -> c.find(name)).flatMap(Optional::stream).findFirst();
    }

    @Override
    public Image pull(String text, String platform, Progress progress) {
        Reference reference = Reference.parse(text);
        Platform wanted = Platform.parse(platform);
        store.layout().sweep();
        if (shipped.has(reference)) {
            return shipped.load(reference, progress);
        }
        return turns.take(reference.fullName() + " " + wanted, () -> pull(reference, wanted, progress));
    }

    /** Asks one place after the other. When the registry itself cannot be asked, what a mirror said is what the user hears. */
    private Image pull(Reference reference, Platform platform, Progress progress) {
        HyprException said = null;
        for (Endpoint at : endpoints.of(reference)) {
            try {
                Names.Entry entry = new Pull(store, roots, registry, transfers, at, reference, platform, progress).run();
                log.info("Image {} ({}) is here from {}", reference.shortName(), entry.manifest().digest(), at.host());
                return store.byId(store.parts(entry).id()).orElseThrow(() ->
                        new HyprException(ErrorCode.CONFLICT, "The image " + reference.shortName() + " was removed while it was pulled."));
            } catch (HyprException e) {
                boolean last = !at.mirror() || e.code() == ErrorCode.CANCELLED || e.code() == ErrorCode.EXHAUSTED || e.code() == ErrorCode.INVALID;
                if (last) {
                    throw said != null && said.code() != ErrorCode.UNAVAILABLE && e.code() == ErrorCode.UNAVAILABLE ? said : e;
                }
                log.info("Mirror {} does not give {}: {}", at.host(), reference.shortName(), e.getMessage());
                said = said == null || said.code() == ErrorCode.UNAVAILABLE ? e : said;
            }
        }
        throw said;
    }

    @Override
    public Optional<Image> find(String reference) {
        Optional<Image> found = store.find(reference);
        if (found.isEmpty() && !reference.startsWith("sha256:") && !reference.matches("[0-9a-f]{64}")) {
            Reference name = Reference.parse(reference);
            return shipped.has(name) ? Optional.of(shipped.load(name, Progress.NONE)) : found;
        }
        return found;
    }

    @Override
    public List<Image> list() {
        return store.images();
    }

    @Override
    public void tag(String source, String target) {
        Reference name = Reference.parse(target);
        if (name.tag().isEmpty() || !name.digest().isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "'" + target + "' has a digest; an image is given a name with a tag.");
        }
        Names.Entry entry = store.resolve(source).map(store::entry).or(() -> built(source)).orElseThrow(() ->
                new HyprException(ErrorCode.NOT_FOUND, "No such image: " + (isId(source) ? source : Reference.parse(source).shortName()))
                .remedy("See what is here with 'hypr images'."));
        boolean sameRepository = !entry.name().isEmpty() && Reference.parse(entry.name()).shortRepository().equals(name.shortRepository());
        store.name(new Names.Entry(name.fullName(), entry.manifest(), entry.platform(), sameRepository ? entry.target() : "", entry.size(), entry.layers()));
    }

    private static boolean isId(String text) {
        return text.matches("(sha256:)?[0-9a-f]{12,64}");
    }

    /** A manifest that somebody put into the content store becomes an image when it gets its first name. */
    private Optional<Names.Entry> built(String digest) {
        if (!Reference.isDigest(digest)) {
            return Optional.empty();
        }
        return store.layout().find(digest).filter(Files::isRegularFile).map(file -> shipped.admit(digest, "", Progress.NONE));
    }

    @Override
    public List<Removal> remove(String reference, boolean force) {
        return removals.remove(reference, force);
    }
}
