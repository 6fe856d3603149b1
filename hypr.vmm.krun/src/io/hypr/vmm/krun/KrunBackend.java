package io.hypr.vmm.krun;

import java.nio.file.Path;
import java.util.function.Consumer;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

import io.hypr.krun.Machines;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.host.KvmProbe;
import io.hypr.vmm.host.Starter;
import io.hypr.vmm.krun.internal.KvmHost;

/** Starts microVMs with the embedded hypervisor on KVM: the program {@code hypr-krun}, which comes with HYPR and needs nothing else. Keeps no state. */
@Component(service = VmmBackend.class, property = { VmmBackend.NAME + "=" + KrunBackend.NAME, VmmBackend.FACETS + "=limitable", VmmBackend.FACETS + "=pausable",
    VmmBackend.FACETS + "=virtiofs", VmmBackend.SHARES + ":Integer=4" })
public final class KrunBackend implements VmmBackend {

    /** Value of the service property {@code hypr.name}. */
    public static final String NAME = "krun";

    private final Path program;
    private final Path programs;
    private final Path run;
    private Machines machines;

    /**
     * @param context of this bundle; its framework property {@code hypr.dist} says where the product's programs are, {@code hypr.run} where a file may be
     *        kept until the host boots again
     */
    @Activate
    public KrunBackend(BundleContext context) {
        this(Path.of(required(context, "hypr.dist"), "bin"), Path.of(required(context, "hypr.run")));
    }

    KrunBackend(Path programs, Path run) {
        this(programs.resolve("hypr-krun"), programs, run);
    }

    KrunBackend(Path program, Path programs, Path run) {
        this.program = program;
        this.programs = programs;
        this.run = run;
    }

    /** Made when it is first needed: hyprd starts sooner. */
    private synchronized Machines machines() {
        if (machines == null) {
            KvmProbe kvm = new KvmProbe(programs.resolve("hypr-kvmprobe"), run.resolve("kvm.json"));
            machines = new Machines(new KvmHost(NAME, program, kvm, new Starter(programs.resolve("hypr-start"))));
        }
        return machines;
    }

    private static String required(BundleContext context, String name) {
        String value = context.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("The framework property " + name + " is not set");
        }
        return value;
    }

    @Override
    public Availability probe() {
        return machines().probe();
    }

    @Override
    public VmSession launch(VmPlan plan, Consumer<? super DriverRecord> intent) {
        return machines().launch(plan, intent);
    }

    @Override
    public VmSession attach(DriverRecord record) {
        return machines().attach(record);
    }

    @Override
    public void discard(DriverRecord record) {
        machines().discard(record);
    }
}
