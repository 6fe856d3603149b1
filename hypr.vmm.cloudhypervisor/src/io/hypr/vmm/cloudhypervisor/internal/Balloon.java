package io.hypr.vmm.cloudhypervisor.internal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Reclaim;

/** Memory that comes back by the balloon; free pages come back by themselves. */
record Balloon(CloudHypervisorSession session, String id) implements Reclaim {

    @Override
    public long memory() {
        return session.info().usable();
    }

    @Override
    public void target(long bytes) {
        long given = session.info().given();
        if (bytes < 1 || bytes > given) {
            throw new HyprException(ErrorCode.INVALID, "The microVM " + id + " can have 1 to " + given + " bytes of memory, not " + bytes + ".");
        }
        session.put("vm.resize", JsonNodeFactory.instance.objectNode().put("desired_balloon", given - bytes));
    }
}
