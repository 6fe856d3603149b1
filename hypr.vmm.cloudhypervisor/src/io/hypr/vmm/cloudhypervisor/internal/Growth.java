package io.hypr.vmm.cloudhypervisor.internal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Resizable;

/** Processors by ACPI and memory by virtio-mem, which both can go again. */
record Growth(CloudHypervisorSession session, String id, CloudHypervisorRecord content) implements Resizable {

    private static final long STEP = 2L << 20;

    @Override
    public int processors() {
        return session.info().processors();
    }

    @Override
    public void processors(int count) {
        if (count < 1 || count > content.maxProcessors()) {
            throw new HyprException(ErrorCode.INVALID, "The microVM " + id + " can have 1 to " + content.maxProcessors() + " processors, not " + count + ".");
        }
        session.put("vm.resize", JsonNodeFactory.instance.objectNode().put("desired_vcpus", count));
    }

    @Override
    public long memory() {
        return session.info().given();
    }

    @Override
    public void memory(long bytes) {
        if (bytes < content.memory() || bytes > content.maxMemory() || bytes % STEP != 0) {
            throw new HyprException(ErrorCode.INVALID, "The microVM " + id + " can have " + content.memory() + " to " + content.maxMemory()
                    + " bytes of memory in steps of " + STEP + ", not " + bytes + ".");
        }
        if (session.info().given() != bytes) { // Cloud Hypervisor takes it for an error to be told so twice.
            session.put("vm.resize", JsonNodeFactory.instance.objectNode().put("desired_ram", bytes));
        }
    }
}
