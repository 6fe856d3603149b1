package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.osgi.service.log.Logger;

import io.hypr.core.internal.backend.Hold;
import io.hypr.core.internal.link.Answers.Exit;
import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.Answers.Welcome;
import io.hypr.core.internal.link.Frame;
import io.hypr.core.internal.link.Host;
import io.hypr.core.internal.link.Link;
import io.hypr.core.internal.link.Payload;
import io.hypr.core.internal.link.RunProcess;
import io.hypr.core.internal.logs.ContainerLog;
import io.hypr.engine.ContainerState;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;

/**
 * One life of a container's microVM: holds the link open as long as it lives, keeps what it says, and tells the container when it has ended.
 * Safe for use by any thread.
 */
final class Run implements Host {

    /** Number of the workload's process. */
    static final long WORKLOAD = 1;
    /** Stream of the workload's standard input. */
    static final int STDIN = 1;
    /** Stream of the workload's standard output; standard error follows. */
    static final int STDOUT = 2;
    /** Octets that the guest may have under way on one stream. */
    static final long WINDOW = 256 << 10;

    private static final Duration MOMENT = Duration.ofMillis(200);

    private final Container container;
    private final String id;
    private final Hold hold;
    private final ContainerLog log;
    private final Logger logger;
    private final Link link = new Link(this);
    private final Credits credits;
    private final StandardInput input;
    private final Map<Integer, ExecProcess> streams = new ConcurrentHashMap<>();
    private final Map<Long, ExecProcess> execs = new ConcurrentHashMap<>();
    private final Set<Integer> refused = ConcurrentHashMap.newKeySet();
    /** Only the link's thread looks at it. */
    private boolean resumed;
    private boolean adopted;
    private volatile boolean left;
    private String doubt;

    Run(Container container, String id, Hold hold, ContainerLog log, Logger logger) {
        this.container = container;
        this.id = id;
        this.hold = hold;
        this.log = log;
        this.logger = logger;
        this.credits = new Credits(link, log);
        this.input = new StandardInput(link, log);
    }

    /**
     * Begins to hold the link open.
     *
     * @param fresh whether nobody has ever spoken to this guest
     */
    void begin(boolean fresh) {
        adopted = !fresh;
        Thread.ofVirtual().name("link " + id.substring(0, 12)).start(() -> keep(fresh));
    }

    private void keep(boolean fresh) {
        boolean first = fresh;
        Duration pause = MOMENT;
        try {
            while (!left) {
                long opened = System.nanoTime();
                try {
                    ByteChannel channel = hold.link();
                    link.serve(channel, first);
                } catch (IOException | HyprException e) {
                    logger.debug("The link of {} broke: {}", id, e.getMessage());
                } catch (RuntimeException | LinkageError e) { // Of a channel whose backend has left, too.
                    logger.error("The link of {} failed.", id, e);
                }
                first = false;
                // A link that held for a while is opened again at once; one that breaks again and again, less and less often.
                pause = System.nanoTime() - opened > 1_000_000_000L ? MOMENT : pause.compareTo(Duration.ofSeconds(5)) < 0 ? pause.multipliedBy(2) : pause;
                if (!left && ended(pause)) {
                    link.end(new HyprException(ErrorCode.UNAVAILABLE, ("The microVM has ended. " + ending()).strip())
                            .remedy("What it said last is in its directory, in vmm.log."));
                    container.vanished(this);
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean ended(Duration pause) throws InterruptedException {
        try {
            return hold.awaitExit(pause);
        } catch (HyprException e) {
            if (!left && !e.getMessage().equals(doubt)) { // Else the engine ends, and the microVM lives on.
                doubt = e.getMessage();
                logger.warn("Whether the microVM of {} lives cannot be found out: {}", id, e.getMessage());
            }
            return false;
        }
    }

    /** @return why the microVM has ended, as far as its VMM told; empty = it was killed, or nobody told */
    String ending() {
        try {
            return hold.call(VmSession::ending);
        } catch (HyprException e) {
            logger.debug("Why the microVM of {} has ended is not known: {}", id, e.getMessage());
            return "";
        }
    }

    /** Lets go of the microVM, which runs on. */
    void leave() {
        left = true;
        HyprException reason = new HyprException(ErrorCode.GONE, "The engine lets go of container " + id.substring(0, 12) + ".");
        link.end(reason);
        input.end();
        execs.values().forEach(e -> e.ended(255));
        hold.close();
    }

    /** @return for one archive; null if its disk has none */
    Window window() {
        return Window.of(Machine.upper(container.directory()), container.ask(r -> r.info.spec.diskSize));
    }

    Hold hold() {
        return hold;
    }

    Link link() {
        return link;
    }

    StandardInput input() {
        return input;
    }

    Credits credits() {
        return credits;
    }

    // --- requests ---

    static HyprException failed(String what, Result r) {
        return new HyprException(r.errno() == 3 || r.stage() == 9 ? ErrorCode.NOT_FOUND : ErrorCode.INTERNAL, what + ": " + Errno.text(r.errno())
            + (r.text().isEmpty() ? "" : " (" + r.text() + ")"));
    }

    static Result await(CompletableFuture<Result> answer, Duration limit) throws InterruptedException {
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HyprException he) {
                throw he;
            }
            throw new HyprException(ErrorCode.UNAVAILABLE, "The agent in the microVM could not be asked.", e.getCause());
        } catch (TimeoutException e) {
            throw new HyprException(ErrorCode.TIMEOUT, "The agent in the microVM did not answer in " + limit.toSeconds() + " s.", e);
        }
    }

    /** As {@link #await}. The error for a guest that does not answer since its VMM found no room for what it writes says so. */
    Result answer(CompletableFuture<Result> answer, Duration limit) throws InterruptedException {
        try {
            return await(answer, limit);
        } catch (HyprException e) {
            if (e.code() == ErrorCode.TIMEOUT && container.state() == ContainerState.RUNNING && hold.call(VmSession::state) == VmState.PAUSED) {
                throw new HyprException(ErrorCode.EXHAUSTED, "Container " + container.name() + " waits for room: the disk with " + container.directory()
                    + " is full.", e).remedy("Make room there: the container goes on by itself.");
            }
            throw e;
        }
    }

    CompletableFuture<Result> signal(long process, int signal) {
        return link.request(Frame.SIGNAL, n -> new Payload().u32(n).u32(process).u8(signal).u8(0));
    }

    CompletableFuture<Result> resize(long process, int rows, int columns) {
        return link.request(Frame.RESIZE, n -> new Payload().u32(n).u32(process).u16(rows).u16(columns));
    }

    /** @param values of files of the container's control group in the guest */
    CompletableFuture<Result> limits(Map<String, String> values) {
        return link.request(Frame.UPDATE, n -> new Payload().u32(n).list(values.entrySet(), (p, e) -> p.text(e.getKey()).text(e.getValue())));
    }

    CompletableFuture<Result> shutdown() {
        return link.request(Frame.SHUTDOWN, n -> new Payload().u32(n).u8(0).u32(0));
    }

    /** Starts a further process; its number is that of its frame, which no other process of this boot has. */
    CompletableFuture<Result> run(RunProcess process, ExecProcess exec) {
        return link.request(Frame.RUN, number -> {
            exec.begins(number);
            execs.put(number, exec);
            int first = exec.firstStream();
            streams.put(first + 1, exec);
            if (!process.tty()) {
                streams.put(first + 2, exec);
            }
            if (exec.hasInput()) {
                streams.put(first, exec);
            }
            return process.streams(exec.hasInput() ? first : 0, first + 1, process.tty() ? 0 : first + 2).encode(number, number);
        });
    }

    void forget(ExecProcess exec) {
        execs.remove(exec.process(), exec);
        for (int i = 0; i < 3; i++) {
            streams.remove(exec.firstStream() + i, exec);
        }
    }

    // --- the durable side ---

    @Override
    public long taken() throws IOException {
        return log.state().taken();
    }

    @Override
    public void connected(Welcome welcome) throws IOException {
        if (!resumed) {
            log.resume(welcome.taken());
            resumed = true;
            if (adopted) {
                endInputs();
            }
        }
        credits.resume(welcome.taken());
        input.resume(welcome.taken());
    }

    /**
     * Ends the input of processes that another engine began: whoever typed it was cut off with that engine, and what moves archives would keep
     * the container's window for itself.
     */
    private void endInputs() {
        link.request(Frame.PROCESSES, n -> new Payload().u32(n)).thenAccept(all -> {
            try {
                for (long process : all.processes()) {
                    if (process != WORKLOAD && !execs.containsKey(process)) {
                        link.send(Frame.END, ExecProcess.firstStream(process), n -> { }, n -> ByteBuffer.allocate(0));
                    }
                }
            } catch (IOException | HyprException e) {
                logger.debug("Inputs of processes of {} that another engine began cannot be ended: {}", id, e.getMessage());
            }
        });
    }

    @Override
    public void data(int stream, long number, ByteBuffer octets) throws IOException {
        if (stream == STDOUT || stream == STDOUT + 1) {
            log.output(stream - STDOUT + 1, number, octets);
            return;
        }
        ExecProcess exec = streams.get(stream);
        if (exec != null) {
            exec.output(stream - exec.firstStream(), octets);
        } else if (refused.add(stream)) {
            // Its owner was an earlier engine: the process is told that nobody reads any more.
            link.send(Frame.END, stream, n -> { }, n -> ByteBuffer.allocate(0));
        }
    }

    @Override
    public void end(int stream, long number) {
        ExecProcess exec = streams.get(stream);
        if (exec != null) {
            exec.outputEnds(stream - exec.firstStream());
        }
        refused.remove(stream);
    }

    @Override
    public void credit(int stream, long number, long octets) throws IOException {
        if (stream == STDIN) {
            log.credit(number, octets);
            input.allow(octets);
        } else {
            ExecProcess exec = streams.get(stream);
            if (exec != null) {
                exec.allow(octets);
            }
        }
    }

    @Override
    public void exit(long number, Exit exit) throws IOException {
        if (exit.process() == WORKLOAD) {
            log.end(number, exit.status(), exit.oom(), exit.time());
            input.end();
            container.exited(this);
        } else {
            ExecProcess exec = execs.get(exit.process());
            if (exec != null) {
                exec.exited(exit.status());
            }
        }
    }

    @Override
    public void note(String sentence) {
        logger.info("The agent of {} says: {}", id, sentence);
    }

    @Override
    public void flush(long taken) throws IOException {
        log.flush(taken);
        credits.give();
    }
}
