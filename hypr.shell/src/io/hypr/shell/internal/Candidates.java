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

/** What the last word of a command line can become: commands, options, and the names of what is there. Serves the shells of the client and the Gogo shell alike. */
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
            Optional<Function> f = Catalog.find(session, words.getFirst());
            if (f.orElse(null) instanceof Group g) {
                if (words.size() == 2) {
                    g.members().forEach((w, function) -> all.add(new Candidate(w, Catalog.summary(session, function))));
                } else {
                    f = Optional.ofNullable(g.members().get(words.get(1))).flatMap(n -> Catalog.find(session, n));
                }
            }
            if (f.orElse(null) instanceof Command c) {
                of(c, words, last, all);
            }
        }
        return all.stream().filter(c -> c.word().startsWith(last)).toList();
    }

    private void of(Command command, List<String> words, String last, List<Candidate> all) {
        Grammar g = command.grammar();
        Grammar.Option before = option(g, words.get(words.size() - 2));
        if (before != null && !before.isSwitch()) {
            switch (before.name()) {
                case "network" -> networks.list().forEach(n -> all.add(new Candidate(n.name, n.driver)));
                case "pull" -> List.of("always", "missing", "never").forEach(w -> all.add(new Candidate(w, "")));
                case "restart" -> List.of("no", "always", "unless-stopped", "on-failure").forEach(w -> all.add(new Candidate(w, "")));
                default -> { }
            }
            return;
        }
        if (last.startsWith("-")) {
            for (Grammar.Option o : g.options()) {
                all.add(new Candidate("--" + o.name(), o.text()));
                if (o.letter() != 0 && !last.startsWith("--")) {
                    all.add(new Candidate("-" + o.letter(), o.text()));
                }
            }
            all.add(new Candidate("--help", "Print what the command does"));
            return;
        }
        names(command.completion(), all);
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

    private static Grammar.Option option(Grammar g, String word) {
        if (word.startsWith("--")) {
            return g.option(word.substring(2)).orElse(null);
        }
        return word.matches("-\\w+") ? g.options().stream().filter(o -> o.letter() == word.charAt(word.length() - 1)).findFirst().orElse(null) : null;
    }
}
