package io.hypr.gpu.vfio.internal;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Where a PCI function is.
 *
 * @param domain 0 to 0xFFFFFFFF; Hyper-V and VMD make large ones
 * @param bus 0 to 255
 * @param device 0 to 31
 * @param function 0 to 7
 */
record PciAddress(long domain, int bus, int device, int function) implements Comparable<PciAddress> {

    /** What addresses of this driver begin with. */
    static final String SCHEME = "pci";

    private static final Pattern FORM = Pattern.compile("(?:pci:)?(?:([0-9a-f]{4,8}):)?([0-9a-f]{1,2}):([01]?[0-9a-f])\\.([0-7])", Pattern.CASE_INSENSITIVE);

    /**
     * Reads what a user typed: {@code pci:0000:01:00.0}, {@code 0000:01:00.0} or {@code 01:00.0}.
     *
     * @param text what was typed
     * @return the address
     * @throws HyprException {@code INVALID}
     */
    static PciAddress parse(String text) {
        return of(text).orElseThrow(() -> new HyprException(ErrorCode.INVALID, "'" + text + "' is no address of a PCI device.")
                .remedy("Addresses look like pci:0000:01:00.0 or 01:00.0; 'hypr gpu ls -a' lists those that are here."));
    }

    /**
     * @param text perhaps an address
     * @return the address, if it is one
     */
    static Optional<PciAddress> of(String text) {
        Matcher m = FORM.matcher(text);
        return m.matches() ? Optional.of(new PciAddress(m.group(1) == null ? 0 : Long.parseLong(m.group(1), 16), Integer.parseInt(m.group(2), 16),
                Integer.parseInt(m.group(3), 16), Integer.parseInt(m.group(4)))) : Optional.empty();
    }

    /** @return whether both are functions of one card */
    boolean isSameSlot(PciAddress other) {
        return domain == other.domain && bus == other.bus && device == other.device;
    }

    /** @return as users name it, in full */
    String withScheme() {
        return SCHEME + ":" + this;
    }

    @Override
    public int compareTo(PciAddress o) {
        int c = Long.compare(domain, o.domain);
        c = c != 0 ? c : Integer.compare(bus, o.bus);
        c = c != 0 ? c : Integer.compare(device, o.device);
        return c != 0 ? c : Integer.compare(function, o.function);
    }

    /** As the kernel writes it. */
    @Override
    public String toString() {
        return String.format("%04x:%02x:%02x.%d", domain, bus, device, function);
    }
}
