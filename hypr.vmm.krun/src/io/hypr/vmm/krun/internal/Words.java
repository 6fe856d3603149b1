package io.hypr.vmm.krun.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.hypr.krun.Document;
import io.hypr.krun.RunDirectory;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.JailWords;
import io.hypr.vmm.host.ServingRoot;

/**
 * What one plan means to hypr-start and to hypr-krun. Files are opened by hypr-start, since the way to them need not be open to the program's user. The same
 * plan gives the same words.
 *
 * @param words after {@code hypr-start}
 * @param document for hypr-krun
 */
record Words(List<String> words, Document document) {

    /** Where the program serves its guest, in its working directory. */
    private static final String GUEST = "guest";

    /** The program's descriptor on which it answers: standard output as it is before hypr-start lets it go to the log. */
    private static final int ANSWER = 3;
    private static final int LINK = 4;
    /** HYPR may be installed where the program's user cannot go, such as the home of root. */
    private static final int PROGRAM = 9;
    private static final int FIRST_OPENED = 10;
    /** Of threads two or three a device; what the program itself needs of memory is a few MiB. */
    private static final JailWords JAIL = new JailWords(64, 192L << 20);

    /** Each file that the guest knows of is open: as many as this, where the host lets there be so many. */
    private static final int FILES = 1_000_000;
    private static final Path KVM = Path.of("/dev/kvm");
    /** Its directory, in a root directory of its own. */
    private static final Path OWN = Path.of("/s");

    static Words of(VmPlan plan, Path program, Collection<Integer> groups) {
        List<String> openings = new ArrayList<>();
        Document document = document(plan, openings);
        RunDirectory run = new RunDirectory(plan.runDirectory());
        List<String> words = new ArrayList<>(List.of("--keep-stdin", "--keep-fd", "1=" + ANSWER, "--listen", run.link() + "=" + LINK));
        if (plan.shares().isEmpty()) {
            words.addAll(JAIL.of(plan, run.pidFile(), run.own(), groups));
        } else {
            words.addAll(JAIL.of(plan, ServingRoot.USER, run.pidFile(), OWN, List.of()));
            words.addAll(root(plan, run));
        }
        words.addAll(openings);
        words.addAll(List.of("--read", program + "=" + PROGRAM, "--", "/proc/self/fd/" + PROGRAM, "--answer", Integer.toString(ANSWER)));
        return new Words(List.copyOf(words), document);
    }

    private static List<String> root(VmPlan plan, RunDirectory run) {
        List<Path> devices = new ArrayList<>(List.of(KVM));
        if (!plan.nics().isEmpty()) {
            devices.add(KvmHost.TUN);
        }
        List<String> words = ServingRoot.words(plan, run.root(), run.own(), devices);
        words.addAll(List.of("--rlimit", "nofile=" + FILES + "?"));
        plan.nics().forEach(nic -> words.addAll(List.of("--own-tap", nic.tap())));
        return words;
    }

    private static Document document(VmPlan plan, List<String> openings) {
        String kernel = open(openings, "--read", plan.boot().vmlinux());
        String initramfs = open(openings, "--read", plan.boot().initramfs());
        List<Document.Disk> disks = new ArrayList<>();
        for (VmPlan.Disk disk : plan.disks()) {
            disks.add(new Document.Disk(open(openings, disk.readOnly() ? "--read" : "--open", disk.file()), disk.readOnly()));
        }
        List<Document.Interface> interfaces = plan.nics().stream().map(nic -> new Document.Interface(nic.tap(), null, nic.mac())).toList();
        List<Document.Share> shares = new ArrayList<>();
        for (VmPlan.Share share : plan.shares()) {
            shares.add(new Document.Share(share.tag(), ServingRoot.place(shares.size()), share.readOnly()));
        }
        return new Document(plan.processors(), plan.memory(), kernel, initramfs,
            Document.arguments(System.getProperty("os.arch"), plan.boot().arguments()), disks, interfaces, shares,
            Document.Listener.at(LINK), GUEST, false);
    }

    /** The program opens the file anew by this name: its user must be allowed to, but need not be able to enter the directories that the file is in. */
    private static String open(List<String> openings, String option, Object file) {
        int descriptor = FIRST_OPENED + openings.size() / 2;
        openings.addAll(List.of(option, file + "=" + descriptor));
        return "/proc/self/fd/" + descriptor;
    }
}
