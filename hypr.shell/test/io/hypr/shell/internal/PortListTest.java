package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;

class PortListTest {

    private static void publish(ContainerInfo c, String protocol, int outside, int inside, String... addresses) {
        for (String address : addresses) {
            ContainerInfo.Publication p = new ContainerInfo.Publication();
            p.protocol = protocol;
            p.hostAddress = address;
            p.hostPort = outside;
            p.containerPort = inside;
            c.published.add(p);
        }
        c.exposed.add(inside + "/" + protocol);
    }

    /**
     * Recorded: docker run -p 18050-18052:18050-18052 -p 127.0.0.1:18055:18055 -p 18056:18056/udp -p 18060:95 -p 18061:94 --expose 99
     * --expose 100 --expose 7 --expose 8/udp.
     */
    @Test
    void portsAreShownAsDockerShowsThem() {
        ContainerInfo c = new ContainerInfo();
        c.state = ContainerState.RUNNING;
        c.exposed.addAll(List.of("99/tcp", "100/tcp", "7/tcp", "8/udp"));
        for (int port = 18_050; port <= 18_052; port++) {
            publish(c, "tcp", port, port, "0.0.0.0", "::");
        }
        publish(c, "tcp", 18_055, 18_055, "127.0.0.1");
        publish(c, "udp", 18_056, 18_056, "0.0.0.0", "::");
        publish(c, "tcp", 18_060, 95, "0.0.0.0", "::");
        publish(c, "tcp", 18_061, 94, "0.0.0.0", "::");
        assertEquals("7/tcp, 99-100/tcp, 8/udp, 0.0.0.0:18050-18052->18050-18052/tcp, [::]:18050-18052->18050-18052/tcp, 127.0.0.1:18055->18055/tcp, "
            + "0.0.0.0:18056->18056/udp, [::]:18056->18056/udp, 0.0.0.0:18061->94/tcp, [::]:18061->94/tcp, 0.0.0.0:18060->95/tcp, "
            + "[::]:18060->95/tcp", PortList.of(c));
        c.state = ContainerState.EXITED;
        c.published.clear();
        assertEquals("", PortList.of(c));
    }
}
