package io.hypr.vmm;

/**
 * How a guest mounts the shares of its microVM, each by its tag as the source.
 *
 * @param type of the guest's file system
 * @param options of the mount; may be empty
 */
public record ShareFileSystem(String type, String options) {

    /** The usual one. */
    public static final ShareFileSystem VIRTIOFS = new ShareFileSystem("virtiofs", "");
}
