package io.hypr.net.bridge.internal;

import io.hypr.ffm.call.ErrnoException;
import io.hypr.ffm.net.Tap;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Turns a refusal of the kernel into a sentence for people. */
final class Failures {

    private Failures() {
    }

    /** @param what failed, a sentence */
    static HyprException of(String what, ErrnoException e) {
        boolean isOfDevice = e.getMessage().startsWith("open " + Tap.DEVICE);
        if (isOfDevice && (e.errno() == ErrnoException.ENOENT || e.errno() == ErrnoException.ENXIO)) {
            return new HyprException(ErrorCode.UNSUPPORTED, what + " There is no " + Tap.DEVICE + ".", e).remedy("Load the module: modprobe tun.");
        }
        return switch (e.errno()) {
            case ErrnoException.EPERM, ErrnoException.EACCES -> new HyprException(ErrorCode.DENIED, what + " The kernel permits it only with CAP_NET_ADMIN.", e)
                    .remedy("Run hyprd as root or with CAP_NET_ADMIN.");
            case ErrnoException.EOPNOTSUPP -> new HyprException(ErrorCode.UNSUPPORTED, what + " This kernel has no bridges.", e)
                    .remedy("Load the module: modprobe bridge.");
            default -> new HyprException(ErrorCode.INTERNAL, what + " The kernel refused: " + e.getMessage() + ".", e);
        };
    }
}
