package io.hypr.ffm.net;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

import io.hypr.ffm.call.CLibrary;
import io.hypr.ffm.call.ErrnoException;

/** Network namespaces, network_namespaces(7). Each thread is in one; threads and processes that it starts are in the same. */
public final class NetworkNamespace {

    private static final MethodHandle UNSHARE = CLibrary.function("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final int CLONE_NEWNET = 0x40000000;

    private NetworkNamespace() {
    }

    /**
     * Moves the calling thread into a new network namespace, unshare(2), which goes with the last thread, process and socket in it. For a platform thread of
     * one's own: a virtual thread would move its carrier.
     *
     * @throws ErrnoException EPERM without CAP_SYS_ADMIN
     */
    public static void enterNew() throws ErrnoException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("A virtual thread has no network namespace of its own");
        }
        CLibrary.checked("unshare", errno -> (int) UNSHARE.invokeExact(errno, CLONE_NEWNET));
    }
}
