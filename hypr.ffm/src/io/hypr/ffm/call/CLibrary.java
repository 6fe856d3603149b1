package io.hypr.ffm.call;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/**
 * Binds functions of the C library. Each handle takes, before the function's own arguments, the segment into which errno goes: a second call to read
 * errno could come after the virtual machine has made system calls of its own.
 */
public final class CLibrary {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

    private CLibrary() {
    }

    /**
     * @param name of a function with a fixed number of arguments
     * @param type of the function
     * @return its handle, with the segment for errno as first argument
     */
    // Safe: every caller in io.hypr.ffm gives the type that the manual page has.
    @SuppressWarnings("restricted")
    public static MethodHandle function(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, Linker.Option.captureCallState("errno"));
    }

    /**
     * @param name of a function with a fixed number of arguments that not every C library has
     * @param type of the function
     * @return its handle as above; empty if this one has it not
     */
    // Safe: every caller in io.hypr.ffm gives the type that the manual page has.
    @SuppressWarnings("restricted")
    public static Optional<MethodHandle> find(String name, FunctionDescriptor type) {
        return LINKER.defaultLookup().find(name).map(at -> LINKER.downcallHandle(at, type, Linker.Option.captureCallState("errno")));
    }

    /**
     * @param name of a function with a variable number of arguments, such as ioctl(2)
     * @param fixed how many of them are named in its prototype
     * @param type of the function as it is called
     * @return its handle, with the segment for errno as first argument
     */
    // Safe: every caller in io.hypr.ffm gives the type that the manual page has.
    @SuppressWarnings("restricted")
    public static MethodHandle variadic(String name, int fixed, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixed));
    }

    /** A call of a handle. */
    @FunctionalInterface
    public interface Call {
        /**
         * @param errno the first argument of the handle
         * @return what the function returned
         * @throws Throwable as method handles declare it
         */
        long invoke(MemorySegment errno) throws Throwable;
    }

    /**
     * Makes a call whose failure is a negative result.
     *
     * @param what the name of the function, with the values that matter; for the exception
     * @param call the call
     * @return the result, not negative
     * @throws ErrnoException if the result is negative
     */
    public static long checked(String what, Call call) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = call.invoke(state);
            if (result < 0) {
                throw new ErrnoException(what, (int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (ErrnoException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(what + " has a handle of another type", e);
        }
    }
}
