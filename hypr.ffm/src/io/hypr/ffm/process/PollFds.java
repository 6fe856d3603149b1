package io.hypr.ffm.process;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/** An array of struct pollfd, poll(2), each waiting for input. */
record PollFds(MemorySegment segment, int count) {

    private static final StructLayout LAYOUT = MemoryLayout.structLayout(JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"),
            JAVA_SHORT.withName("revents"));
    private static final VarHandle FD = LAYOUT.varHandle(PathElement.groupElement("fd"));
    private static final VarHandle EVENTS = LAYOUT.varHandle(PathElement.groupElement("events"));
    private static final VarHandle REVENTS = LAYOUT.varHandle(PathElement.groupElement("revents"));
    private static final short POLLIN = 1;

    static PollFds of(SegmentAllocator memory, int... fds) {
        MemorySegment all = memory.allocate(LAYOUT, fds.length);
        for (int i = 0; i < fds.length; i++) {
            FD.set(all, i * LAYOUT.byteSize(), fds[i]);
            EVENTS.set(all, i * LAYOUT.byteSize(), POLLIN);
        }
        return new PollFds(all, fds.length);
    }

    boolean isReady(int index) {
        return (short) REVENTS.get(segment, index * LAYOUT.byteSize()) != 0;
    }
}
