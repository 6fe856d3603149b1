package io.hypr.vmm.cloudhypervisor.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.hypr.ffm.call.ErrnoException;
import io.hypr.ffm.net.Link;
import io.hypr.ffm.net.Rtnetlink;
import io.hypr.ffm.net.Tap;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * Taps that are on no bridge, for interfaces that lead nowhere: Cloud Hypervisor has none without a tap.
 *
 * @param names of the taps, which stand in the record before they are made
 */
record NowhereTaps(List<String> names) {

    /** With "hx" and the number of the interface it makes the 15 octets of the longest name. */
    private static final int DIGITS = 12;

    /** @return those that a plan needs */
    static NowhereTaps of(VmPlan plan) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < plan.nics().size(); i++) {
            if (plan.nics().get(i).tap().isEmpty()) {
                names.add("hx" + plan.id().substring(0, Math.min(DIGITS, plan.id().length())) + i);
            }
        }
        return new NowhereTaps(List.copyOf(names));
    }

    /**
     * Refuses a plan with another tap that is not there: Cloud Hypervisor would try to make it.
     *
     * @param plan each of whose interfaces has a tap
     * @throws HyprException {@code NOT_FOUND}
     */
    void refuseMissingOthers(VmPlan plan) {
        if (plan.nics().isEmpty()) {
            return;
        }
        refuseMissing(plan.nics().stream().map(VmPlan.Nic::tap).filter(tap -> !names.contains(tap)).toList());
    }

    /**
     * @param taps that have to be there
     * @throws HyprException {@code NOT_FOUND}
     */
    static void refuseMissing(List<String> taps) {
        try (Rtnetlink net = Rtnetlink.open()) {
            for (String tap : taps) {
                if (net.link(tap).isEmpty()) {
                    throw new HyprException(ErrorCode.NOT_FOUND, "There is no tap " + tap + " on this host.").remedy("Remove the container and make it anew.");
                }
            }
        } catch (ErrnoException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The network devices of this host cannot be listed.", e);
        }
    }

    /** @return the plan, each of whose interfaces has a tap */
    VmPlan in(VmPlan plan) {
        if (names.isEmpty()) {
            return plan;
        }
        List<VmPlan.Nic> nics = new ArrayList<>();
        int next = 0;
        for (VmPlan.Nic nic : plan.nics()) {
            nics.add(nic.tap().isEmpty() ? new VmPlan.Nic(names.get(next++), nic.mac(), nic.mtu()) : nic);
        }
        return new VmPlan(plan.id(), plan.processors(), plan.maxProcessors(), plan.memory(), plan.maxMemory(), plan.boot(), plan.disks(), nics,
            plan.devices(), plan.shares(), plan.runDirectory(), plan.log(), plan.jail(), plan.facets(), plan.options());
    }

    /** Makes them, for a user to open. They are up, since that user could not switch them on. */
    void make(int owner) {
        if (names.isEmpty()) {
            return;
        }
        try (Rtnetlink net = Rtnetlink.open()) {
            for (String name : names) {
                Tap.create(name, owner);
                net.up(net.link(name).orElseThrow().index());
            }
        } catch (ErrnoException e) {
            throw new HyprException(ErrorCode.EXHAUSTED, "The taps " + String.join(", ", names) + " cannot be made.", e);
        }
    }

    /** Removes them. Idempotent. */
    void remove() {
        if (names.isEmpty()) {
            return;
        }
        try (Rtnetlink net = Rtnetlink.open()) {
            for (String name : names) {
                Optional<Link> link = net.link(name);
                if (link.isPresent()) {
                    net.delete(link.get().index());
                }
            }
        } catch (ErrnoException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The taps " + String.join(", ", names) + " cannot be removed.", e);
        }
    }
}
