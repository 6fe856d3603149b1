package io.hypr.vmm.qemu;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.vmm.Templates;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.host.KvmProbe;
import io.hypr.vmm.host.Starter;
import io.hypr.vmm.qemu.internal.Host;
import io.hypr.vmm.qemu.internal.Qemu;
import io.hypr.vmm.qemu.internal.Settings;

/**
 * Starts microVMs with QEMU: on KVM where it works, by software emulation everywhere else. Keeps no state: all that it knows of a microVM is in the record
 * and in the run directory. What it holds of templates in memory it can read again.
 */
@Component(service = { VmmBackend.class, Templates.class }, configurationPid = QemuBackend.PID,
        property = { VmmBackend.NAME + "=qemu", VmmBackend.FACETS + "=limitable", VmmBackend.FACETS + "=pausable",
        VmmBackend.FACETS + "=reclaim",
        VmmBackend.FACETS + "=snapshots", VmmBackend.FACETS + "=templates",
                VmmBackend.FACETS + "=vfio", VmmBackend.FACETS + "=virtiofs" })
@QemuConfiguration
public final class QemuBackend implements VmmBackend, Templates {

    /** PID of the configuration, {@link QemuConfiguration}. */
    public static final String PID = "io.hypr.vmm.qemu";

    private static final String DIST = "hypr.dist";

    private final Qemu qemu;

    /**
     * @param context of this bundle; its framework property {@code hypr.dist} says where the product is, {@code hypr.run} where a file may be
     *        kept until the host boots again
     * @param configuration as {@link QemuConfiguration} describes
     */
    @Activate
    public QemuBackend(BundleContext context, Map<String, Object> configuration) {
        this(programs(context), Path.of(required(context, DIST), "share", "qemu"), kvmProbe(context), Settings.of(configuration));
    }

    QemuBackend(Path programs, Path library, Path run, Settings settings) {
        this(programs, library, kvmProbe(programs, run), settings);
    }

    private QemuBackend(Path programs, Path library, KvmProbe kvm, Settings settings) {
        this.qemu = new Qemu(settings, new Host(library), kvm, starter(programs));
    }

    static Starter starter(Path programs) {
        return new Starter(programs.resolve("hypr-start"));
    }

    static KvmProbe kvmProbe(BundleContext context) {
        return kvmProbe(programs(context), Path.of(required(context, "hypr.run")));
    }

    private static KvmProbe kvmProbe(Path programs, Path run) {
        return new KvmProbe(programs.resolve("hypr-kvmprobe"), run.resolve("kvm.json"));
    }

    static Path programs(BundleContext context) {
        return Path.of(required(context, DIST), "bin");
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
        return qemu.probe();
    }

    @Override
    public VmSession launch(VmPlan plan, Consumer<? super DriverRecord> intent) {
        return qemu.launch(plan, intent);
    }

    @Override
    public VmSession attach(DriverRecord record) {
        return qemu.attach(record);
    }

    @Override
    public void discard(DriverRecord record) {
        qemu.discard(record);
    }

    @Override
    public String shape(VmPlan plan) {
        return qemu.shape(plan);
    }

    @Override
    public VmSession launch(Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        return qemu.launch(template, plan, intent);
    }

    @Override
    public VmSession restore(Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        return qemu.restore(template, plan, intent);
    }

    @Override
    public void keep(Set<Path> templates) {
        qemu.keep(templates);
    }

    /** Ends no microVM. */
    @Deactivate
    void deactivate() {
        qemu.close();
    }
}
