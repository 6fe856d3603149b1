package io.hypr.shell.internal.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.apache.felix.service.command.CommandSession;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

import io.hypr.shell.internal.Candidates;
import io.hypr.shell.internal.Catalog;

/** Completes the word at the cursor: names of commands, ours with and without {@code hypr:}, and what follows a command of ours. */
final class WordCompleter implements Completer {

    private static final String OURS = "hypr:";

    private final CommandSession session;
    private final Candidates candidates;

    WordCompleter(CommandSession session, Candidates candidates) {
        this.session = session;
        this.candidates = candidates;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> all) {
        String typed = line.word().substring(0, Math.min(line.wordCursor(), line.word().length()));
        List<String> words = new ArrayList<>(line.words().subList(0, Math.min(line.wordIndex(), line.words().size())));
        words.add(typed);
        if (words.size() == 1) {
            commands(typed, all);
            return;
        }
        String name = words.getFirst();
        words.set(0, name.startsWith(OURS) ? name.substring(OURS.length()) : name);
        candidates.of(session, words).forEach(c -> all.add(candidate(c.word(), c.text())));
    }

    private void commands(String typed, List<Candidate> all) {
        boolean scoped = typed.startsWith(OURS);
        Set<String> ours = Catalog.names(session);
        ours.forEach(n -> all.add(candidate(scoped ? OURS + n : n, Catalog.summary(session, n))));
        if (scoped || !(session.get(".commands") instanceof Set<?> registered)) {
            return;
        }
        Set<String> others = new TreeSet<>();
        for (Object o : registered) {
            String name = String.valueOf(o);
            if (!name.startsWith(OURS)) {
                others.add(typed.contains(":") ? name : name.substring(name.indexOf(':') + 1));
            }
        }
        others.removeAll(ours);
        others.forEach(n -> all.add(candidate(n, "")));
    }

    private static Candidate candidate(String word, String text) {
        boolean whole = !word.endsWith("=") && !word.endsWith(":") && !word.endsWith("/");
        return new Candidate(word, word, null, text.isEmpty() ? null : text, null, null, whole);
    }
}
