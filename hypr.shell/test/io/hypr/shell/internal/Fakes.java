package io.hypr.shell.internal;

import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.osgi.service.log.Logger;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers;
import io.hypr.engine.Networks;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Services that know a few things. */
public final class Fakes {

    private Fakes() {
    }

    /** @return a logger that drops everything */
    public static Logger log() {
        return proxy(Logger.class, (name, arguments) -> null);
    }

    /** What a fake does when it is called. */
    public interface Behaviour {
        Object call(String method, Object[] arguments) throws Exception;
    }

    public static <T> T proxy(Class<T> type, Behaviour behaviour) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (p, m, a) -> {
            Object value = behaviour.call(m.getName(), a);
            return value == null && m.getReturnType() == boolean.class ? Boolean.FALSE : value;
        }));
    }

    public static ContainerInfo container(String name, ContainerState state) {
        ContainerInfo c = new ContainerInfo();
        c.id = Integer.toHexString(name.hashCode() | 0x10000000).repeat(8);
        c.name = name;
        c.spec = new ContainerSpec();
        c.image = "nginx";
        c.imageId = "sha256:" + "ab".repeat(32);
        c.created = Instant.now().minusSeconds(3600);
        c.started = Instant.now().minusSeconds(300);
        c.finished = Instant.now().minusSeconds(100);
        c.state = state;
        c.argv = new ArrayList<>(List.of("sh", "-c", "echo hello there everybody"));
        return c;
    }

    public static Containers containers(List<ContainerInfo> all) {
        return proxy(Containers.class, (method, a) -> switch (method) {
            case "list" -> all;
            case "inspect" -> all.stream().filter(c -> c.name.equals(a[0]) || c.id.equals(a[0])).findFirst()
                    .orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such container: " + a[0]));
            default -> throw new AssertionError("Nobody should call " + method);
        });
    }

    public static Images images() {
        return proxy(Images.class, (method, a) -> List.of());
    }

    public static Networks networks(String... names) {
        return proxy(Networks.class, (method, a) -> List.of(names).stream().map(n -> {
            Networks.Network w = new Networks.Network();
            w.name = n;
            w.driver = "bridge";
            return w;
        }).toList());
    }
}
