package io.hypr.engine;

import java.util.ArrayList;
import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Further processes in running containers. Implemented by the engine, called from any thread.
 */
@ProviderType
public interface Execs {

    /**
     * Starts a process in a running container.
     *
     * @param container name or id
     * @param spec the process
     * @param output where its output goes
     * @return its streams and its end
     * @throws io.hypr.model.HyprException {@code CONFLICT} if the container does not run; {@code NOT_FOUND} if the command is not there
     * (exit status 127), {@code DENIED} if it cannot be executed (126)
     */
    Exec exec(String container, ExecSpec spec, Output output);

    /** A process that was started by {@link Execs#exec}. */
    @ProviderType
    interface Exec extends Attachment {

        /**
         * Sends the process a signal.
         *
         * @param signal as in {@link Containers#kill}
         */
        void kill(String signal);

        /**
         * Tells the process that its terminal has another size.
         *
         * @param rows of its terminal
         * @param columns of its terminal
         */
        void resize(int rows, int columns);
    }

    /** What is to be run. A data transfer object. */
    @ProviderType
    class ExecSpec {
        /** The words, at least one. */
        public List<String> argv = new ArrayList<>();
        /** {@code NAME=value}, added to the container's. */
        public List<String> env = new ArrayList<>();
        /** Null = the container's. */
        public String workingDir;
        /** Null = the container's. */
        public String user;
        /** Whether it has a terminal. */
        public boolean tty;
        /** Whether it has a standard input. */
        public boolean openStdin;
        /** Whether it has all capabilities. */
        public boolean privileged;
        /** Rows of the terminal; 0 = unknown. */
        public int rows;
        /** Columns of the terminal; 0 = unknown. */
        public int columns;
    }
}
