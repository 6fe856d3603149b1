package io.hypr.shell.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.Containers;
import io.hypr.engine.EngineEvent;
import io.hypr.engine.Events;
import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** Creates a container as {@code run} and {@code create} do: the image is pulled when it is to be, and the id goes into a file when one is named. */
public final class Creation {

    private final Containers containers;
    private final Images images;
    private final Events events;

    /**
     * @param containers the engine
     * @param images the images
     * @param events hears of pulls
     */
    public Creation(Containers containers, Images images, Events events) {
        this.containers = containers;
        this.images = images;
        this.events = events;
    }

    /**
     * @param call the caller, who sees the progress of a pull on standard error
     * @param spec what was asked for
     * @param words with the options by which it is created, and those that are warned of
     * @return the container
     */
    public ContainerInfo create(Call call, ContainerSpec spec, Words words) {
        Optional<String> cidFile = words.get("cidfile");
        Path file = cidFile.map(f -> call.directory().resolve(f)).orElse(null);
        if (file != null && Files.exists(file)) {
            throw new CreationException("container ID file found, make sure the other container isn't running or delete " + cidFile.get(), null);
        }
        if (spec.platform != null) {
            try {
                Platforms.check(spec.platform);
            } catch (HyprException e) {
                throw new CreationException("error parsing specified platform: " + e.getMessage(), e);
            }
        }
        try {
            bring(call, spec, words.get("pull").orElse("missing"), words.is("quiet"));
        } catch (HyprException e) {
            throw e.code() == ErrorCode.INVALID ? new CreationException(e.getMessage(), e) : e; // Docker's client reads the name of an image itself.
        }
        ContainerInfo made = containers.create(spec);
        if (file != null) {
            try {
                Files.writeString(file, made.id, StandardOpenOption.CREATE_NEW);
            } catch (IOException e) {
                containers.remove(made.id, true);
                throw new CreationException("failed to create the container ID file: open " + cidFile.get() + ": " + switch (e) {
                    case NoSuchFileException n -> "no such file or directory";
                    case AccessDeniedException a -> "permission denied";
                    case FileAlreadyExistsException f -> "file exists";
                    default -> e.getMessage();
                }, e);
            }
        }
        MemoryOptions.warnings(words).forEach(w -> call.err().println("WARNING: " + w));
        return made;
    }

    private void bring(Call call, ContainerSpec spec, String pull, boolean quiet) {
        boolean here = images.find(spec.image).filter(i -> spec.platform == null || isOf(spec.platform, i.platform())).isPresent();
        switch (pull) {
            case "always" -> pull(call, spec, quiet);
            case "missing" -> {
                if (!here) {
                    if (!quiet) {
                        call.err().println("Unable to find image '" + Names.familiar(spec.image) + "' locally");
                    }
                    pull(call, spec, quiet);
                }
            }
            case "never" -> {
                if (!here) {
                    throw new HyprException(ErrorCode.NOT_FOUND, "No such image: " + Names.familiar(spec.image));
                }
            }
            default -> throw new InputException("invalid pull option: '" + pull + "': must be one of \"always\", \"missing\" or \"never\"");
        }
    }

    /** The system, the architecture or the variant may be left out. */
    private static boolean isOf(String typed, String platform) {
        String wanted = typed.toLowerCase(Locale.ROOT);
        return ("/" + platform + "/").contains("/" + wanted + "/") || wanted.startsWith(platform + "/");
    }

    private void pull(Call call, ContainerSpec spec, boolean quiet) {
        try (PullProgress progress = new PullProgress(call.err(), !quiet && call.isTerminal(2), quiet, () -> call.size().columns())) {
            Image image = images.pull(spec.image, spec.platform, progress);
            progress.finish();
            if (spec.platform != null && !isOf(spec.platform, image.platform())) {
                throw new HyprException(ErrorCode.NOT_FOUND, "image with reference " + Names.familiar(spec.image)
                        + " was found but does not match the specified platform: wanted " + spec.platform + ", actual: " + image.platform());
            }
            events.publish(new EngineEvent(Instant.now(), "image", "pull", Names.familiar(spec.image), Map.of("name", image.tags().isEmpty()
                    ? image.id() : image.tags().getFirst())));
        }
    }
}
