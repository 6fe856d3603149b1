package io.hypr.ffm.net;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** struct ifreq as TUNSETIFF takes it, netdevice(7): 16 bytes of name, then flags, 40 bytes in all. */
final class Ifreq {

    private static final int SIZE = 40;
    private static final int NAME = 16;

    private Ifreq() {
    }

    static MemorySegment of(SegmentAllocator memory, String name, int flags) {
        MemorySegment struct = memory.allocate(SIZE, 8);
        struct.setString(0, name);
        struct.set(JAVA_SHORT, NAME, (short) flags);
        return struct;
    }
}
