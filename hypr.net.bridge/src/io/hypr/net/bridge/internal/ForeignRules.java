package io.hypr.net.bridge.internal;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rules of others that drop what is forwarded, whatever our own table accepts: a packet passes only if every chain lets it. Docker sets such a policy. They
 * are told of, not changed.
 */
final class ForeignRules {

    private static final Pattern TABLE = Pattern.compile("^table (\\S+ \\S+) \\{");
    private static final Pattern CHAIN = Pattern.compile("^\\s+chain (\\S+) \\{");
    private static final Pattern DROP = Pattern.compile("hook forward .*policy drop");
    private static final String DOCKER = "DOCKER-USER";

    private ForeignRules() {
    }

    /**
     * @param bridge that others' rules do not name yet
     * @return a sentence that names a chain that drops, and what to do; empty if there is none
     */
    static Optional<String> warning(Nft nft, String bridge) {
        String table = "";
        String chain = "";
        for (String line : nft.list("chains").orElse("").lines().toList()) {
            Matcher t = TABLE.matcher(line);
            Matcher c = CHAIN.matcher(line);
            if (t.find()) {
                table = t.group(1);
            } else if (c.find()) {
                chain = c.group(1);
            } else if (DROP.matcher(line).find() && !named(nft, table, chain, bridge) && !named(nft, table, DOCKER, bridge)) {
                return Optional.of("Chain " + chain + " of table " + table
                        + " drops what is forwarded: from other hosts published ports of network device " + bridge
                        + " do not answer, and its containers reach no other hosts. " + remedy(nft, table, bridge));
            }
        }
        return Optional.empty();
    }

    private static boolean named(Nft nft, String table, String chain, String bridge) {
        String[] words = table.split(" ");
        return nft.list("chain", words[0], words[1], chain).filter(rules -> rules.contains('"' + bridge + '"')).isPresent();
    }

    private static String remedy(Nft nft, String table, String bridge) {
        String[] words = table.split(" ");
        boolean docker = nft.list("chain", words[0], words[1], DOCKER).isPresent();
        boolean iptables = docker || table.equals("ip filter") || table.equals("ip6 filter");
        String program = words[0].equals("ip6") ? "ip6tables" : "iptables";
        String into = docker ? DOCKER : "FORWARD";
        return iptables ? "Let them pass: " + program + " -I " + into + " -i " + bridge + " -j ACCEPT; " + program + " -I " + into + " -o "
                + bridge + " -j ACCEPT"
                : "Accept network device " + bridge + " there, in both directions.";
    }
}
