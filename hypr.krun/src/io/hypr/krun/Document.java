package io.hypr.krun;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * What {@code hypr-krun} reads from its standard input; krun/src/document.rs is the other side.
 *
 * @param processors 1 to 32
 * @param memory octets, whole MiB
 * @param kernel path, as seen by the program
 * @param initramfs path, as seen by the program
 * @param arguments the kernel's command line
 * @param disks in the order in which the guest sees them
 * @param interfaces in order
 * @param shares directories that the guest mounts by tag
 * @param link to which the daemon connects for the link
 * @param guest socket that the program makes for itself, relative to its working directory
 * @param gpu whether the guest gets a virtio-gpu
 */
@JsonPropertyOrder({ "processors", "memory", "kernel", "initramfs", "arguments", "disks", "interfaces", "shares", "link", "guest", "gpu" })
public record Document(int processors, long memory, String kernel, String initramfs, String arguments, List<Disk> disks,
        List<Interface> interfaces, List<Share> shares,
        Listener link, String guest, boolean gpu) {

    /** Disks, interfaces and shares that a machine has room for. */
    public static final int DEVICES = 7;

    /** kernel/cmdline.md says why. */
    private static final List<String> ARGUMENTS = List.of("console=hvc0", "quiet", "panic=-1", "rcupdate.rcu_expedited=1", "dummy.numdummies=0");
    /** There is no ACPI, no PCI and no UART; a reset by the keyboard controller is how libkrun's machine ends. One of arm64 is told all by its device tree. */
    private static final List<String> ARGUMENTS_OF_X86 = List.of("reboot=k", "acpi=off", "pci=off", "swiotlb=noforce", "no_timer_check", "noreplace-smp",
        "8250.nr_uarts=0");

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A socket that listens: the program is given one, or makes it.
     *
     * @param descriptor of one that is there; null if the program makes it
     * @param path of one to make, as seen by the program; null if it is there
     */
    public record Listener(Integer descriptor, String path) {

        /**
         * @param descriptor of a socket that listens
         * @return that
         */
        public static Listener at(int descriptor) {
            return new Listener(descriptor, null);
        }

        /**
         * @param path of a socket to make
         * @return that
         */
        public static Listener made(Path path) {
            return new Listener(null, path.toString());
        }

        @JsonValue
        Object value() {
            return descriptor != null ? descriptor : path;
        }
    }

    /**
     * A block device.
     *
     * @param file path of a raw image, as seen by the program
     * @param readOnly whether the guest may only read it
     */
    public record Disk(String file, boolean readOnly) {
    }

    /**
     * A network interface, at one of two.
     *
     * @param tap name of a tap, which Linux only has; else null
     * @param socket path of a unix socket of datagrams that speaks as gvproxy's; else null
     * @param mac hardware address of the guest's side
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Interface(String tap, String socket, String mac) {
    }

    /**
     * A shared directory.
     *
     * @param tag by which the guest mounts it
     * @param directory path, as seen by the program
     * @param readOnly whether the guest may only read
     */
    public record Share(String tag, String directory, boolean readOnly) {
    }

    /**
     * @param architecture of the guest, as Java names it
     * @param further what the user wants besides
     * @return the command line of a kernel on libkrun's machine
     */
    public static String arguments(String architecture, List<String> further) {
        Stream<String> machine = architecture.equals("aarch64") ? Stream.empty() : ARGUMENTS_OF_X86.stream();
        return Stream.of(ARGUMENTS.stream(), machine, further.stream()).flatMap(words -> words).collect(Collectors.joining(" "));
    }

    /** @return this as JSON text */
    public String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The document of a microVM cannot be written.", e);
        }
    }
}
