package io.hypr.shell.command;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Insides;
import io.hypr.engine.Insides.FileInfo;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.HostFiles;
import io.hypr.shell.internal.Pipes;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr cp}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=cp"})
public final class Cp extends Command {

    private static final int MOST_LINKS = 40;

    private final Insides insides;

    /**
     * @param insides the engine
     */
    @Activate
    public Cp(@Reference Insides insides) {
        super("cp");
        this.insides = insides;
    }

    /**
     * One end of a copy, as it was typed.
     *
     * @param container name or id; null = the host
     * @param path may be relative; in a container that is relative to its root
     */
    record Place(String container, String path) {
        static Place of(String word) {
            int colon = word.indexOf(':');
            boolean host = word.startsWith("/") || word.startsWith(".") || colon <= 0;
            return host ? new Place(null, word) : new Place(word.substring(0, colon), word.substring(colon + 1));
        }

        boolean saysContents() {
            return path.equals(".") || path.endsWith("/.");
        }

        boolean saysDirectory() {
            return path.endsWith("/") || saysContents();
        }

        /** @return absolute and without dots */
        String clean() {
            if (path.isEmpty()) {
                throw new HyprException(ErrorCode.INVALID, "bad parameter: path cannot be empty");
            }
            return Path.of("/", path).normalize().toString();
        }
    }

    /**
     * Where something goes.
     *
     * @param directory that is there
     * @param name in it
     */
    record Target(String directory, String name) {

        /**
         * Decides as Docker does.
         *
         * @param name of what is copied; a dot if only what is in it is
         * @param isDirectory whether it is a directory
         * @param to absolute
         * @param saysDirectory whether what was typed can only be a directory
         * @param exists whether something is there
         * @param toDirectory whether that is a directory
         * @return the place
         */
        static Target of(String name, boolean isDirectory, String to, boolean saysDirectory, boolean exists, boolean toDirectory) {
            if (exists && toDirectory) {
                return new Target(to, name);
            }
            if (exists && isDirectory) {
                throw new InputException("cannot copy directory");
            }
            if (exists && saysDirectory) {
                throw new InputException("not a directory");
            }
            if (!isDirectory && saysDirectory) {
                throw new InputException("no such directory");
            }
            return new Target(Path.of(to).getParent().toString(), Path.of(to).getFileName().toString());
        }
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        Place from = Place.of(words.rest().get(0));
        Place to = Place.of(words.rest().get(1));
        if (from.container != null && to.container != null) {
            throw new InputException("copying between containers is not supported");
        }
        if (from.container == null && to.container == null) {
            throw new InputException("must specify at least one container source");
        }
        long[] octets = new long[1];
        try (Insides.Tree tree = insides.open(from.container != null ? from.container : to.container)) {
            if (from.container != null) {
                take(call, tree, from, to, words.is("follow-link"), octets);
            } else {
                give(call, tree, from, to, words.is("follow-link"), octets);
            }
        }
        if (!to.path.equals("-") && call.isTerminal(2) && !words.is("quiet")) {
            call.err().println("Successfully copied " + Human.size(octets[0]) + " to " + words.rest().get(1));
        }
        return null;
    }

    private static void take(Call call, Insides.Tree tree, Place from, Place to, boolean follow, long[] octets) throws Exception {
        String path = from.clean();
        FileInfo info = tree.stat(path);
        String name = from.saysContents() || path.equals("/") ? "." : base(path);
        if (follow || from.saysDirectory()) {
            path = followed(tree, path);
            info = tree.stat(path);
        }
        String source = path;
        if (to.path.equals("-")) {
            tree.get(source, name, call.out());
            return;
        }
        Path host = call.directory().resolve(to.path).normalize();
        if (host.getParent() != null && !Files.isDirectory(host.getParent())) {
            throw new InputException("invalid output path: directory \"" + Path.of(to.path).normalize().getParent() + "\" does not exist");
        }
        Target target = Target.of(name, info.isDirectory(), host.toString(), to.saysDirectory(), Files.exists(host), Files.isDirectory(host));
        Pipes.join(out -> tree.get(source, target.name, counted(out, octets)), in -> HostFiles.unpack(in, Path.of(target.directory).toRealPath()));
    }

    private static void give(Call call, Insides.Tree tree, Place from, Place to, boolean follow, long[] octets) throws Exception {
        String path = to.clean();
        FileInfo there = null;
        try {
            path = followed(tree, path);
            there = tree.stat(path);
        } catch (HyprException e) {
            if (e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
        }
        if (from.path.equals("-")) {
            if (there == null || !there.isDirectory()) {
                throw new InputException("destination \"" + to.container + ":" + to.path + "\" must be a directory");
            }
            tree.put(path, call.in());
            return;
        }
        Path typed = call.directory().resolve(from.path);
        Path host = typed.normalize();
        if (!Files.exists(host, LinkOption.NOFOLLOW_LINKS)) {
            throw new InputException("lstat " + host + ": no such file or directory");
        }
        String name = from.saysContents() || host.getFileName() == null ? "." : host.getFileName().toString();
        Path source = follow || from.saysDirectory() ? host.toRealPath() : host;
        boolean directory = Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS);
        if (from.saysDirectory() && !directory) {
            throw new InputException("not a directory");
        }
        Target target = Target.of(name, directory, path, to.saysDirectory(), there != null, there != null && there.isDirectory());
        if (there == null && !tree.stat(followed(tree, target.directory)).isDirectory()) {
            throw new InputException("not a directory");
        }
        Pipes.join(out -> HostFiles.pack(source, target.name, counted(out, octets)), in -> tree.put(target.directory, in));
    }

    /** @return the path that links at its end lead to */
    private static String followed(Insides.Tree tree, String path) {
        String at = path;
        for (int i = 0; i < MOST_LINKS; i++) {
            FileInfo info = tree.stat(at);
            if (!info.isLink()) {
                return at;
            }
            at = Path.of(at).resolveSibling(info.link()).normalize().toString();
        }
        throw new HyprException(ErrorCode.INVALID, path + ": too many levels of symbolic links");
    }

    private static String base(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static OutputStream counted(OutputStream out, long[] octets) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                octets[0] += length;
            }
        };
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
