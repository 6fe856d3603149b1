package io.hypr.core.internal.engine;

import java.io.RandomAccessFile;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import org.osgi.service.log.Logger;

import io.hypr.core.internal.Settings;
import io.hypr.engine.ContainerSpec;
import io.hypr.image.Image;
import io.hypr.image.ImageConfig;
import io.hypr.image.Images;
import io.hypr.image.RootFileSystems;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.Progress;
import io.hypr.net.Attachment;
import io.hypr.net.EndpointPlan;
import io.hypr.net.NetworkDriver;
import io.hypr.net.NetworkPlan;
import io.hypr.net.ServiceBalancer;

/** All that an engine needs from other bundles, made of a {@link FakeHost}. */
final class Fakes {

    static final Image IMAGE = image("a", "box:latest", Set.of());
    /** Its containers get volumes at /data and /more. */
    static final Image STORE = image("c", "store:latest", Set.of("/data", "/more/"));

    private static Image image(String digit, String name, Set<String> volumes) {
        return new Image("sha256:" + digit.repeat(64), List.of(name), List.of(), "linux/amd64", Instant.EPOCH, 1, List.of("sha256:" + "b".repeat(64)),
            List.of(1L),
            new ImageConfig("", Set.of("80/tcp"), List.of("IMAGE=yes"), List.of(), List.of("echo", "hello"), volumes, "",
            Map.of("l", "image"), "", null, List.of()), "", List.of());
    }

    private static final Map<Engine, FakeBackend> BACKENDS = java.util.Collections.synchronizedMap(new java.util.WeakHashMap<>());

    private Fakes() {
    }

    static FakeBackend backend(Engine engine) {
        return BACKENDS.get(engine);
    }

    static ContainerSpec spec(String... cmd) {
        ContainerSpec spec = new ContainerSpec();
        spec.image = "box";
        spec.cmd.addAll(Arrays.asList(cmd));
        return spec;
    }

    /** One that has a port and devices, and ends with status 4. */
    static ContainerSpec ending() {
        ContainerSpec spec = spec("exit", "4");
        ContainerSpec.PortMapping port = new ContainerSpec.PortMapping();
        port.containerPort = 80;
        spec.ports.add(port);
        spec.gpus.add("all");
        return spec;
    }

    static Logger logger(List<String> lines) {
        return (Logger) Proxy.newProxyInstance(Fakes.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
            if (method.getReturnType() == boolean.class) {
                return true;
            }
            if (lines != null && arguments != null) {
                synchronized (lines) {
                    lines.add(method.getName() + " " + Arrays.deepToString(arguments));
                }
            }
            if (method.getName().equals("error") && arguments != null && arguments[arguments.length - 1] instanceof Object[] more && more.length > 0
                && more[more.length - 1] instanceof Throwable t) {
                t.printStackTrace();
            }
            return method.getReturnType() == String.class ? "test" : null;
        });
    }

    static Settings settings(Path base, Consumer<String> points) {
        return settings(base, points, Settings.Waits.USUAL);
    }

    static Settings settings(Path base, Consumer<String> points, Settings.Waits waits) {
        return new Settings(base.resolve("home"), base.resolve("run"), base, base, base, List.of("fake"), 1, 512L << 20, 1L << 30,
                List.of("172.30.0.0/16", "172.31.0.0/16"),
            base.resolve("routes"), List.of("8.8.8.8"), 700_000_000, true, 1L << 30, 20, waits, "1.0", points);
    }

    static Engine engine(Path base, Path socket, Consumer<String> points, List<String> log) {
        return engine(base, socket, settings(base, points), log);
    }

    static Engine engine(Path base, Path socket, Settings settings, List<String> log) {
        Images images = (Images) Proxy.newProxyInstance(
                Fakes.class.getClassLoader(), new Class<?>[] {Images.class}, (proxy, method, arguments) -> switch (method.getName()) {
            case "find" -> List.of("box", "box:latest", IMAGE.id()).contains(arguments[0]) ? Optional.of(IMAGE)
                : List.of("store", STORE.id()).contains(arguments[0]) ? Optional.of(STORE) : Optional.empty();
            case "list" -> List.of(IMAGE);
            default -> throw new UnsupportedOperationException(method.getName());
        });
        RootFileSystems roots = new RootFileSystems() {
            @Override
            public Path readOnly(Image image, Progress progress) {
                return base.resolve("root.squashfs");
            }

            @Override
            public boolean extract(Image image, String path, Path to) {
                if (!path.equals("/data")) {
                    return false;
                }
                try {
                    Files.createDirectory(to);
                    Files.writeString(to.resolve("file"), "of the image");
                    return true;
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }

            @Override
            public void copy(Path disk, Path file, int uid) {
                try {
                    Files.copy(disk, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }

            @Override
            public long written(Path file) throws java.io.IOException {
                return Files.size(file);
            }

            @Override
            public void writable(Path file, long size, int uid) {
                try {
                    if (!Files.exists(file)) {
                        try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
                            disk.setLength(size + RootFileSystems.WINDOW);
                        }
                    }
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        };
        ServiceBalancer balancer = (generation, table) -> FakeHost.ask(socket, "publish "
            + String.join(",", table.stream().map(p -> p.address() + ":" + p.port() + "/" + p.protocol() + ">" + p.backends().getFirst().port()).toList()));
        Services services = new Services(() -> images, () -> roots, () -> balancer, logger(log));
        FakeBackend backend = new FakeBackend(socket);
        services.backends.add(backend, FakeBackend.PROPERTIES);
        services.devices.add(new FakeDevices(socket), FakeDevices.PROPERTIES);
        services.networks.add(new FakeDriver(socket), Map.of("hypr.name", "bridge"));
        Engine engine = new Engine(settings, services);
        BACKENDS.put(engine, backend);
        return engine;
    }

    static void sweep(Engine engine) {
        engine.services().networks.all().forEach(d -> new Reconciler(engine).sweep(d));
        engine.ports().refresh();
    }

    record FakeDriver(Path socket) implements NetworkDriver {

        @Override
        public Availability probe() {
            return Availability.available();
        }

        @Override
        public DriverRecord ensure(NetworkPlan plan) {
            FakeHost.ask(socket, "ensure " + plan.id());
            return new DriverRecord("bridge", plan.id(), 1, "{}");
        }

        @Override
        public Attachment plug(EndpointPlan plan) {
            FakeHost.ask(socket, "plug " + plan.id());
            return new Attachment(new DriverRecord("bridge", plan.id(), 1, "{}"), "tap" + plan.id().substring(0, 8), 1500);
        }

        @Override
        public Optional<Attachment> prepare(String id, int uid) {
            FakeHost.ask(socket, "plug " + id);
            return Optional.of(new Attachment(new DriverRecord("bridge", id, 1, "{}"), "tap" + id.substring(0, 8), 1500));
        }

        @Override
        public void unplug(DriverRecord attachment) {
            FakeHost.ask(socket, "unplug " + attachment.id());
        }

        @Override
        public void remove(DriverRecord network) {
            FakeHost.ask(socket, "remove " + network.id());
        }

        @Override
        public List<DriverRecord> inventory() {
            String taps = FakeHost.ask(socket, "inventory");
            return taps.isEmpty() ? List.of() : Arrays.stream(taps.split(" ")).map(t -> new DriverRecord("bridge", t, 1, "{}")).toList();
        }
    }
}
