package io.hypr.net.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What the driver answers when the host lacks something. */
class ProbeTest {

    /** Prints the answer of a process that was started with less. */
    static final class Answer {
        private Answer() {
        }

        /** @param args none */
        public static void main(String... args) {
            System.out.println(new BridgeDriver("/srv/a", new ConfigurationTest.Given("hypr", "hypr0"), Map.of(), null).probe());
        }
    }

    @Test
    void withoutTheCapabilityItSaysWhichAndWhatHelps() throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "only root can give up a capability that it has");
        Process child = new ProcessBuilder("setpriv", "--bounding-set", "-net_admin", System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), Answer.class.getName()).redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes());
        assertEquals(0, child.waitFor(), said);
        assertEquals("Unsupported[reason=Network devices and rules need the capability CAP_NET_ADMIN, which hyprd lacks., remedy=Run hyprd "
                + "as root.]", said.strip());
    }
}
