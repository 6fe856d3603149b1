package io.hypr.ffm.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * SHA-256 by OpenSSL's libcrypto (SHA256_Init(3)), which uses the processor's instructions for it. The JDK does so in code of its second
 * compiler only, and hyprd runs without that one: there the JDK's own sum is twenty times slower. The state is plain memory, which the
 * collector frees. Like every {@link MessageDigest} for one thread at a time.
 */
public final class Sha256 extends MessageDigest implements Cloneable {

    private static final int SUM = 32;
    /** Octets of SHA256_CTX, the same on all 64-bit platforms since OpenSSL 0.9.8. */
    private static final int STATE = 112;
    private static final Optional<Functions> FUNCTIONS = Functions.find();

    private MemorySegment state = Arena.ofAuto().allocate(STATE, 8);
    private final byte[] one = new byte[1];

    private record Functions(MethodHandle init, MethodHandle update, MethodHandle last) {

        // Safe: the types are those of the manual page, no call lasts longer than its arguments, and the library stays loaded for ever.
        @SuppressWarnings("restricted")
        static Optional<Functions> find() {
            try {
                SymbolLookup library = SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global());
                Linker linker = Linker.nativeLinker();
                Linker.Option onHeap = Linker.Option.critical(true);
                return Optional.of(new Functions(
                        linker.downcallHandle(library.findOrThrow("SHA256_Init"), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS), onHeap),
                        linker.downcallHandle(library.findOrThrow("SHA256_Update"),
                                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG), onHeap),
                        linker.downcallHandle(library.findOrThrow("SHA256_Final"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS), onHeap)));
            } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
                return Optional.empty();
            }
        }
    }

    private Sha256() {
        super("SHA-256");
        engineReset();
    }

    /** @return a new sum; empty if this host has no libcrypto of OpenSSL 3 */
    public static Optional<MessageDigest> create() {
        return FUNCTIONS.map(functions -> new Sha256());
    }

    @Override
    protected int engineGetDigestLength() {
        return SUM;
    }

    @Override
    protected void engineReset() {
        try {
            check((int) functions().init.invokeExact(state));
        } catch (Throwable e) {
            throw wrong(e);
        }
    }

    @Override
    protected void engineUpdate(byte input) {
        one[0] = input;
        engineUpdate(one, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        try {
            check((int) functions().update.invokeExact(state, MemorySegment.ofArray(input).asSlice(offset, length), (long) length));
        } catch (Throwable e) {
            throw wrong(e);
        }
    }

    @Override
    protected byte[] engineDigest() {
        byte[] sum = new byte[SUM];
        try {
            check((int) functions().last.invokeExact(MemorySegment.ofArray(sum), state));
        } catch (Throwable e) {
            throw wrong(e);
        }
        engineReset();
        return sum;
    }

    @Override
    public Object clone() throws CloneNotSupportedException {
        Sha256 copy = (Sha256) super.clone();
        copy.state = Arena.ofAuto().allocate(STATE, 8).copyFrom(state);
        return copy;
    }

    private static Functions functions() {
        return FUNCTIONS.orElseThrow();
    }

    private static void check(int result) {
        if (result != 1) {
            throw new IllegalStateException("libcrypto's SHA-256 returned " + result);
        }
    }

    private static RuntimeException wrong(Throwable e) {
        return e instanceof RuntimeException r ? r : new IllegalStateException("A handle of libcrypto has another type", e);
    }
}
