package io.hypr.gpu.vfio.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The PCI functions of the host, in sysfs (Linux, Documentation/ABI/testing/sysfs-bus-pci). Everything is measured anew with each call. */
final class PciBus {

    private final HostTree host;

    PciBus(HostTree host) {
        this.host = host;
    }

    private Path bus() {
        return host.path("sys/bus/pci");
    }

    private Path device(PciAddress address) {
        return bus().resolve("devices").resolve(address.toString());
    }

    private Path driver(String name) {
        return bus().resolve("drivers").resolve(name);
    }

    /** @return whether the host has a PCI bus */
    boolean exists() {
        return Files.isDirectory(bus());
    }

    /** @return all functions by address */
    List<PciFunction> functions() {
        return host.list(bus().resolve("devices")).stream().flatMap(p -> PciAddress.of(p.getFileName().toString()).stream()).sorted()
                .flatMap(a -> function(a).stream()).toList();
    }

    /**
     * @param address of a function
     * @return the function, if it is there
     */
    Optional<PciFunction> function(PciAddress address) {
        Path link = device(address);
        if (!Files.exists(link)) {
            return Optional.empty();
        }
        Path at = host.real(link);
        String override = host.read(at.resolve("driver_override"));
        return Optional.of(new PciFunction(address, at, hex(at.resolve("vendor")), hex(at.resolve("device")), number(hex(at.resolve("class")), 16),
                host.target(at.resolve("driver")), override.equals("(null)") ? "" : override, host.target(at.resolve("iommu_group")),
                host.read(at.resolve("boot_vga")).equals("1"), number(host.read(at.resolve("sriov_numvfs")), 10), resets(at)));
    }

    private List<String> resets(Path at) {
        String methods = host.read(at.resolve("reset_method"));
        if (!methods.isEmpty()) {
            return List.of(methods.split("\\s+"));
        }
        return Files.exists(at.resolve("reset")) ? List.of("unnamed") : List.of(); // Linux before 5.15 does not say which.
    }

    private String hex(Path file) {
        String text = host.read(file);
        return text.startsWith("0x") ? text.substring(2) : text;
    }

    private static int number(String text, int radix) {
        return text.isEmpty() ? 0 : Integer.parseInt(text, radix);
    }

    /**
     * @param group number of an IOMMU group
     * @return the functions in it, by address
     */
    List<PciFunction> group(String group) {
        return host.list(host.path("sys/kernel/iommu_groups").resolve(group).resolve("devices")).stream()
                .flatMap(p -> PciAddress.of(p.getFileName().toString()).stream()).sorted().flatMap(a -> function(a).stream()).toList();
    }

    /**
     * @param card a function
     * @return what goes where it goes, by address
     */
    List<PciFunction> companions(PciFunction card) {
        return card.isDisplay() ? functions().stream().filter(f -> f.goesWith(card)).toList() : List.of();
    }

    /**
     * @param name of a driver
     * @return whether it is loaded
     */
    boolean hasDriver(String name) {
        return Files.isDirectory(driver(name));
    }

    /**
     * Says which driver alone may have a function.
     *
     * @param address of the function
     * @param name of the driver; empty = any that fits
     * @throws IOException if the kernel refuses
     */
    void override(PciAddress address, String name) throws IOException {
        host.write(device(address).resolve("driver_override"), name + "\n");
    }

    /**
     * Takes a function away from its driver. Waits until the driver lets go.
     *
     * @param f has a driver
     * @throws IOException if the kernel refuses
     */
    void unbind(PciFunction f) throws IOException {
        host.write(driver(f.driver()).resolve("unbind"), f.address().toString());
    }

    /**
     * Gives a function to a driver.
     *
     * @param address of the function, which has none
     * @param name of the driver
     * @throws IOException if the kernel or the driver refuses
     */
    void bind(PciAddress address, String name) throws IOException {
        host.write(driver(name).resolve("bind"), address.toString());
    }

    /**
     * Lets the kernel look for a driver that fits.
     *
     * @param address of a function that has none
     * @throws IOException if the kernel refuses; that no driver fits is no refusal
     */
    void probe(PciAddress address) throws IOException {
        host.write(bus().resolve("drivers_probe"), address.toString());
    }
}
