package io.hypr.net.bridge.internal;

import java.util.Optional;

/**
 * What the alias of a network device says about it, so that what this driver made is found on the host itself.
 *
 * @param instance which hyprd it belongs to: the name of its nft table
 * @param kind what it is
 * @param id of the network or endpoint
 * @param icc for a network, whether its containers reach one another
 */
record Mark(String instance, Kind kind, String id, boolean icc) {

    enum Kind {
        NETWORK, ENDPOINT
    }

    private static final String NO_ICC = "noicc";

    /** @return the mark in an alias, if it is one */
    static Optional<Mark> parse(String alias) {
        String[] words = alias.split(" ");
        if (words.length < 4 || !words[0].equals("hypr")) {
            return Optional.empty();
        }
        boolean icc = words.length < 5 || !words[4].equals(NO_ICC);
        return switch (words[2]) {
            case "network" -> Optional.of(new Mark(words[1], Kind.NETWORK, words[3], icc));
            case "endpoint" -> Optional.of(new Mark(words[1], Kind.ENDPOINT, words[3], true));
            default -> Optional.empty();
        };
    }

    String alias() {
        return "hypr " + instance + " " + (kind == Kind.NETWORK ? "network " : "endpoint ") + id + (icc ? "" : " " + NO_ICC);
    }

    boolean isSame(Mark other) {
        return instance.equals(other.instance) && kind == other.kind && id.equals(other.id);
    }
}
