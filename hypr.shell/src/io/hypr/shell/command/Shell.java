package io.hypr.shell.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Function;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

import io.hypr.engine.Containers;
import io.hypr.engine.Networks;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Candidates;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.console.Console;
import io.hypr.shell.internal.console.Script;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr shell}: the Gogo shell at the caller's terminal, or a script. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=shell"})
public final class Shell extends Command {

    private static final String FUNCTIONS = "org.apache.felix.gogo.jline";

    private final CommandProcessor processor;
    private final Candidates candidates;
    private final Path history;
    private final BundleContext context;
    private final Logger log;

    /**
     * @param context of this bundle; its property hypr.home says where the history is kept
     * @param processor executes what is typed
     * @param containers for completion
     * @param images for completion
     * @param networks for completion
     * @param log where faults go
     */
    @Activate
    public Shell(
            BundleContext context,
            @Reference CommandProcessor processor,
            @Reference Containers containers,
            @Reference Images images,
            @Reference Networks networks,
            @Reference(service = LoggerFactory.class) Logger log) {
        super("shell");
        this.context = context;
        this.processor = processor;
        this.log = log;
        candidates = new Candidates(containers, images, networks);
        String home = context.getProperty("hypr.home");
        if (home == null) {
            throw new IllegalStateException("The framework property hypr.home does not say where the history of the shell is kept");
        }
        history = Path.of(home, "shell_history");
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        startGogo();
        int status;
        if (!words.rest().isEmpty()) {
            String name = words.rest().getFirst();
            status = new Script(processor, log).run(call, name, read(call, name), words.rest().subList(1, words.rest().size()));
        } else if (call.isTerminal(0) && call.isTerminal(1)) {
            status = new Console(call, processor, candidates, history, log).run();
        } else {
            status = new Script(processor, log).run(call, "stdin", new String(call.in().readAllBytes(), StandardCharsets.UTF_8), List.of());
        }
        if (status != 0) {
            throw new Exit(status);
        }
        return null;
    }

    /** The functions of Gogo itself ({@code each}, {@code if}, {@code grep}, ...) are a bundle that only the shell needs: hyprd starts without. */
    private void startGogo() throws BundleException {
        for (Bundle bundle : context.getBundles()) {
            if (FUNCTIONS.equals(bundle.getSymbolicName())) {
                bundle.start(Bundle.START_TRANSIENT);
            }
        }
    }

    private static String read(Call call, String name) {
        Path file = call.directory().resolve(name);
        try {
            return Files.readString(file);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new HyprException(ErrorCode.NOT_FOUND, "There is no script " + file, e).remedy("Name a file, or none for a prompt.");
        } catch (IOException e) {
            throw new InputException("The script " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public Completion completion() {
        return Completion.FILE;
    }
}
