package io.hypr.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Templates that microVMs start from instead of booting: the memory of a microVM that came up and did nothing else, but for mounting an
 * image. Implemented by the engine, called by front ends from any thread. The engine makes one by itself for each shape that it has started
 * ({@link ContainerSpec#template}), and for each image that it starts again; here they are made ahead, listed and removed.
 */
@ProviderType
public interface MemoryTemplates {

    /** {@return all of them, the one that was used last first} */
    List<Template> list();

    /**
     * Makes a template now. Takes as long as a microVM takes to boot and to be saved.
     *
     * @param like a container that is to start from it, of which only these fields count: memory, cpus and what both may grow to, network,
     * vmm, vmmOptions, kernelArguments; and image and diskSize, if it is to have an image mounted
     * @return the template, which may have been there before
     * @throws io.hypr.model.HyprException {@code UNSUPPORTED} if no backend can do it; {@code NOT_FOUND} if there is no such image
     */
    Template create(ContainerSpec like);

    /**
     * Removes a template.
     *
     * @param template a unique beginning of its id
     * @throws io.hypr.model.HyprException {@code NOT_FOUND}; {@code IN_USE} while containers run from it
     */
    void remove(String template);

    /**
     * Removes all templates that no container runs from.
     *
     * @return those that were removed
     */
    List<Template> prune();

    /**
     * Says how many microVMs are to wait, restored and paused, for the next containers of templates of images: such a container goes on at once. Each takes
     * about as much of the host's memory as a container that rests. They are made beside everything else, when no container is being started.
     *
     * @param size of each pool, 0 to 64; 0 = none waits, as long as nothing is said
     * @param templates unique beginnings of ids of templates with an image mounted; empty = all, also those that will be made, whatever was said of one
     * @throws io.hypr.model.HyprException {@code INVALID} for another size or a template without an image; {@code NOT_FOUND}
     */
    void pool(int size, List<String> templates);

    /** {@return how many microVMs are to wait of each template of an image for which nothing else was said} */
    int pool();

    /** A template. A data transfer object. */
    @ProviderType
    class Template {
        /** 64 hexadecimal digits. */
        public String id;
        /** Name of the backend that made it. */
        public String backend;
        /** What it fits, in the backend's words. */
        public String shape;
        /** The image that it has mounted, for containers of it that were never started; empty = none: it serves all containers of the shape. */
        public String image = "";
        /** Processors of its microVMs. */
        public int processors;
        /** Bytes of memory of its microVMs. */
        public long memory;
        /** Network interfaces of its microVMs. */
        public int interfaces;
        /** Bytes that it takes on the disk. */
        public long size;
        /** When it was made. */
        public Instant created;
        /** When a container last started from it, or when it was made. */
        public Instant used;
        /** How many microVMs of it are to wait for their container; 0 = none. */
        public int pool;
        /** How many wait now. */
        public int waiting;
        /** Why the last one that was to wait could not be made, a sentence; empty = it could. */
        public String poolFailure = "";
        /** Ids of the containers that run from it now. */
        public List<String> containers = new ArrayList<>();
    }
}
