package io.hypr.model;

/**
 * What kind of failure a {@link HyprException} tells of, for programs. People read its message.
 *
 * <p>
 * New codes may be added in minor versions: a {@code switch} over them needs a default.
 */
public enum ErrorCode {
    /** The request itself is wrong: a malformed name, a contradiction between options, a value out of its range. */
    INVALID,
    /** What was named does not exist: a container, an image, a network, a file. */
    NOT_FOUND,
    /** The request contradicts the present state: a name that is taken, a container that is not running. */
    CONFLICT,
    /** A resource is held by somebody else: a port, a device, a lock. The message names the owner where it is known. */
    IN_USE,
    /** Not enough memory, disk, addresses, processors or descriptors. */
    EXHAUSTED,
    /** The caller or the daemon lacks a privilege or a credential. The message says which, and for what. */
    DENIED,
    /** What is needed exists but does not answer now: a registry, a network, a service. Trying again can help. */
    UNAVAILABLE,
    /** This host, this backend or this version cannot do it, and trying again cannot help. */
    UNSUPPORTED,
    /** It took longer than it may. */
    TIMEOUT,
    /** The implementation that carried the call left while it ran. Its successor, if any, is attached: the call may be repeated. */
    GONE,
    /** Data are not what they should be: a wrong digest, a damaged record, a broken archive. */
    CORRUPT,
    /** The caller gave up. */
    CANCELLED,
    /** A failure that HYPR did not foresee. The cause says more. */
    INTERNAL
}
