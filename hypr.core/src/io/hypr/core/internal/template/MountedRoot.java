package io.hypr.core.internal.template;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The root of a container that was never started: an image's file system and an empty disk. A template can have both mounted, so that nothing of it is done again at a start.
 *
 * @param image its name, for people
 * @param file of the image's file system, which never changes
 * @param disk size in bytes of the disk
 */
public record MountedRoot(String image, Path file, long disk) {

    /** Returns what tells the file from another one that is made in its place; empty if it is not there. */
    String stamp() {
        try {
            return Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return "";
        }
    }
}
