package io.hypr.net.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import io.hypr.net.bridge.internal.Cases;
import io.hypr.net.bridge.internal.NetworkCases;
import io.hypr.net.bridge.internal.PublishCases;

/** Runs the cases that change the host's network in a JVM that has a network namespace of its own. */
class BridgeDriverTest {

    @TestFactory
    Stream<DynamicTest> networks() throws Exception {
        return inNamespace(NetworkCases.class);
    }

    @TestFactory
    Stream<DynamicTest> publishedPorts() throws Exception {
        return inNamespace(PublishCases.class);
    }

    private static Stream<DynamicTest> inNamespace(Class<?> cases) throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "a network namespace of its own needs root");
        Process child = new ProcessBuilder("unshare", "--net", System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-ea", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), Cases.class.getName(), cases.getName())
                .redirectErrorStream(true).start();
        child.getOutputStream().close();
        List<DynamicTest> tests = new ArrayList<>();
        StringBuilder said = new StringBuilder();
        for (String line : child.inputReader().lines().toList()) {
            if (line.startsWith(Cases.PASSED)) {
                tests.add(DynamicTest.dynamicTest(line.substring(Cases.PASSED.length()), () -> { }));
                said.setLength(0);
            } else if (line.startsWith(Cases.FAILED)) {
                String why = said.toString();
                tests.add(DynamicTest.dynamicTest(line.substring(Cases.FAILED.length()), () -> fail(why)));
                said.setLength(0);
            } else {
                said.append(line).append('\n');
            }
        }
        int status = child.waitFor();
        tests.add(DynamicTest.dynamicTest("allCasesRan", () -> assertEquals(0, status, said::toString)));
        return tests.stream();
    }
}
