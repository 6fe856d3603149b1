package io.hypr.vmm.qemu.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The library {@code hypr-qemu.so} of {@code launcher/qemu}, which makes QEMU quicker to start and has it give memory back. In its directory it is there
 * under the names of libraries, too, that QEMU is linked with and that no microVM needs.
 *
 * @param directory it lies in
 */
record QemuLibrary(Path directory) {

    private static final String NAME = "hypr-qemu.so";

    /** @return whether it was built and installed */
    boolean exists() {
        return Files.isRegularFile(directory.resolve(NAME));
    }

    /** @return variables for QEMU's environment, by which it finds the library */
    Map<String, String> environment() {
        return environment(directory.toString());
    }

    /**
     * @param directory path by which QEMU reaches the library's directory
     * @return variables for QEMU's environment
     */
    static Map<String, String> environment(String directory) {
        return Map.of("LD_LIBRARY_PATH", directory, "LD_PRELOAD", NAME);
    }

    /** @return the value of QEMU's option {@code -plugin} */
    String plugin() {
        return plugin(directory.toString());
    }

    /**
     * @param directory path by which QEMU reaches the library's directory
     * @return the value of QEMU's option {@code -plugin}
     */
    static String plugin(String directory) {
        return "file=" + directory.replace(",", ",,") + "/" + NAME;
    }
}
