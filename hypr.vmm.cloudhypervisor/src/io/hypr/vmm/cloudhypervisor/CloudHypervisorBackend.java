package io.hypr.vmm.cloudhypervisor;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.vmm.Templates;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.cloudhypervisor.internal.Binary;
import io.hypr.vmm.cloudhypervisor.internal.CloudHypervisor;
import io.hypr.vmm.cloudhypervisor.internal.Settings;
import io.hypr.vmm.host.KvmProbe;
import io.hypr.vmm.host.Starter;

/** Starts microVMs with Cloud Hypervisor on KVM. Keeps no state: all that it knows of a microVM is in the record and in the run directory. */
@Component(service = { VmmBackend.class, Templates.class }, configurationPid = CloudHypervisorBackend.PID,
        property = { VmmBackend.NAME + "=cloudhypervisor", VmmBackend.FACETS + "=hotplug", VmmBackend.FACETS + "=limitable",
            VmmBackend.FACETS + "=pausable", VmmBackend.FACETS + "=reclaim", VmmBackend.FACETS + "=resizable",
            VmmBackend.FACETS + "=snapshots", VmmBackend.FACETS + "=templates", VmmBackend.FACETS + "=vfio", VmmBackend.FACETS + "=virtiofs" })
@CloudHypervisorConfiguration
public final class CloudHypervisorBackend implements VmmBackend, Templates {

    /** PID of the configuration, {@link CloudHypervisorConfiguration}. */
    public static final String PID = "io.hypr.vmm.cloudhypervisor";

    private final CloudHypervisor hypervisor;

    /**
     * @param context of this bundle; its framework property {@code hypr.dist} says where the product's programs are, {@code hypr.run} where a file may be
     *        kept until the host boots again
     * @param configuration as {@link CloudHypervisorConfiguration} describes
     */
    @Activate
    public CloudHypervisorBackend(BundleContext context, Map<String, Object> configuration) {
        this(Path.of(required(context, "hypr.dist"), "bin"), Path.of(required(context, "hypr.run")), Settings.of(configuration));
    }

    CloudHypervisorBackend(Path programs, Path run, Settings settings) {
        KvmProbe kvm = new KvmProbe(programs.resolve("hypr-kvmprobe"), run.resolve("kvm.json"));
        this.hypervisor = new CloudHypervisor(settings, new Binary(), kvm, new Starter(programs.resolve("hypr-start")));
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
        return hypervisor.probe();
    }

    @Override
    public VmSession launch(VmPlan plan, Consumer<? super DriverRecord> intent) {
        return hypervisor.launch(plan, intent);
    }

    @Override
    public VmSession attach(DriverRecord record) {
        return hypervisor.attach(record);
    }

    @Override
    public void discard(DriverRecord record) {
        hypervisor.discard(record);
    }

    @Override
    public String shape(VmPlan plan) {
        return hypervisor.shape(plan);
    }

    @Override
    public VmSession launch(Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        return hypervisor.launch(template, plan, intent);
    }

    @Override
    public VmSession restore(Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        return hypervisor.restore(template, plan, intent);
    }
}
