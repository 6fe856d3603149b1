package io.hypr.ffm.call;

import java.io.IOException;
import java.util.Map;

/** A system call that failed. The numbers are Linux's own, the same on x86-64 and AArch64 (errno(3)). */
public final class ErrnoException extends IOException {

    /** Operation not permitted. */
    public static final int EPERM = 1;
    /** No such file or directory. */
    public static final int ENOENT = 2;
    /** No such process. */
    public static final int ESRCH = 3;
    /** Interrupted by a signal. */
    public static final int EINTR = 4;
    /** No such device or address. */
    public static final int ENXIO = 6;
    /** Try again. */
    public static final int EAGAIN = 11;
    /** Permission denied. */
    public static final int EACCES = 13;
    /** Device or resource busy. */
    public static final int EBUSY = 16;
    /** It exists already. */
    public static final int EEXIST = 17;
    /** No such device. */
    public static final int ENODEV = 19;
    /** Invalid argument. */
    public static final int EINVAL = 22;
    /** No such system call. */
    public static final int ENOSYS = 38;
    /** Not supported. */
    public static final int EOPNOTSUPP = 95;
    /** Cannot assign requested address. */
    public static final int EADDRNOTAVAIL = 99;

    private static final long serialVersionUID = 1;

    private static final Map<Integer, String> NAMES = Map.ofEntries(Map.entry(EPERM, "EPERM"), Map.entry(ENOENT, "ENOENT"), Map.entry(ESRCH, "ESRCH"),
            Map.entry(EINTR, "EINTR"), Map.entry(5, "EIO"), Map.entry(ENXIO, "ENXIO"), Map.entry(7, "E2BIG"), Map.entry(9, "EBADF"),
            Map.entry(EAGAIN, "EAGAIN"),
            Map.entry(12, "ENOMEM"), Map.entry(EACCES, "EACCES"), Map.entry(14, "EFAULT"), Map.entry(EBUSY, "EBUSY"), Map.entry(EEXIST, "EEXIST"),
            Map.entry(ENODEV, "ENODEV"), Map.entry(20, "ENOTDIR"), Map.entry(21, "EISDIR"), Map.entry(EINVAL, "EINVAL"), Map.entry(23, "ENFILE"),
            Map.entry(24, "EMFILE"), Map.entry(25, "ENOTTY"), Map.entry(27, "EFBIG"), Map.entry(28, "ENOSPC"), Map.entry(30, "EROFS"), Map.entry(32, "EPIPE"),
            Map.entry(34, "ERANGE"), Map.entry(ENOSYS, "ENOSYS"), Map.entry(77, "EBADFD"), Map.entry(90, "EMSGSIZE"), Map.entry(EOPNOTSUPP, "EOPNOTSUPP"),
            Map.entry(97, "EAFNOSUPPORT"), Map.entry(98, "EADDRINUSE"), Map.entry(EADDRNOTAVAIL, "EADDRNOTAVAIL"), Map.entry(100, "ENETDOWN"),
            Map.entry(101, "ENETUNREACH"), Map.entry(105, "ENOBUFS"), Map.entry(110, "ETIMEDOUT"), Map.entry(111, "ECONNREFUSED"));

    private final int errno;

    /**
     * @param call what was called, with the values that matter
     * @param errno the error number
     */
    public ErrnoException(String call, int errno) {
        this(call, errno, "");
    }

    /**
     * @param call what was called, with the values that matter
     * @param errno the error number
     * @param detail what the kernel said besides; may be empty
     */
    public ErrnoException(String call, int errno, String detail) {
        super(call + ": " + NAMES.getOrDefault(errno, "errno " + errno) + (detail.isEmpty() ? "" : " (" + detail + ")"));
        this.errno = errno;
    }

    /** @return the error number */
    public int errno() {
        return errno;
    }
}
