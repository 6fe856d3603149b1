package io.hypr.ffm.process;

import static io.hypr.ffm.call.CLibrary.checked;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import io.hypr.ffm.call.CLibrary;
import io.hypr.ffm.call.ErrnoException;

/** The calls that {@link SpawnedProcess} makes. */
final class SpawnCalls {

    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    /** More than a posix_spawn_file_actions_t of any C library has. */
    private static final int ACTIONS = 256;

    private static final MethodHandle PIPE2 = CLibrary.function("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle WAITPID = CLibrary.function("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SPAWN = CLibrary.function("posix_spawn",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle INIT = CLibrary.function("posix_spawn_file_actions_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle DESTROY = CLibrary.function("posix_spawn_file_actions_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle ADD_DUP2 = CLibrary.function("posix_spawn_file_actions_adddup2",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle ADD_OPEN = CLibrary.function("posix_spawn_file_actions_addopen",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final Optional<MethodHandle> ADD_CLOSEFROM = CLibrary.find("posix_spawn_file_actions_addclosefrom_np",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    private SpawnCalls() {
    }

    /** pipe2(2): the end that is read, then the one that is written; both are closed on exec. */
    static int[] pipe() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            checked("pipe2", errno -> (int) PIPE2.invokeExact(errno, ends, O_CLOEXEC));
            return ends.toArray(JAVA_INT);
        }
    }

    /** waitpid(2): the status of a child that has ended. */
    static int await(int pid) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            while (true) {
                try {
                    checked("waitpid " + pid, errno -> (int) WAITPID.invokeExact(errno, pid, status, 0));
                    return status.get(JAVA_INT, 0);
                } catch (ErrnoException e) {
                    if (e.errno() != ErrnoException.EINTR) {
                        throw e;
                    }
                }
            }
        }
    }

    /** What posix_spawn(3) does with descriptors. Its functions return the error. */
    static final class Actions implements AutoCloseable {

        private final Arena arena;
        private final MemorySegment list;

        Actions(Arena arena) throws ErrnoException {
            this.arena = arena;
            this.list = arena.allocate(ACTIONS, Long.BYTES);
            zero("posix_spawn_file_actions_init", errno -> (int) INIT.invokeExact(errno, list));
        }

        void duplicate(int from, int to) throws ErrnoException {
            zero("posix_spawn_file_actions_adddup2", errno -> (int) ADD_DUP2.invokeExact(errno, list, from, to));
        }

        void openNull(int as) throws ErrnoException {
            MemorySegment path = arena.allocateFrom("/dev/null");
            zero("posix_spawn_file_actions_addopen", errno -> (int) ADD_OPEN.invokeExact(errno, list, as, path, O_RDWR, 0));
        }

        /** Where the C library can: glibc since 2.34. */
        void closeFrom(int first) throws ErrnoException {
            if (ADD_CLOSEFROM.isPresent()) {
                zero("posix_spawn_file_actions_addclosefrom_np", errno -> (int) ADD_CLOSEFROM.get().invokeExact(errno, list, first));
            }
        }

        @Override
        public void close() throws ErrnoException {
            zero("posix_spawn_file_actions_destroy", errno -> (int) DESTROY.invokeExact(errno, list));
        }
    }

    /** posix_spawn(3); returns the child's number. */
    static int spawn(Arena arena, Path program, Actions actions, MemorySegment arguments, MemorySegment environment) throws ErrnoException {
        MemorySegment pid = arena.allocate(JAVA_INT);
        MemorySegment path = arena.allocateFrom(program.toString());
        zero("posix_spawn " + program, errno -> (int) SPAWN.invokeExact(errno, pid, path, actions.list, MemorySegment.NULL, arguments, environment));
        return pid.get(JAVA_INT, 0);
    }

    /** Texts as argv and envp want them. */
    static MemorySegment strings(Arena arena, List<String> texts) {
        MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i)));
        }
        return array;
    }

    private static void zero(String what, CLibrary.Call call) throws ErrnoException {
        int error = (int) checked(what, call);
        if (error != 0) {
            throw new ErrnoException(what, error);
        }
    }
}
