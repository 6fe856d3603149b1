package io.hypr.vmm.qemu;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

import io.hypr.frontend.DoctorCheck;
import io.hypr.model.Availability;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.host.Kvm;
import io.hypr.vmm.host.KvmProbe;
import io.hypr.vmm.qemu.internal.Accelerator;

/** Tells {@code hypr doctor} whether KVM can run microVMs here, and if not, why they are emulated. */
@Component(property = VmmBackend.NAME + "=qemu")
public final class AcceleratorCheck implements DoctorCheck {

    private final KvmProbe kvm;

    /** @param context of this bundle; framework properties as for {@link QemuBackend} */
    @Activate
    public AcceleratorCheck(BundleContext context) {
        this(QemuBackend.kvmProbe(context));
    }

    AcceleratorCheck(KvmProbe kvm) {
        this.kvm = kvm;
    }

    @Override
    public String title() {
        return "KVM for QEMU";
    }

    @Override
    public Availability check() {
        Kvm found = kvm.find();
        return found.works() ? Availability.available()
                : Availability.unsupported(Accelerator.of(found).reason(), "Nothing is needed: containers run, only slower. For speed: " + found.remedy());
    }
}
