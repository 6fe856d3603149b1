package io.hypr.gpu.vfio.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.hypr.gpu.vfio.VfioDriverTest;

/**
 * A make-believe host: a tree of files and links as the kernel shows it, and a kernel that does what is written to {@code driver_override},
 * {@code bind}, {@code unbind} and {@code drivers_probe}. See {@link VfioDriverTest} for what is in it.
 */
public final class FakeHost extends HostTree {

    private final Path root;
    private final Map<String, String> natural = new HashMap<>();
    private final Map<String, Integer> owners = new TreeMap<>();
    private final Set<String> refusing = new TreeSet<>();
    private final Set<String> open = new TreeSet<>();
    private final List<String> written = new ArrayList<>();
    private final List<String> loaded = new ArrayList<>();
    private Set<String> loadable = Set.of("vfio-pci");
    private boolean privileged = true;
    private Consumer<Integer> interruption = count -> { };

    /** @param root an empty directory */
    public FakeHost(Path root) {
        super(root);
        this.root = root;
        text("proc/sys/kernel/random/boot_id", "first-boot");
        text("proc/sys/kernel/osrelease", "6.1.0-test");
        text("proc/cmdline", "quiet intel_iommu=on");
        text("proc/self/mountinfo", "");
        text("lib/modules/6.1.0-test/modules.dep", "kernel/drivers/vfio/pci/vfio-pci.ko.xz: kernel/drivers/vfio/vfio.ko.xz");
        text("sys/bus/pci/drivers_probe", "");
        directory("sys/kernel/iommu_groups");
        directory("sys/bus/pci/devices");
        directory("dev/vfio");
    }

    /**
     * Adds a function with its driver, which may be empty, in a group, which may be empty too.
     *
     * @return its directory relative to the root
     */
    public String device(String address, String ids, int classCode, String driver, String group) {
        String at = "sys/devices/pci" + address.substring(0, 7) + "/" + address;
        text(at + "/vendor", "0x" + ids.substring(0, 4));
        text(at + "/device", "0x" + ids.substring(5));
        text(at + "/class", String.format("0x%06x", classCode));
        text(at + "/driver_override", "(null)");
        text(at + "/reset_method", "flr bus");
        text(at + "/sriov_numvfs", "0");
        link("sys/bus/pci/devices/" + address, at);
        if (!group.isEmpty()) {
            directory("sys/kernel/iommu_groups/" + group + "/devices");
            link("sys/kernel/iommu_groups/" + group + "/devices/" + address, at);
            link(at + "/iommu_group", "sys/kernel/iommu_groups/" + group);
        }
        if (!driver.isEmpty()) {
            driver(driver);
            natural.put(address, driver);
            link(at + "/driver", "sys/bus/pci/drivers/" + driver);
        }
        return at;
    }

    /** Loads a driver. */
    public void driver(String name) {
        text("sys/bus/pci/drivers/" + name + "/bind", "");
        text("sys/bus/pci/drivers/" + name + "/unbind", "");
    }

    /** Unloads a driver that has no device. */
    public void unload(String name) throws IOException {
        Path at = root.resolve("sys/bus/pci/drivers").resolve(name);
        Files.delete(at.resolve("bind"));
        Files.delete(at.resolve("unbind"));
        Files.delete(at);
    }

    /** Writes a file of the host's. */
    public void text(String file, String text) {
        try {
            Files.createDirectories(root.resolve(file).getParent());
            Files.writeString(root.resolve(file), text + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a directory of the host's. */
    public void directory(String directory) {
        try {
            Files.createDirectories(root.resolve(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a link of the host's, by paths below the root. */
    public void link(String file, String to) {
        try {
            Files.createDirectories(root.resolve(file).getParent());
            Files.createSymbolicLink(root.resolve(file), root.resolve(to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A process that has a file open. */
    public void process(int pid, String name, String file) {
        try {
            text("proc/" + pid + "/comm", name);
            directory("proc/" + pid + "/fd");
            Files.createSymbolicLink(root.resolve("proc/" + pid + "/fd/7"), Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The driver takes no device any more. */
    public void refuse(String driver) {
        refusing.add(driver);
    }

    /** The driver takes devices again. */
    public void accept(String driver) {
        refusing.remove(driver);
    }

    /** A VMM opens the group, or closes it. */
    public void open(String group, boolean yes) {
        if (yes ? open.add(group) : open.remove(group)) {
            written.clear();
        }
    }

    /** What modprobe finds. */
    public void loadable(String... modules) {
        loadable = Set.of(modules);
    }

    /** Whether hyprd is root. */
    public void privileged(boolean yes) {
        privileged = yes;
    }

    /** What was written, as {@code FILE<TEXT}. */
    public List<String> written() {
        return List.copyOf(written);
    }

    /** Modules that were asked for. */
    public List<String> loaded() {
        return List.copyOf(loaded);
    }

    /** Is called with a count before and after everything that changes the host, and may throw as if hyprd were killed there. */
    public void interrupt(Consumer<Integer> interruption) {
        written.clear();
        this.interruption = interruption;
    }

    /** What claims may change: drivers, overrides, owners of device files. */
    public List<String> facts() {
        List<String> facts = new ArrayList<>();
        for (PciFunction f : new PciBus(this).functions()) {
            facts.add(f.address() + " driver=" + f.driver() + " override=" + f.override());
        }
        try (Stream<Path> nodes = Files.list(root.resolve("dev/vfio"))) {
            nodes.map(n -> n.getFileName().toString()).sorted().forEach(n -> facts.add("/dev/vfio/" + n + " of " + owners.get(n)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return facts;
    }

    @Override
    protected void write(Path file, String text) throws IOException {
        interruption.accept(written.size() * 2);
        written.add(root.relativize(file) + "<" + text.strip());
        String parent = file.getParent().getFileName().toString();
        switch (file.getFileName().toString()) {
            case "driver_override" -> Files.writeString(file, text.isBlank() ? "(null)\n" : text);
            case "unbind" -> unbind(text, parent);
            case "bind" -> bind(text, parent);
            case "drivers_probe" -> probe(text);
            default -> throw new FileSystemException(file.toString(), null, "Permission denied");
        }
        interruption.accept(written.size() * 2 - 1);
    }

    private Path device(String address) {
        return real(root.resolve("sys/bus/pci/devices").resolve(address));
    }

    private void unbind(String address, String driver) throws IOException {
        if (!target(device(address).resolve("driver")).equals(driver)) {
            throw new FileSystemException(address, null, "No such device");
        }
        Files.delete(device(address).resolve("driver"));
        settle(address);
    }

    private void bind(String address, String driver) throws IOException {
        String override = read(device(address).resolve("driver_override"));
        boolean fits = override.equals("(null)") ? driver.equals(natural.get(address)) : override.equals(driver);
        if (!fits || Files.exists(device(address).resolve("driver")) || refusing.contains(driver)) {
            throw new FileSystemException(address, null, "No such device");
        }
        Files.createSymbolicLink(device(address).resolve("driver"), root.resolve("sys/bus/pci/drivers").resolve(driver));
        settle(address);
    }

    private void probe(String address) throws IOException {
        String override = read(device(address).resolve("driver_override"));
        String fits = override.equals("(null)") ? natural.getOrDefault(address, "") : override;
        if (!Files.exists(device(address).resolve("driver")) && !refusing.contains(fits)
                && Files.isDirectory(root.resolve("sys/bus/pci/drivers").resolve(fits).resolve("."))
                && !fits.isEmpty()) {
            bind(address, fits);
        }
    }

    /** The file of a group is there as long as vfio-pci has one of its functions, and is root's when it comes. */
    private void settle(String address) throws IOException {
        String group = target(device(address).resolve("iommu_group"));
        Path node = root.resolve("dev/vfio").resolve(group);
        boolean wanted = new PciBus(this).group(group).stream().anyMatch(PciFunction::isVfio);
        if (wanted && !Files.exists(node)) {
            Files.createFile(node);
            owners.put(group, 0);
        } else if (!wanted) {
            Files.deleteIfExists(node);
        }
    }

    @Override
    protected void own(Path node, int uid) throws IOException {
        if (!Files.exists(node)) {
            throw new FileSystemException(node.toString(), null, "No such file");
        }
        owners.put(node.getFileName().toString(), uid);
    }

    @Override
    protected int owner(Path node) {
        return owners.getOrDefault(node.getFileName().toString(), 0).intValue();
    }

    @Override
    protected boolean isOpen(Path group) {
        return open.contains(group.getFileName().toString());
    }

    @Override
    protected String modprobe(String... modules) {
        for (String module : modules) {
            loaded.add(module);
            if (loadable.contains(module)) {
                driver(module);
            }
        }
        return loadable.contains(modules[0]) ? "" : "modprobe: FATAL: Module " + modules[0] + " not found";
    }

    @Override
    protected boolean isPrivileged() {
        return privileged;
    }
}
