package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The files of a saved microVM.
 *
 * @param directory that they are in
 */
record TemplateFiles(Path directory) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What must be known of a template before QEMU starts from it.
     *
     * @param memory bytes of memory
     * @param disks capacity of each disk in bytes, by the name of its node
     */
    record Description(long memory, Map<String, Long> disks) {
        Description {
            disks = Map.copyOf(disks);
        }
    }

    /** @return the guest's memory, with holes where it was never used */
    Path memory() {
        return directory.resolve("memory");
    }

    /** @return QEMU's state of the devices */
    Path state() {
        return directory.resolve("state");
    }

    private Path file() {
        return directory.resolve("qemu.json");
    }

    void describe(Description description) throws IOException {
        JSON.writeValue(file().toFile(), description);
    }

    /**
     * @return its description
     * @throws HyprException {@code CORRUPT} if the template is not whole
     */
    Description description() {
        try {
            Description description = JSON.readValue(file().toFile(), Description.class);
            if (Files.size(memory()) != description.memory() || Files.size(state()) == 0) {
                throw corrupt(null);
            }
            return description;
        } catch (IOException e) {
            throw corrupt(e);
        }
    }

    HyprException corrupt(Throwable cause) {
        return new HyprException(ErrorCode.CORRUPT, "The template in " + directory + " is not whole.", cause);
    }
}
