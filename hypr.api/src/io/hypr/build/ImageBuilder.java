package io.hypr.build;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.osgi.annotation.versioning.ProviderType;

import io.hypr.image.Image;
import io.hypr.model.Progress;

/**
 * Builds images. Implemented by a builder bundle, called by front ends and compose from any thread.
 */
@ProviderType
public interface ImageBuilder {

    /**
     * Builds an image; interrupting the thread cancels it.
     *
     * @param request what to build
     * @param progress hears of each step
     * @return the image, tagged as requested
     */
    Image build(Request request, Progress progress);

    /** What to build. A data transfer object. */
    @ProviderType
    class Request {
        /** Directory with the files that the build may use. */
        public Path context;
        /** The Dockerfile; null = {@code Dockerfile} in the context. */
        public Path dockerfile;
        /** Names for the image. */
        public List<String> tags = new ArrayList<>();
        /** Values for ARG. */
        public Map<String, String> arguments = new LinkedHashMap<>();
        /** Stage to build; null = the last. */
        public String target;
        /** Whether cached steps are not used. */
        public boolean noCache;
    }
}
