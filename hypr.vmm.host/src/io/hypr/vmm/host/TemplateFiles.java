package io.hypr.vmm.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * The files of a saved microVM.
 *
 * @param directory that they are in
 * @param backend whose they are, which names the file with the description
 */
public record TemplateFiles(Path directory, String backend) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What must be known of a template before a VMM starts from it.
     *
     * @param memory bytes of memory
     * @param disks capacity of each disk in bytes, by {@link #disk}
     */
    public record Description(long memory, Map<String, Long> disks) {

        /** Copies the map. */
        public Description {
            disks = Map.copyOf(disks);
        }

        /**
         * Refuses read-only disks that are larger than those of the template: the guest keeps believing in their capacity, and a VMM cannot tell it another.
         *
         * @param wanted disks of a plan
         * @throws HyprException {@code UNSUPPORTED}
         */
        public void refuseLargerThan(List<VmPlan.Disk> wanted) {
            for (int i = 0; i < wanted.size(); i++) {
                VmPlan.Disk disk = wanted.get(i);
                long room = disks.getOrDefault(disk(i), 0L);
                if (disk.readOnly() && disk.file().toFile().length() > room) {
                    throw new HyprException(ErrorCode.UNSUPPORTED, "The disk " + disk.file() + " is larger than that of the template, " + room + " bytes.");
                }
            }
        }

        /**
         * Tells whether the guest must be told another capacity of a disk.
         *
         * @param index of the disk in its plan
         * @param disk that is in its place now
         * @param size bytes that it has
         * @return whether it can be written and is of another size than that of the template
         */
        public boolean grows(int index, VmPlan.Disk disk, long size) {
            return !disk.readOnly() && size != disks.getOrDefault(disk(index), 0L);
        }
    }

    /**
     * Names a disk of a microVM to its VMM.
     *
     * @param index in the plan
     * @return its name
     */
    public static String disk(int index) {
        return "disk" + index;
    }

    /** @return the guest's memory, with holes where it was never used */
    public Path memory() {
        return directory.resolve("memory");
    }

    /** @return the VMM's state of the devices */
    public Path state() {
        return directory.resolve("state");
    }

    private Path file() {
        return directory.resolve(backend + ".json");
    }

    /**
     * Writes the description, with which the template is whole.
     *
     * @param description of it
     * @throws IOException if it cannot be written
     */
    public void describe(Description description) throws IOException {
        JSON.writeValue(file().toFile(), description);
    }

    /**
     * @return its description
     * @throws HyprException {@code CORRUPT} if the template is not whole
     */
    public Description description() {
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

    /**
     * @param cause why it cannot be read; may be null
     * @return an exception to throw
     */
    public HyprException corrupt(Throwable cause) {
        return new HyprException(ErrorCode.CORRUPT, "The template in " + directory + " is not whole.", cause);
    }
}
