package io.hypr.krun;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;

import io.hypr.model.Availability;
import io.hypr.vmm.Limitable;
import io.hypr.vmm.VmPlan;

/** What differs between the systems on which {@code hypr-krun} runs. Implemented once for each, called by {@link Machines} from several threads. */
public interface Platform {

    /** @return name of the backend, which its records have too */
    String name();

    /** @return names of the facets that sessions have, and of devices that plans may have */
    Set<String> facets();

    /** @return whether microVMs can be started */
    Availability probe();

    /**
     * Refuses what a plan asks for and this system has not.
     *
     * @param plan to look at
     * @throws io.hypr.model.HyprException {@code UNSUPPORTED} or {@code INVALID}
     */
    void check(VmPlan plan);

    /**
     * Starts {@code hypr-krun} as the plan's jail says, with the plan's document on its standard input and what it prints in the plan's log. The pid file
     * and the socket of the link are there before it runs.
     *
     * @param plan to start
     * @param run directory of the microVM
     * @return the process; what its standard output brings is the program's answer, what its standard error brings is what went wrong before it ran
     * @throws IOException if something of it cannot be made
     */
    Process start(VmPlan plan, RunDirectory run) throws IOException;

    /**
     * Finds the program of a microVM.
     *
     * @param run directory of the microVM
     * @return its process; empty if it has ended
     */
    Optional<? extends HostProcess> find(RunDirectory run);

    /**
     * Gives what changes limits of the program of a microVM.
     *
     * @param record of the microVM
     * @return it; empty where the program is held to none
     */
    default Optional<Limitable> limits(KrunRecord record) {
        return Optional.empty();
    }

    /**
     * Ends the program of a microVM and removes all that its start made. Idempotent.
     *
     * @param run directory of the microVM
     * @param record of the microVM
     */
    void discard(RunDirectory run, KrunRecord record);
}
