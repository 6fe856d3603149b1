package io.hypr.vmm.hvf;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

import io.hypr.krun.Machines;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.hvf.internal.Mac;
import io.hypr.vmm.hvf.internal.MacHost;

/** Starts microVMs with the embedded hypervisor on macOS: the program {@code hypr-krun}, which there uses Hypervisor.framework. Keeps no state. */
@Component(service = VmmBackend.class,
        property = { VmmBackend.NAME + "=" + HvfBackend.NAME, VmmBackend.FACETS + "=pausable", VmmBackend.FACETS + "=virtiofs" })
public final class HvfBackend implements VmmBackend {

    /** Value of the service property {@code hypr.name}. */
    public static final String NAME = "hvf";

    private final Path program;
    private final Supplier<Availability> host;
    private Machines machines;

    /** @param context of this bundle; its framework property {@code hypr.dist} says where the product's programs are */
    @Activate
    public HvfBackend(BundleContext context) {
        this(Path.of(required(context, "hypr.dist"), "bin", "hypr-krun"), null);
    }

    /** @param host tells whether microVMs can be started; null = this host is asked */
    HvfBackend(Path program, Supplier<Availability> host) {
        this.program = program;
        this.host = host;
    }

    private static String required(BundleContext context, String name) {
        String value = context.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("The framework property " + name + " is not set");
        }
        return value;
    }

    /** Made when it is first needed: hyprd starts sooner. */
    private synchronized Machines machines() {
        if (machines == null) {
            machines = new Machines(new MacHost(NAME, program, this::probe));
        }
        return machines;
    }

    @Override
    public Availability probe() {
        return host == null ? Mac.here().probe(program) : host.get();
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
