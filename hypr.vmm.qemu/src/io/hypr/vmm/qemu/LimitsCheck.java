package io.hypr.vmm.qemu;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

import io.hypr.frontend.DoctorCheck;
import io.hypr.model.Availability;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.host.Starter;

/** Tells {@code hypr doctor} whether this host can hold the limits of VMM processes. */
@Component(property = VmmBackend.NAME + "=qemu")
public final class LimitsCheck implements DoctorCheck {

    private final Starter starter;

    /** @param context of this bundle; framework properties as for {@link QemuBackend} */
    @Activate
    public LimitsCheck(BundleContext context) {
        this(QemuBackend.starter(QemuBackend.programs(context)));
    }

    LimitsCheck(Starter starter) {
        this.starter = starter;
    }

    @Override
    public String title() {
        return "Limits of VMM processes";
    }

    @Override
    public Availability check() {
        String missing = starter.missingLimits();
        return missing.isEmpty() ? Availability.available()
                : Availability.unsupported(missing, "Containers run all the same. To limit them, mount /sys/fs/cgroup (cgroup2), writable, "
                + "with the controllers cpu, memory and pids.");
    }
}
