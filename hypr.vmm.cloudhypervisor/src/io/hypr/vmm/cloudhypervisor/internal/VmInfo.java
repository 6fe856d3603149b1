package io.hypr.vmm.cloudhypervisor.internal;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What {@code vm.info} answers, as far as it is read here.
 *
 * @param json the answer
 */
record VmInfo(JsonNode json) {

    /** A field that is read, by its JSON pointer. A test looks each up in the API's description. */
    enum Field {
        STATE("/state"),
        MEMORY_ACTUAL_SIZE("/memory_actual_size"),
        BOOT_VCPUS("/config/cpus/boot_vcpus"),
        MEMORY_SIZE("/config/memory/size"),
        HOTPLUGGED_SIZE("/config/memory/hotplugged_size"),
        /** Of memory that is a file; there is one zone then. */
        ZONE_SIZE("/config/memory/zones/0/size"),
        /** By the names of the devices: those that the guest has, or has not let go of. */
        DEVICE_TREE("/device_tree");

        final String pointer;

        Field(String pointer) {
            this.pointer = pointer;
        }
    }

    /** @return whether the guest's processors run */
    boolean runs() {
        return at(Field.STATE).asText().equals("Running");
    }

    /** @return virtual processors that the guest was given */
    int processors() {
        return at(Field.BOOT_VCPUS).asInt();
    }

    /** @return bytes that the guest was given, whatever a balloon holds */
    long given() {
        return at(Field.MEMORY_SIZE).asLong() + at(Field.HOTPLUGGED_SIZE).asLong(0) + at(Field.ZONE_SIZE).asLong(0);
    }

    /** @return bytes that the guest can use now */
    long usable() {
        return at(Field.MEMORY_ACTUAL_SIZE).asLong();
    }

    /** @return whether the guest has a device, or has not let go of it */
    boolean has(String device) {
        return at(Field.DEVICE_TREE).has(device);
    }

    /** @return whether the guest has a device that was plugged while it ran */
    boolean hasPlugged() {
        return at(Field.DEVICE_TREE).propertyStream().anyMatch(device -> device.getKey().startsWith(Plugs.PREFIX));
    }

    private JsonNode at(Field field) {
        return json.at(field.pointer);
    }
}
