package io.hypr.shell.internal.console;

import java.util.List;
import java.util.OptionalInt;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Function;
import org.osgi.service.log.Logger;

import io.hypr.shell.internal.Call;

/** A Gogo script: executes its statements until one fails or calls {@code exit}. */
public final class Script {

    private final CommandProcessor processor;
    private final Logger log;

    /**
     * @param processor executes statements
     * @param log where faults go
     */
    public Script(CommandProcessor processor, Logger log) {
        this.processor = processor;
        this.log = log;
    }

    /**
     * Executes a script.
     *
     * @param call the caller
     * @param name of the script, for messages
     * @param text the script
     * @param arguments what it finds in {@code $1}, {@code $2}, ... and {@code $args}
     * @return the exit status: that of the statement that failed, or of {@code exit}, or else 0
     * @throws InterruptedException if the caller was interrupted
     */
    public int run(Call call, String name, String text, List<String> arguments) throws InterruptedException {
        // A line that begins with #! is for the kernel.
        String statements = text.startsWith("#!") ? "#" + text : text;
        try (GogoSession session = new GogoSession(processor, call, s -> new NestedCall(call, s.session()), log)) {
            session.session().put("exit", (Function) GogoSession::exit);
            session.session().put("0", name);
            session.session().put("args", List.copyOf(arguments));
            try {
                session.execute(statements);
                return 0;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                OptionalInt left = GogoSession.left(e);
                if (left.isPresent()) {
                    return left.getAsInt();
                }
                int status = session.tell(e, 0);
                call.err().println(name + ", line " + session.line() + ": failed with status " + status);
                return status;
            }
        }
    }
}
