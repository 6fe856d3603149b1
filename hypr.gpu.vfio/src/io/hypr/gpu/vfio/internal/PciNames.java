package io.hypr.gpu.vfio.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/** What people call PCI functions: by the list {@code pci.ids} where the host has it (Debian's package pci.ids), else by class. */
final class PciNames {

    private static final List<String> LISTS = List.of("usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids", "usr/share/pci.ids", "var/lib/pciutils/pci.ids",
            "usr/share/misc/pci.ids.gz");

    private static final Map<Integer, String> CLASSES = Map.ofEntries(
            Map.entry(0x0100, "SCSI controller"), Map.entry(0x0101, "IDE controller"), Map.entry(0x0104, "RAID controller"),
            Map.entry(0x0106, "SATA controller"),
            Map.entry(0x0107, "SAS controller"), Map.entry(0x0108, "NVMe controller"),
            Map.entry(0x0200, "Ethernet controller"), Map.entry(0x0207, "InfiniBand controller"), Map.entry(0x0280, "Network controller"),
            Map.entry(0x0300, "VGA controller"), Map.entry(0x0302, "3D controller"), Map.entry(0x0380, "Display controller"),
            Map.entry(0x0400, "Video controller"), Map.entry(0x0401, "Audio controller"), Map.entry(0x0403, "Audio device"),
            Map.entry(0x0500, "Memory"), Map.entry(0x0604, "PCI bridge"), Map.entry(0x0780, "Communication controller"),
            Map.entry(0x0c03, "USB controller"), Map.entry(0x0c05, "SMBus"), Map.entry(0x0c80, "Serial bus controller"),
            Map.entry(0x1200, "Processing accelerator"));

    private static final Map<Integer, String> BASES = Map.ofEntries(
            Map.entry(0x01, "Storage controller"), Map.entry(0x02, "Network controller"), Map.entry(0x03, "Display controller"),
            Map.entry(0x04, "Multimedia controller"),
            Map.entry(0x05, "Memory controller"), Map.entry(0x06, "Bridge"), Map.entry(0x07, "Communication controller"), Map.entry(0x08, "System peripheral"),
            Map.entry(0x09, "Input device"), Map.entry(0x0b, "Processor"), Map.entry(0x0c, "Serial bus controller"), Map.entry(0x0d, "Wireless controller"),
            Map.entry(0x10, "Encryption controller"), Map.entry(0x11, "Signal processing controller"), Map.entry(0x12, "Processing accelerator"));

    private final Map<String, String> names;

    private PciNames(Map<String, String> names) {
        this.names = names;
    }

    /**
     * Looks up the names of some functions, in one pass over the list.
     *
     * @param host whose list is read
     * @param functions whose names will be asked
     * @return their names
     */
    static PciNames of(HostTree host, Collection<PciFunction> functions) {
        Set<String> wanted = new HashSet<>();
        functions.forEach(f -> {
            wanted.add(f.vendor());
            wanted.add(f.ids());
        });
        for (String list : LISTS) {
            Path file = host.path(list);
            if (Files.isReadable(file)) {
                try (InputStream in = Files.newInputStream(file); BufferedReader lines = reader(in, list.endsWith(".gz"))) {
                    return new PciNames(read(lines, wanted));
                } catch (IOException e) {
                    continue; // A damaged list is none: names are for comfort.
                }
            }
        }
        return new PciNames(Map.of());
    }

    private static BufferedReader reader(InputStream in, boolean packed) throws IOException {
        return new BufferedReader(new InputStreamReader(packed ? new GZIPInputStream(in) : in, StandardCharsets.UTF_8));
    }

    /** Lines are {@code vendor  name} and below them, after a tab, {@code device  name}; what follows the line of the first class is none of ours. */
    private static Map<String, String> read(BufferedReader lines, Set<String> wanted) throws IOException {
        Map<String, String> found = new HashMap<>();
        String vendor = "";
        for (String line = lines.readLine(); line != null && !line.startsWith("C "); line = lines.readLine()) {
            if (line.length() < 7 || line.startsWith("#") || line.startsWith("\t\t")) {
                continue;
            }
            boolean device = line.charAt(0) == '\t';
            if (!device) {
                vendor = line.substring(0, 4);
            } else if (!wanted.contains(vendor)) {
                continue;
            }
            String key = device ? vendor + ":" + line.substring(1, 5) : vendor;
            if (wanted.contains(key)) {
                found.put(key, line.substring(device ? 5 : 4).strip());
            }
        }
        return found;
    }

    /**
     * @param f one of the functions
     * @return such as {@code Red Hat, Inc. Virtio 1.0 network device}, or {@code Ethernet controller [1af4:1041]}
     */
    String name(PciFunction f) {
        String vendor = names.get(f.vendor());
        String device = names.get(f.ids());
        if (vendor != null && device != null) {
            return vendor + " " + device;
        }
        return (vendor == null ? "" : vendor + " ") + className(f.classCode()) + " [" + f.ids() + "]";
    }

    /**
     * @param f one of the functions
     * @return address and name, for sentences
     */
    String full(PciFunction f) {
        return f.address() + " (" + name(f) + ")";
    }

    /**
     * @param code base class, subclass and interface
     * @return such as {@code Ethernet controller}
     */
    static String className(int code) {
        String exact = CLASSES.get(code >> 8);
        return exact != null ? exact : BASES.getOrDefault(code >> 16, "Device");
    }

    /**
     * @param code base class, subclass and interface
     * @return what the contract calls it
     */
    static String kind(int code) {
        return switch (code >> 16) {
            case 0x03, 0x12 -> "gpu";
            case 0x01 -> "storage";
            case 0x02 -> "network";
            case 0x04 -> "audio";
            case 0x0c -> code >> 8 == 0x0c03 ? "usb" : "other";
            default -> "other";
        };
    }
}
