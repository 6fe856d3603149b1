package io.hypr.shell.internal;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import org.apache.felix.gogo.runtime.CommandProxy;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;

/** The commands that are there now, ours and those of other bundles. */
public final class Catalog {

    private static final String SCOPE = "hypr:";

    private Catalog() {
    }

    /**
     * @param session any session
     * @return names of all functions of scope hypr, those of groups left out
     */
    public static Set<String> names(CommandSession session) {
        Set<String> names = new TreeSet<>();
        if (session.get(".commands") instanceof Set<?> all) {
            for (Object o : all) {
                String s = String.valueOf(o);
                if (s.startsWith(SCOPE)) {
                    names.add(s.substring(SCOPE.length()));
                }
            }
        }
        names.removeIf(n -> n.contains("-") || n.startsWith("_"));
        return names;
    }

    /**
     * @param session any session
     * @param name of a function of scope hypr
     * @return the function, if it is there and one of ours
     */
    public static Optional<Function> find(CommandSession session, String name) {
        return session.get(SCOPE + name) instanceof Function f ? Optional.of(unwrapped(f)) : Optional.empty();
    }

    /**
     * @param name of a function of scope hypr
     * @return whether it is one of this bundle's, be it there now or not
     */
    public static boolean isOurs(String name) {
        String group = "/io/hypr/shell/command/" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1) + "Group.class";
        return Catalog.class.getResource("/io/hypr/shell/help/" + name + ".txt") != null || Catalog.class.getResource(group) != null;
    }

    /** Gogo hands out a proxy of the service; what the command is can be asked of the service only. */
    private static Function unwrapped(Function f) {
        if (f instanceof CommandProxy p) {
            Object target = p.getTarget();
            try {
                return target instanceof Function t ? t : f;
            } finally {
                p.ungetTarget();
            }
        }
        return f;
    }

    /**
     * @param session any session
     * @param name of a function of scope hypr
     * @return a line that says what it does; empty for a function of another bundle
     */
    public static String summary(CommandSession session, String name) {
        return find(session, name).map(f -> switch (f) {
            case Command c -> c.grammar().summary();
            case Group g -> g.summary();
            default -> "";
        }).orElse("");
    }
}
