package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.JailWords;
import io.hypr.vmm.host.ShareServers;
import io.hypr.vmm.host.Starter;
import io.hypr.vmm.host.VmmDirectory;
import io.hypr.vmm.host.VmmLog;
import io.hypr.vmm.host.VmmProcess;

/** One start of Cloud Hypervisor: from the plan to a guest whose processors run. */
final class Launch {

    /** How long Cloud Hypervisor may take for one request of the launch. */
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** Of threads one or two a device, the API, signals; what Cloud Hypervisor itself needs of memory is a few MiB. */
    private static final JailWords JAIL = new JailWords(128, 256L << 20);
    private static final int API = MachineConfig.FIRST_OPENED - 1;
    /** What the event monitor writes goes through the process that keeps the log: a guest that resets its devices on and on would fill the file. */
    private static final int EVENTS = API - 1;

    private final VmPlan plan;
    private final VmmDirectory run;
    private final Starter starter;
    private final ShareServers shares;

    Launch(VmPlan plan, VmmDirectory run, Starter starter, ShareServers shares) {
        this.plan = plan;
        this.run = run;
        this.starter = starter;
        this.shares = shares;
    }

    /** What a launch gives: the process, and the place where the guest's first connection arrives. */
    record Started(VmmProcess process, LinkSocket link) {
    }

    /** What leads from a Cloud Hypervisor that can be asked to a guest whose processors run. */
    interface Begin {

        void prepare(VmmDirectory run) throws IOException;

        void go(Api api) throws IOException;
    }

    /**
     * Starts Cloud Hypervisor and the guest.
     *
     * @param binary of Cloud Hypervisor
     * @param groups supplementary groups of Cloud Hypervisor
     * @param config of the microVM
     * @param begin of the guest
     * @return what runs
     * @throws HyprException if it does not start; what there is of it is left to the caller to remove
     */
    Started go(Path binary, List<Integer> groups, MachineConfig config, Begin begin) {
        LinkSocket link = null;
        try {
            long logged = new VmmLog(plan.log()).begin();
            run.open(plan.jail().uid(), plan.jail().gid());
            run.logged(logged);
            if (plan.facets().contains(Plugs.FACET)) {
                Plugs.prepare(run);
            }
            begin.prepare(run);
            shares.start(plan, CloudHypervisor.server(plan, starter));
            link = LinkSocket.listen(run);
            Files.createSymbolicLink(run.file(Names.KERNEL), Path.of("/proc/self/fd/" + MachineConfig.FIRST_OPENED));
            Process process = starter.start(options(groups, config), command(binary));
            String starterWords = Starter.errors(process); // Until Cloud Hypervisor runs, and its API takes connections.
            try {
                begin.go(new Api(run.file(Names.API), LIMIT));
            } catch (HyprException e) {
                if (e.code() == ErrorCode.UNAVAILABLE && ended(process)) {
                    throw Refusal.ofStart(plan.log(), logged, starterWords, process.exitValue());
                }
                throw e;
            }
            removeKernel(run);
            return new Started(VmmProcess.of(run.pidFile()).orElseThrow(() -> Refusal.ofStart(plan.log(), logged, "", 0)), link);
        } catch (IOException e) {
            close(link, e);
            throw new HyprException(ErrorCode.INTERNAL, "The run directory " + run.path() + " cannot be prepared for Cloud Hypervisor.", e);
        } catch (RuntimeException e) {
            close(link, e);
            throw e;
        }
    }

    /** Takes the way to the kernel away, so that a guest that resets itself ends. Idempotent. */
    static void removeKernel(VmmDirectory run) {
        try {
            Files.deleteIfExists(run.file(Names.KERNEL));
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The link " + run.file(Names.KERNEL) + " cannot be removed.", e);
        }
    }

    private List<String> options(List<Integer> groups, MachineConfig config) {
        List<String> options = new ArrayList<>(JAIL.of(plan, run.pidFile(), run.path(), groups));
        options.addAll(List.of("--listen", run.file(Names.API) + "=" + API, "--log-also", run.file(Names.EVENTS) + "=" + EVENTS));
        options.addAll(config.openings());
        return options;
    }

    private static List<String> command(Path binary) {
        return List.of(binary.toString(), "--api-socket", "fd=" + API, "--event-monitor", "fd=" + EVENTS, "--seccomp", "true");
    }

    /** An API that hangs up is one whose process ends, a moment later. */
    private static boolean ended(Process process) {
        try {
            return process.waitFor(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while Cloud Hypervisor was starting.", e);
        }
    }

    private static void close(LinkSocket link, Exception reason) {
        try {
            if (link != null) {
                link.close();
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
