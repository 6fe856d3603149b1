package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.Setup;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerInfo.MountPoint;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerSpec.Mount;
import io.hypr.engine.Volumes.Volume;
import io.hypr.image.Image;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.ShareFileSystem;
import io.hypr.vmm.VmPlan;

/** What is mounted in a container: checked when it is created, made ready when it is started, and said to backend and agent. */
final class Mounts {

    /** Octets of /dev/shm where nothing else was asked for. */
    private static final long SHM_SIZE = 64 << 20;
    private static final long READ_ONLY = 1;
    /** The stage of mounts in the agent's answers. */
    private static final int STAGE = 2;
    private static final int ENOTDIR = 20;

    /** Where containers with an init find it, as under Docker. */
    static final String INIT = "/sbin/docker-init";

    /** Options that a tmpfs takes; those with an equals sign have a value. */
    private static final Set<String> TMPFS = Set.of(
            "", "defaults", "ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "sync", "async", "dirsync", "atime", "noatime",
        "diratime", "nodiratime", "relatime", "norelatime", "strictatime", "nostrictatime", "size=", "mode=", "uid=", "gid=", "nr_inodes=",
        "nr_blocks=", "mpol=");

    private final Engine engine;

    Mounts(Engine engine) {
        this.engine = engine;
    }

    // --- at the creation ---

    /** Checks what can be checked without changing anything; moves tmpfs to where the others are. */
    static void check(ContainerSpec spec) {
        Set<String> targets = new HashSet<>();
        for (Mount m : List.copyOf(spec.mounts)) {
            if (m.target == null || !m.target.startsWith("/")) {
                throw NewContainer.invalid(config(m) + "invalid mount path: '" + m.target + "' mount path must be absolute");
            }
            m.target = Path.of(m.target).normalize().toString();
            if (m.target.equals("/")) {
                throw NewContainer.invalid(config(m) + "invalid specification: destination can't be '/'");
            }
            switch (m.type) {
                case "tmpfs" -> {
                    spec.mounts.remove(m);
                    spec.tmpfs.put(m.target, m.readOnly ? "ro," + m.options : m.options);
                }
                case "bind" -> bind(m);
                case "volume" -> {
                    // Its name is checked when it is made.
                }
                default -> throw NewContainer.invalid(config(m) + "mount type unknown").remedy("It is volume, bind or tmpfs.");
            }
            if (!targets.add(m.target)) {
                throw NewContainer.invalid("Duplicate mount point: " + m.target);
            }
        }
        spec.tmpfs.keySet().stream().filter(t -> spec.mounts.stream().anyMatch(m -> m.target.equals(t))).findFirst().ifPresent(t -> {
            throw NewContainer.invalid("Duplicate mount point: " + t);
        });
    }

    private static String config(Mount m) {
        return "invalid mount config for type \"" + m.type + "\": ";
    }

    /** Checks {@code --tmpfs}, and what of {@code --mount} has become like it. */
    static void checkTmpfs(ContainerSpec spec) {
        spec.tmpfs.forEach((target, options) -> {
            if (!target.startsWith("/")) {
                throw NewContainer.invalid("invalid mount path: '" + target + "' mount path must be absolute");
            }
            if (Path.of(target).normalize().equals(Path.of("/"))) {
                throw NewContainer.invalid("invalid specification: destination can't be '/'");
            }
            for (String option : options.split(",")) {
                if (!TMPFS.contains(option.replaceFirst("=.*", "="))) {
                    throw NewContainer.invalid("invalid tmpfs option [\"" + option + "\"]");
                }
            }
        });
    }

    private static void bind(Mount m) {
        if (m.source == null || m.source.isEmpty()) {
            throw NewContainer.invalid(config(m) + "field Source must not be empty");
        }
        if (!m.source.startsWith("/")) {
            throw NewContainer.invalid(config(m) + "invalid mount path: '" + m.source + "' mount path must be absolute");
        }
        m.source = Path.of(m.source).normalize().toString();
        Path source = Path.of(m.source);
        if (!Files.exists(source)) {
            if (!m.create) {
                throw NewContainer.invalid(config(m) + "bind source path does not exist: " + m.source);
            }
        } else if (!Files.isDirectory(source) && !Files.isRegularFile(source)) {
            throw new HyprException(ErrorCode.UNSUPPORTED, m.source
                    + " is a socket, pipe or device of the host: what is behind it runs in the host's kernel, which a microVM does not share.")
                .remedy("Reach the service by the network, at the address host-gateway, or pass a device through by --device.");
        }
    }

    /**
     * Writes down what is mounted.
     *
     * @param info of the new container
     * @param declared directories for which the image wants a volume each
     * @return volumes that are yet to be made for it
     */
    List<Volume> claim(ContainerInfo info, Set<String> declared) {
        List<Volume> fresh = new ArrayList<>();
        for (String from : info.spec.volumesFrom) {
            if (from.isEmpty()) {
                throw NewContainer.invalid("volumes-from specification cannot be an empty string");
            }
            take(from, info);
        }
        for (Mount m : info.spec.mounts) {
            info.mounts.removeIf(p -> p.target.equals(m.target));
            info.mounts.add(m.type.equals("bind") ? bound(m) : volume(m, info.spec.volumeDriver, fresh));
        }
        for (String target : declared.stream().map(d -> Path.of("/", d).normalize().toString()).sorted().toList()) {
            if (!target.equals("/") && !info.spec.tmpfs.containsKey(target) && info.mounts.stream().noneMatch(p -> p.target.equals(target))) {
                Mount m = new Mount();
                m.target = target;
                info.mounts.add(volume(m, info.spec.volumeDriver, fresh));
            }
        }
        info.mounts.sort(Comparator.comparing(p -> Path.of(p.target)));
        return fresh;
    }

    private void take(String from, ContainerInfo info) {
        String[] parts = from.split(":", 2);
        if (parts.length == 2 && !parts[1].equals("ro") && !parts[1].equals("rw")) {
            throw NewContainer.invalid("invalid mode: " + parts[1]);
        }
        for (MountPoint p : engine.find(parts[0]).info().mounts) {
            p.writable &= parts.length == 1 || parts[1].equals("rw");
            p.anonymous = false; // It belongs to the other container.
            info.mounts.removeIf(o -> o.target.equals(p.target));
            info.mounts.add(p);
        }
    }

    private static MountPoint bound(Mount m) {
        MountPoint p = point(m);
        p.source = m.source;
        p.create = m.create;
        return p;
    }

    private MountPoint volume(Mount m, String driver, List<Volume> fresh) {
        Volume wanted = new Volume();
        wanted.name = m.source;
        wanted.driver = driver;
        wanted.labels.putAll(m.labels);
        wanted.options.putAll(m.volumeOptions);
        Volume planned = engine.volumes().plan(wanted);
        if (!engine.volumes().has(planned.name) && fresh.stream().noneMatch(v -> v.name.equals(planned.name))) {
            fresh.add(planned);
        }
        MountPoint p = point(m);
        p.name = planned.name;
        p.source = planned.mountpoint;
        p.anonymous = planned.anonymous;
        p.copy = !m.noCopy;
        return p;
    }

    /** Makes the volumes of a new container. */
    void make(List<Volume> fresh) {
        for (Volume v : fresh) {
            engine.volumes().keep(v);
            engine.events().tell(Instant.now(), "volume", "create", v.name, Map.of("driver", "local"));
        }
    }

    private static MountPoint point(Mount m) {
        MountPoint p = new MountPoint();
        p.type = m.type;
        p.target = m.target;
        p.writable = !m.readOnly;
        return p;
    }

    /** Takes back the volumes that were made for a container that could not be created, unless another one has them by now. */
    void forget(Container container) {
        for (String name : container.ask(r -> List.copyOf(r.freshVolumes))) {
            if (engine.volumes().users(name).stream().allMatch(container.id()::equals)) {
                engine.volumes().discard(name);
            }
        }
    }

    /** Removes the volumes of a container that nobody named and no other container has. */
    void removeAnonymous(Container container) {
        for (MountPoint p : container.ask(r -> List.copyOf(r.info.mounts))) {
            if (p.anonymous && engine.volumes().users(p.name).stream().allMatch(container.id()::equals)) {
                try {
                    engine.volumes().discard(p.name);
                    engine.events().tell(Instant.now(), "volume", "destroy", p.name, Map.of("driver", "local"));
                } catch (HyprException e) {
                    engine.log().warn("Volume {} of container {} could not be removed: {}", p.name, container.id(), e.getMessage());
                }
            }
        }
    }

    // --- at the start ---

    /** Makes ready on the host what is mounted. Repeatable. */
    void prepare(ContainerInfo info, Image image) {
        for (MountPoint p : info.mounts) {
            if (p.type.equals("volume")) {
                engine.volumes().prepare(p, image, info.id);
                continue;
            }
            Path source = Path.of(p.source);
            if (p.create && !Files.exists(source)) {
                try {
                    Files.createDirectories(source);
                } catch (IOException e) {
                    throw new HyprException(ErrorCode.DENIED, "error while creating mount source path '" + p.source + "'", e);
                }
            }
            if (!Files.isDirectory(source) && !Files.isRegularFile(source)) {
                throw NewContainer.invalid("invalid mount config for type \"bind\": bind source path does not exist: " + p.source);
            }
        }
    }

    /** @return directories and files of the host for the backend */
    static List<VmPlan.Share> shares(ContainerInfo info) {
        List<VmPlan.Share> shares = new ArrayList<>();
        for (MountPoint p : info.mounts) {
            shares.add(new VmPlan.Share(tag(shares.size()), Path.of(p.source), !p.writable));
        }
        return shares;
    }

    /** Says what is wrong if the agent could not mount a file over a directory, or a directory over a file, as only the image shows. */
    static void judge(ContainerInfo info, Result failed) {
        if (failed.stage() == STAGE && failed.errno() == ENOTDIR) {
            info.mounts.stream().filter(p -> p.target.equals(failed.text())).findFirst().ifPresent(p -> {
                throw NewContainer.invalid("failed to create task for container: unable to start container process: error during container init: "
                        + "error mounting \"" + p.source + "\" to rootfs at \"" + p.target + "\": " + Errno.text(ENOTDIR)
                        + ": unknown: Are you trying to mount a directory onto a file (or vice-versa)? "
                        + "Check if the specified host path exists and is the expected type");
            });
        }
    }

    private static String tag(int place) {
        return "mount" + place;
    }

    /**
     * @param shared how the guest mounts shares
     * @return mounts for the agent, those of directories before those within them; before all, what only the agent sees
     */
    static List<Setup.Mount> guest(ContainerInfo info, ShareFileSystem shared) {
        List<Setup.Mount> own = new ArrayList<>();
        List<Setup.Mount> all = new ArrayList<>();
        long shm = info.spec.shmSize == 0 ? SHM_SIZE : info.spec.shmSize;
        if (!"none".equals(info.spec.ipcMode)) {
            all.add(new Setup.Mount("shm", "/dev/shm", "tmpfs", MountFlags.SHM, "mode=1777,size=" + shm, Setup.Mount.PLAIN));
        }
        if (info.spec.init) {
            all.add(new Setup.Mount("/merlin", INIT, "", READ_ONLY, "", Setup.Mount.BIND));
        }
        info.spec.tmpfs.forEach((target, options) -> all.add(MountFlags.tmpfs(target, options)));
        for (int i = 0; i < info.mounts.size(); i++) {
            MountPoint p = info.mounts.get(i);
            long flags = p.writable ? 0 : READ_ONLY;
            if (Files.isRegularFile(Path.of(p.source))) { // A share is a directory: the agent binds the file from it.
                own.add(new Setup.Mount(tag(i), "/" + tag(i), shared.type(), 0, shared.options(), Setup.Mount.OWN));
                all.add(new Setup.Mount("/" + tag(i) + "/" + VmPlan.Share.FILE, p.target, "", flags, "", Setup.Mount.BIND));
            } else {
                all.add(new Setup.Mount(tag(i), p.target, shared.type(), flags, shared.options(), Setup.Mount.PLAIN));
            }
        }
        all.sort(Comparator.comparing(m -> Path.of(m.target())));
        own.addAll(all);
        return own;
    }
}
