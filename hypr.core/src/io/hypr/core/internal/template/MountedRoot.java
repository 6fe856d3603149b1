package io.hypr.core.internal.template;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.hypr.image.Image;

/**
 * The root of a container that was never started: an image's file system and an empty disk. A template can have both mounted, so that nothing of it is done
 * again at a start.
 *
 * @param image its name, for people
 * @param file of the image's file system, which never changes
 * @param disk size in bytes of the disk
 * @param programs a search path, then the words that the image itself says are to be started: what of them are programs is in the memory already. Nothing that
 * a user says is among them
 */
public record MountedRoot(String image, Path file, long disk, List<String> programs) {

    private static final String PATH = "PATH=";
    private static final String USUAL = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /**
     * @param name of the image, for people
     * @param image the image
     * @param file of its file system
     * @param disk size in bytes of the disk
     * @return the root of its new containers
     */
    public static MountedRoot of(String name, Image image, Path file, long disk) {
        List<String> programs = new ArrayList<>();
        programs.add(image.config().env().stream().filter(v -> v.startsWith(PATH)).map(v -> v.substring(PATH.length())).findFirst().orElse(USUAL));
        programs.addAll(image.config().entrypoint());
        programs.addAll(image.config().cmd());
        return new MountedRoot(name, file, disk, programs);
    }

    /** Returns what tells the file from another one that is made in its place; empty if it is not there. */
    String stamp() {
        try {
            return Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return "";
        }
    }
}
