package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers;
import io.hypr.engine.Networks;
import io.hypr.image.Images;
import io.hypr.shell.internal.grammar.Grammar;

/**
 * What the last word of a command line can become: commands, options, and the names of what is there. Serves the shells of the client and the Gogo
 * shell alike.
 */
public final class Candidates {

    private final Containers containers;
    private final Images images;
    private final Networks networks;

    /**
     * A candidate.
     *
     * @param word what the last word can become
     * @param text what it is
     */
    public record Candidate(String word, String text) {
    }

    /**
     * @param containers for their names
     * @param images for their names
     * @param networks for their names
     */
    public Candidates(Containers containers, Images images, Networks networks) {
        this.containers = containers;
        this.images = images;
        this.networks = networks;
    }

    /**
     * @param session finds the commands
     * @param words what was typed, the command first; the last one, which may be empty, is to be completed
     * @return candidates that begin with the last word
     */
    public List<Candidate> of(CommandSession session, List<String> words) {
        String last = words.isEmpty() ? "" : words.getLast();
        List<Candidate> all = new ArrayList<>();
        if (words.size() <= 1) {
            Catalog.names(session).forEach(n -> all.add(new Candidate(n, Catalog.summary(session, n))));
        } else {
            int from = 1;
            Optional<Function> f = Catalog.find(session, words.getFirst());
            if (f.orElse(null) instanceof Group g) {
                if (words.size() == 2) {
                    g.members().forEach((w, function) -> all.add(new Candidate(w, Catalog.summary(session, function))));
                } else {
                    from = 2;
                    f = Optional.ofNullable(g.members().get(words.get(1))).flatMap(n -> Catalog.find(session, n));
                }
            }
            if (f.orElse(null) instanceof Command c) {
                of(c, words, from, last, all);
            }
        }
        return all.stream().filter(c -> c.word().startsWith(last)).toList();
    }

    private void of(Command command, List<String> words, int from, String last, List<Candidate> all) {
        Grammar g = command.grammar();
        int typed = 0;
        Grammar.Option open = null;
        boolean optionsEnded = false;
        for (String word : words.subList(from, words.size() - 1)) {
            if (open != null) {
                open = null;
            } else if (optionsEnded || !word.startsWith("-") || word.equals("-")) {
                typed++;
                optionsEnded |= g.stopsAtFirstWord();
            } else if (word.equals("--")) {
                optionsEnded = true;
            } else {
                open = option(g, word).filter(o -> !o.isSwitch()).orElse(null);
            }
        }
        int equals = last.indexOf('=');
        if (open != null) {
            values(open, "", all);
        } else if (!optionsEnded && last.startsWith("--") && equals > 0) {
            g.option(last.substring(2, equals)).ifPresent(o -> values(o, last.substring(0, equals + 1), all));
        } else if (!optionsEnded && last.startsWith("-")) {
            for (Grammar.Option o : g.options()) {
                all.add(new Candidate("--" + o.name(), o.text()));
                if (o.letter() != 0 && !last.startsWith("--")) {
                    all.add(new Candidate("-" + o.letter(), o.text()));
                }
            }
            all.add(new Candidate("--help", "Print what the command does"));
        } else if (typed < g.most() && (typed == 0 || !g.stopsAtFirstWord())) {
            // What follows the container or image is a command inside it.
            names(command.completion(), all);
        }
    }

    private void values(Grammar.Option option, String prefix, List<Candidate> all) {
        switch (option.name()) {
            case "network" -> networks.list().forEach(n -> all.add(new Candidate(prefix + n.name, n.driver)));
            case "pull" -> List.of("always", "missing", "never").forEach(w -> all.add(new Candidate(prefix + w, "")));
            case "restart" -> List.of("no", "always", "unless-stopped", "on-failure").forEach(w -> all.add(new Candidate(prefix + w, "")));
            default -> { }
        }
    }

    private void names(Command.Completion kind, List<Candidate> all) {
        switch (kind) {
            case CONTAINER, RUNNING -> {
                for (ContainerInfo c : containers.list()) {
                    if (kind == Command.Completion.CONTAINER || c.state == ContainerState.RUNNING || c.state == ContainerState.PAUSED) {
                        all.add(new Candidate(c.name, c.image + ", " + ContainerTable.status(c)));
                    }
                }
            }
            case IMAGE -> images.list().forEach(i -> i.tags().forEach(t -> all.add(new Candidate(t, Names.brief(i.id())))));
            case NETWORK -> networks.list().forEach(n -> all.add(new Candidate(n.name, n.driver)));
            case NOTHING, FILE -> { }
        }
    }

    /** The option whose value the next word is: `--name`, or the last letter of `-dit`; one that has its value in the same word is none. */
    private static Optional<Grammar.Option> option(Grammar g, String word) {
        if (word.startsWith("--")) {
            return g.option(word.substring(2));
        }
        for (int i = 1; i < word.length(); i++) {
            char letter = word.charAt(i);
            Optional<Grammar.Option> o = g.options().stream().filter(x -> x.letter() == letter).findFirst();
            if (o.isEmpty() || !o.get().isSwitch()) {
                return i == word.length() - 1 ? o : Optional.empty();
            }
        }
        return Optional.empty();
    }
}
