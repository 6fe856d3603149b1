package io.hypr.shell.internal;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Insides;
import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.shell.internal.format.Human;

/**
 * How much of the host's disk a container takes up.
 *
 * @param own octets of its writable disk
 * @param image octets of its image; 0 if that is gone
 */
public record ContainerSize(long own, long image) {

    /**
     * @param c a container
     * @param insides knows its disk
     * @param images know its image
     * @return its size
     */
    public static ContainerSize of(ContainerInfo c, Insides insides, Images images) {
        return new ContainerSize(insides.disk(c.id), images.find(c.imageId).map(Image::size).orElse(0L));
    }

    /** @return octets of both */
    public long whole() {
        return own + image;
    }

    /** @return as {@code docker ps --size} shows it */
    @Override
    public String toString() {
        return Human.size(own) + " (virtual " + Human.size(whole()) + ")";
    }
}
