package io.hypr.image;

import java.io.IOException;
import java.nio.file.Path;

import org.osgi.annotation.versioning.ProviderType;

import io.hypr.model.Progress;

/**
 * Makes the disks of containers. Implemented by hypr.image, called by the engine and the builder from any thread.
 */
@ProviderType
public interface RootFileSystems {

    /** Octets that a container's writable disk has beyond its file system, for archives on their way in and out. Nothing is kept there. */
    long WINDOW = 16L << 20;

    /**
     * Gives an image's root file system as one SquashFS file, made from its layers if it is not there yet. Images with the same layers share it. The file is
     * readable by every user, and never changes.
     *
     * @param image the image
     * @param progress hears of the work
     * @return the file
     * @throws io.hypr.model.HyprException {@code CORRUPT} if a layer is not a sound archive, or leads out of the root; {@code EXHAUSTED} if the disk is full
     */
    Path readOnly(Image image, Progress progress);

    /**
     * Copies a directory out of an image: everything in it and the directory itself, with owners, modes, times and extended attributes.
     *
     * @param image the image
     * @param path of the directory in it, absolute
     * @param to where the copy goes; nothing is there, but its parent is
     * @return false if the image has no directory there; nothing was made then
     * @throws io.hypr.model.HyprException {@code EXHAUSTED} if the disk is full; nothing is left at {@code to} then
     */
    boolean extract(Image image, String path, Path to);

    /**
     * Makes a container's writable disk: a sparse file with an empty ext4 file system, and {@link #WINDOW} octets more. An existing file is left as it is.
     *
     * @param file where; its directory exists
     * @param size bytes of the file system, at least 16 MiB, a multiple of 1 MiB
     * @param uid numeric owner of the file, who alone may read and write it
     */
    void writable(Path file, long size, int uid);

    /**
     * Makes a container's writable disk: a copy of another one, with its holes, in place of what is there.
     *
     * @param disk that nobody writes meanwhile
     * @param file where; its directory exists
     * @param uid numeric owner of the file, who alone may read and write it
     */
    void copy(Path disk, Path file, int uid);

    /**
     * Measures what is on a container's writable disk: the room that its file system has given to files and directories and that was written, in whole
     * blocks. The file system's own tables and journal do not count, nor does what a guest has not yet written back.
     *
     * @param file that {@link #writable} or {@link #copy} made; a guest may write it meanwhile
     * @return octets
     * @throws java.nio.file.NoSuchFileException if it is not there
     * @throws java.io.IOException if it cannot be looked at
     */
    long written(Path file) throws IOException;
}
