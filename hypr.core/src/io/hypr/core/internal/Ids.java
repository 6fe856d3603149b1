package io.hypr.core.internal;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Predicate;

/** Identities and names. */
public final class Ids {

    /** What names of containers and networks match. */
    public static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9_.-]+";

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final String[] ADJECTIVES = ("able agile amber apt avid bold brave breezy bright brisk calm candid civil clear clever cool cosy crisp "
        + "curious daring deft eager earnest easy elated epic fair fancy fine firm fleet fond frank free fresh gentle glad golden grand great happy hardy "
        + "hearty honest humble jolly jovial keen kind lively loyal lucid lucky mellow merry mild modest neat nice nimble noble patient placid plucky "
        + "polite prime proud pure quick quiet rapid ready regal robust rosy serene sharp silent simple sincere sleek smart snug sober solid sound "
        + "spry stable steady stoic strong sturdy subtle sunny sure swift tender thorough tidy tranquil trim true upbeat valiant vivid warm wise "
        + "witty wry zany zealous zen").split(" ");

    private static final String[] SURNAMES =
            ("abel ampere archimedes babbage backus banach bardeen becquerel bell bernoulli berners blackwell bohr boole born bose boyle "
        + "brahe cantor carson cauchy cerf chandrasekhar church codd conway copernicus coulomb cray curie dalton darwin dijkstra diophantus dirac easley "
        + "einstein elion engelbart erdos euclid euler fahrenheit faraday fermat fermi feynman franklin galileo galois gauss germain goedel goodall "
        + "hamilton hamming hawking heisenberg herschel hertz hilbert hodgkin hoover hopper hubble hypatia jackson johnson joliot kalam kapitsa "
        + "kepler khayyam kirch knuth kowalevski lagrange lamarr lamport landau laplace leavitt leibniz liskov lovelace lumiere maxwell mayer mccarthy "
        + "mcclintock meitner mendel mendeleev mirzakhani moore morse napier nash newton nobel noether noyce pascal pasteur pauli perlman planck "
        + "poincare ptolemy raman ramanujan riemann ritchie roentgen rubin sagan sammet shannon shaw shockley snyder stallman sutherland tesla "
        + "thompson torvalds turing volta wiles williams wing wozniak wright wu yalow yonath").split(" ");

    private Ids() {
    }

    /** @return 64 hexadecimal digits, not all of the first twelve decimal, so that nobody takes a short id for a number */
    public static String random() {
        byte[] octets = new byte[32];
        String id;
        do {
            RANDOM.nextBytes(octets);
            id = HexFormat.of().formatHex(octets);
        } while (id.substring(0, 12).matches("[0-9]+"));
        return id;
    }

    /**
     * @param taken says which names are taken
     * @return a name that is not
     */
    public static String name(Predicate<String> taken) {
        String name = pick();
        for (int tries = 0; taken.test(name); tries++) {
            name = tries < 10 ? pick() : pick() + RANDOM.nextInt(10_000);
        }
        return name;
    }

    private static String pick() {
        return ADJECTIVES[RANDOM.nextInt(ADJECTIVES.length)] + "_" + SURNAMES[RANDOM.nextInt(SURNAMES.length)];
    }
}
