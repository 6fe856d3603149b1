package io.hypr.image.internal.layer;

/**
 * What an image may cost at most. An archive of a few megabytes can unpack to terabytes of zeros: it is refused while it is read, not when the disk is full.
 *
 * @param size octets that all layers of an image may have, unpacked
 * @param expansion how many times its packed size a layer may have, unpacked, if that is more than {@link #FREE}
 * @param files members that all layers of an image may have
 */
public record Limits(long size, int expansion, int files) {

    /** Octets to which any layer may unpack, however small it is: 1 GiB. */
    public static final long FREE = 1L << 30;
}
