package io.hypr.core.internal.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.hypr.core.internal.Ids;
import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.RunProcess;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Execs;
import io.hypr.engine.Output;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Further processes in running containers. */
public class ExecService implements Execs {

    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public ExecService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public Exec exec(String name, ExecSpec spec, Output output) {
        if (spec.argv.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "No exec command specified");
        }
        Container container = engine.get().find(name);
        Run run = container.running();
        if (container.state() == ContainerState.PAUSED) {
            throw new HyprException(ErrorCode.CONFLICT, "Container " + name + " is paused, unpause the container before exec");
        }
        ExecProcess process = new ExecProcess(run, output, spec.openStdin, spec.tty);
        String line = spec.argv.getFirst() + " " + String.join(" ", spec.argv.subList(1, spec.argv.size()));
        Map<String, String> id = Map.of("execID", Ids.random());
        container.event("exec_create: " + line, id);
        container.event("exec_start: " + line, id);
        try {
            engine.get().settings().points().accept("exec.run");
            Result r = run.answer(run.run(container.ask(c -> words(spec, c.info)), process), ANSWER);
            engine.get().settings().points().accept("exec.run.done");
            if (r.errno() != 0) {
                run.forget(process);
                throw container.ask(c -> refused(spec, c.info, r));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "The wait for the process was interrupted.", e);
        } catch (HyprException e) {
            run.forget(process);
            throw e;
        }
        process.deliver(status -> container.event("exec_die", Map.of("execID", id.get("execID"), "exitCode", Integer.toString(status))));
        return process;
    }

    private static RunProcess words(ExecSpec spec, ContainerInfo info) {
        Map<String, String> env = new LinkedHashMap<>();
        info.env.forEach(e -> env.put(key(e), e));
        if (spec.tty) {
            env.putIfAbsent("TERM", "TERM=xterm");
        }
        for (String e : spec.env) {
            if (e.indexOf('=') > 0) {
                env.put(key(e), e);
            } else {
                env.remove(e);
            }
        }
        boolean privileged = spec.privileged || info.spec.privileged;
        List<String> all = new ArrayList<>(env.values());
        return new RunProcess(spec.tty, info.spec.noNewPrivileges, List.copyOf(spec.argv), all, spec.workingDir == null ? info.workingDir : spec.workingDir,
            user(spec, info), info.spec.groups, Limits.of(info.spec.ulimits),
            privileged ? Capabilities.ALL : Capabilities.of(info.spec.capAdd, info.spec.capDrop), spec.rows, spec.columns, 0, 0, 0,
            Run.WINDOW, 0xFFFF, 0, null);
    }

    private static HyprException refused(ExecSpec spec, ContainerInfo info, Result r) {
        return Refusal.of("OCI runtime exec failed: exec failed: ", spec.argv.getFirst(), user(spec, info),
                spec.workingDir == null ? info.workingDir : spec.workingDir, r).exception();
    }

    private static String user(ExecSpec spec, ContainerInfo info) {
        return spec.user != null ? spec.user : info.spec.user == null ? "" : info.spec.user;
    }

    private static String key(String entry) {
        int equals = entry.indexOf('=');
        return equals < 0 ? entry : entry.substring(0, equals);
    }
}
