package io.hypr.vmm.hvf;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;

import io.hypr.tck.Fixture;

/**
 * A network as gvproxy is one, with one host that answers; Java has no sockets of datagrams with names.
 *
 * @param name path of its socket
 * @param process that serves it
 */
record DatagramNetwork(String name, Process process) implements Fixture.Network {

    static final String ADDRESS = "192.168.127.1";
    static final String GUEST = "192.168.127.2";

    static DatagramNetwork serve(Path socket) throws IOException {
        Process process = new ProcessBuilder("python3", "test/network.py", socket.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader words = process.inputReader();
        if (!"ready".equals(words.readLine())) {
            throw new IOException("The network is not served");
        }
        return new DatagramNetwork(socket.toString(), process);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
