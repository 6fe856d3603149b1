package io.hypr.vmm.qemu;

import java.nio.file.Path;
import java.util.List;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

import io.hypr.frontend.DoctorCheck;
import io.hypr.model.Availability;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.host.ShareServers;
import io.hypr.vmm.host.Starter;

/** Tells {@code hypr doctor} whether a program of ours serves directories of the host, and if not, what does. */
@Component(property = VmmBackend.NAME + "=qemu")
public final class SharesCheck implements DoctorCheck {

    private static final String REMEDY = "Build the program with ./dev build virtiofsd, which takes Rust 1.87 or newer.";

    private final Starter starter;

    /** @param context of this bundle; framework properties as for {@link QemuBackend} */
    @Activate
    public SharesCheck(BundleContext context) {
        this(QemuBackend.starter(QemuBackend.programs(context)));
    }

    SharesCheck(Starter starter) {
        this.starter = starter;
    }

    @Override
    public String title() {
        return "Directories of the host";
    }

    @Override
    public Availability check() {
        return judge(ShareServers.programs(starter));
    }

    /** Of the programs that are here, the better one first. */
    static Availability judge(List<Path> programs) {
        if (programs.isEmpty()) {
            return Availability.unsupported("No virtiofsd is here: QEMU serves directories of the host and volumes itself, by 9p.", REMEDY);
        }
        Path first = programs.getFirst();
        return first.endsWith(ShareServers.OURS) ? Availability.available()
                : Availability.unsupported("Directories of the host and volumes are served by " + first
                + ", to which a container can know no more files at a time than the hard limit of open files.", REMEDY);
    }
}
