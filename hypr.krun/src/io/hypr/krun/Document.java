package io.hypr.krun;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
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
 * @param link descriptor of the socket to which the daemon connects for the link
 * @param guest socket that the program makes for itself, relative to its working directory
 * @param gpu whether the guest gets a virtio-gpu
 */
@JsonPropertyOrder({ "processors", "memory", "kernel", "initramfs", "arguments", "disks", "interfaces", "shares", "link", "guest", "gpu" })
public record Document(int processors, long memory, String kernel, String initramfs, String arguments, List<Disk> disks,
        List<Interface> interfaces, List<Share> shares,
        int link, String guest, boolean gpu) {

    /** Disks, interfaces and shares that a machine has room for. */
    public static final int DEVICES = 7;

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A block device.
     *
     * @param file path of a raw image, as seen by the program
     * @param readOnly whether the guest may only read it
     */
    public record Disk(String file, boolean readOnly) {
    }

    /**
     * A network interface.
     *
     * @param tap on Linux; else null
     * @param socket on macOS, of datagrams; else null
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

    /** @return this as JSON text */
    public String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The document of a microVM cannot be written.", e);
        }
    }
}
