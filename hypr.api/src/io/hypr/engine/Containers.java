package io.hypr.engine;

import java.time.Duration;
import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The containers of this host. Implemented by the engine, called by front ends, compose and the builder from any thread. All methods are synchronous:
 * when they return, it is so; interrupting the calling thread ends the wait, not the work.
 *
 * <p>
 * A container is named by its name, its id, or a unique beginning of its id. {@code NOT_FOUND} carries Docker's sentence {@code No such container: x}.
 *
 * <pre>
 * ContainerSpec spec = new ContainerSpec();
 * spec.image = "hypr/welcome";
 * ContainerInfo web = containers.create(spec);
 * containers.start(web.id);
 * </pre>
 */
@ProviderType
public interface Containers {

    /**
     * Creates a container: checks the whole request, chooses a name and addresses, records it. Nothing runs yet, and no memory is used.
     *
     * @param spec what is wanted
     * @return the container
     * @throws io.hypr.model.HyprException {@code INVALID}, {@code NOT_FOUND} (image, network), {@code CONFLICT} (name taken); nothing is left behind then
     */
    ContainerInfo create(ContainerSpec spec);

    /**
     * Starts a container and returns when its process runs. Starting a running container does nothing.
     *
     * @param container name or id
     * @throws io.hypr.model.HyprException if it cannot be started: the container is then {@code CREATED} or {@code EXITED} with the reason
     * in {@link ContainerInfo#error}, with exit code 127 when its command is not there, 126 when it cannot be executed, 128 otherwise;
     * nothing else is left behind
     */
    void start(String container);

    /**
     * Asks the process to end by its stop signal and ends the microVM when it has not after a while. Does nothing if it does not run.
     *
     * @param container name or id
     * @param limit time until it is ended by force; null = the container's own; negative = for ever
     */
    default void stop(String container, Duration limit) {
        stop(container, limit, null);
    }

    /**
     * As {@link #stop(String, Duration)}, by another signal.
     *
     * @param container name or id
     * @param limit time until it is ended by force; null = the container's own; negative = for ever
     * @param signal name with or without SIG, or number; null = the container's own
     * @throws io.hypr.model.HyprException {@code INVALID} for an unknown signal
     */
    void stop(String container, Duration limit, String signal);

    /**
     * Sends a signal to the process.
     *
     * @param container name or id
     * @param signal name with or without SIG, or number; KILL ends the microVM
     * @throws io.hypr.model.HyprException {@code CONFLICT} if it does not run, {@code INVALID} for an unknown signal
     */
    void kill(String container, String signal);

    /**
     * Stops if need be and starts again.
     *
     * @param container name or id
     * @param limit as in {@link #stop}
     */
    default void restart(String container, Duration limit) {
        restart(container, limit, null);
    }

    /**
     * As {@link #restart(String, Duration)}, by another signal.
     *
     * @param container name or id
     * @param limit as in {@link #stop}
     * @param signal as in {@link #stop(String, Duration, String)}
     */
    void restart(String container, Duration limit, String signal);

    /**
     * Stops the processors of the microVM. {@code UNSUPPORTED} where the backend cannot.
     *
     * @param container name or id
     */
    void pause(String container);

    /**
     * Lets them go on.
     *
     * @param container name or id
     */
    void unpause(String container);

    /**
     * Removes a container with its disk and its log. Volumes stay.
     *
     * @param container name or id
     * @param force also if it runs: it is killed
     * @throws io.hypr.model.HyprException {@code CONFLICT} if it runs and force is false
     */
    default void remove(String container, boolean force) {
        remove(container, force, false);
    }

    /**
     * Removes a container with its disk and its log.
     *
     * @param container name or id
     * @param force also if it runs: it is killed
     * @param volumes whether its volumes that nobody named go too, those that no other container has
     * @throws io.hypr.model.HyprException {@code CONFLICT} if it runs and force is false
     */
    void remove(String container, boolean force, boolean volumes);

    /**
     * Gives a container another name.
     *
     * @param container name or id
     * @param name the new one
     */
    void rename(String container, String name);

    /**
     * Changes limits and policies. Of a container that runs, they change at once, as far as its backend can do that; an engine that ends meanwhile leaves all
     * of it as it was, or has the next one carry it on. Everything also counts from the next start on.
     *
     * @param container name or id
     * @param change what is changed
     * @return the container as it is then
     * @throws io.hypr.model.HyprException {@code INVALID} for what could not be asked for at the creation either, or for more than the
     * microVM that runs can grow to; {@code UNSUPPORTED} if the backend cannot change what runs; nothing has changed then
     */
    ContainerInfo update(String container, ContainerChange change);

    /** {@return all containers, the newest first} */
    List<ContainerInfo> list();

    /**
     * {@return what is known of it now}
     *
     * @param container name or id
     */
    ContainerInfo inspect(String container);

    /**
     * Waits.
     *
     * @param container name or id
     * @param until for what
     * @return the exit status, 0 to 255
     * @throws InterruptedException if the thread was interrupted
     */
    int await(String container, Until until) throws InterruptedException;

    /** What {@link Containers#await} waits for. */
    enum Until {
        /** It does not run: returns at once if it has ended or was never started. */
        NOT_RUNNING,
        /** The next end, even if it does not run now. */
        NEXT_EXIT,
        /** It is removed. */
        REMOVED
    }

    /**
     * Connects to the streams of the process. Works before the start, so that nothing is missed; output from before the call is in {@link Logs}.
     *
     * @param container name or id
     * @param output where its output goes; may be {@link Output#NONE}
     * @param input whether the caller wants to write to its standard input
     * @return the attachment; it ends by itself when the process ends
     */
    Attachment attach(String container, Output output, boolean input);

    /**
     * Says how large the terminal is.
     *
     * @param container name or id
     * @param rows 1 to 65535
     * @param columns 1 to 65535
     */
    void resize(String container, int rows, int columns);
}
