package io.hypr.vmm.krun.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.hypr.krun.Document;
import io.hypr.krun.RunDirectory;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.JailWords;

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

    /** Of a process with shares: root without other powers than a server of files needs, in a root directory that has nothing but these and its shares. */
    private static final List<String> DEVICES = List.of("/dev/null", "/dev/random", "/dev/urandom", "/dev/kvm");
    private static final List<String> CAPABILITIES = List.of("chown", "dac_override", "fowner", "fsetid", "mknod", "setfcap", "setgid", "setuid");
    private static final Path OWN = Path.of("/s");
    /** Each file that the guest knows of is open. */
    private static final int FILES = 1_000_000;

    static Words of(VmPlan plan, Path program, Collection<Integer> groups) {
        List<String> openings = new ArrayList<>();
        Document document = document(plan, openings);
        RunDirectory run = new RunDirectory(plan.runDirectory());
        List<String> words = new ArrayList<>(List.of("--keep-stdin", "--keep-fd", "1=" + ANSWER, "--listen", run.link() + "=" + LINK));
        if (plan.shares().isEmpty()) {
            words.addAll(JAIL.of(plan, run.pidFile(), run.own(), groups));
        } else {
            words.addAll(JAIL.of(plan, "0:0", run.pidFile(), OWN, List.of()));
            words.addAll(root(plan, run));
        }
        words.addAll(openings);
        words.addAll(List.of("--read", program + "=" + PROGRAM, "--", "/proc/self/fd/" + PROGRAM, "--answer", Integer.toString(ANSWER)));
        return new Words(List.copyOf(words), document);
    }

    private static List<String> root(VmPlan plan, RunDirectory run) {
        List<String> words = new ArrayList<>(List.of("--root", run.root().toString(), "--bind", run.own() + "=" + OWN,
            "--rlimit", "nofile=" + FILES));
        CAPABILITIES.forEach(capability -> words.addAll(List.of("--capability", capability)));
        DEVICES.forEach(device -> words.addAll(List.of("--device", device)));
        if (!plan.nics().isEmpty()) {
            words.addAll(List.of("--device", KvmHost.TUN.toString()));
            plan.nics().forEach(nic -> words.addAll(List.of("--own-tap", nic.tap())));
        }
        for (int i = 0; i < plan.shares().size(); i++) {
            VmPlan.Share share = plan.shares().get(i);
            String place = Files.isRegularFile(share.source()) ? place(i) + "/" + VmPlan.Share.FILE : place(i);
            words.addAll(List.of(share.readOnly() ? "--bind-read-only" : "--bind", share.source() + "=" + place));
        }
        return words;
    }

    private static String place(int share) {
        return "/share" + share;
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
            shares.add(new Document.Share(share.tag(), place(shares.size()), share.readOnly()));
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
