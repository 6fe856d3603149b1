package io.hypr.net.bridge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import io.hypr.ffm.call.ErrnoException;
import io.hypr.ffm.net.Tap;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

class FailuresTest {

    @Test
    void onlyTheDeviceItselfCanBeMissing() {
        HyprException missing = Failures.of("No tap.", new ErrnoException("open " + Tap.DEVICE, ErrnoException.ENOENT));
        assertEquals(ErrorCode.UNSUPPORTED, missing.code());
        assertEquals("No tap. There is no " + Tap.DEVICE + ".", missing.getMessage());
        HyprException other = Failures.of("No tap.", new ErrnoException("set hy0", ErrnoException.ENOENT));
        assertEquals(ErrorCode.INTERNAL, other.code());
        assertEquals("No tap. The kernel refused: set hy0: ENOENT.", other.getMessage());
    }
}
