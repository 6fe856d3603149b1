package io.hypr.vmm.hvf.internal;

import io.hypr.krun.Document;
import io.hypr.krun.RunDirectory;
import io.hypr.vmm.VmPlan;

/** What a plan means to hypr-krun on macOS. The same plan gives the same document. */
final class Documents {

    /** Where the program serves its guest, in its working directory. */
    private static final String GUEST = "guest";

    private Documents() {
    }

    static Document of(VmPlan plan, RunDirectory run, String architecture) {
        return new Document(plan.processors(), plan.memory(), plan.boot().vmlinux().toString(), plan.boot().initramfs().toString(),
            Document.arguments(architecture, plan.boot().arguments()),
            plan.disks().stream().map(disk -> new Document.Disk(disk.file().toString(), disk.readOnly())).toList(),
            plan.nics().stream().map(nic -> new Document.Interface(null, nic.tap(), nic.mac())).toList(),
            plan.shares().stream().map(share -> new Document.Share(share.tag(), share.source().toString(), share.readOnly())).toList(),
            Document.Listener.made(run.link()), GUEST, MacHost.METAL.equals(plan.options().get(MacHost.GPU)));
    }
}
