package io.hypr.vmm.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.hypr.vmm.VmPlan;

/**
 * Where a VMM lives that serves shares itself: it is root, since owners of files must be what the guest says, without other powers than a server of files
 * needs, in a root directory that has nothing but the shares and what it is given beside them.
 */
public final class ServingRoot {

    /** The user of such a VMM. */
    public static final String USER = "0:0";

    private static final List<String> DEVICES = List.of("/dev/null", "/dev/random", "/dev/urandom");
    private static final List<String> CAPABILITIES = List.of("chown", "dac_override", "fowner", "fsetid", "mknod", "setfcap", "setgid", "setuid");

    private ServingRoot() {
    }

    /**
     * Makes the options of {@code hypr-start}, without the user.
     *
     * @param plan whose shares are served
     * @param directory an empty one, at which the root directory is mounted
     * @param own the VMM's directory of the host, in which it can write
     * @param devices beside random numbers and /dev/null
     * @return options
     */
    public static List<String> words(VmPlan plan, Path directory, Path own, List<Path> devices) {
        List<String> words = new ArrayList<>(List.of("--root", directory.toString(), "--bind", own + "=/" + VmmDirectory.OWN));
        CAPABILITIES.forEach(capability -> words.addAll(List.of("--capability", capability)));
        DEVICES.forEach(device -> words.addAll(List.of("--device", device)));
        devices.forEach(device -> words.addAll(List.of("--device", device.toString())));
        for (int i = 0; i < plan.shares().size(); i++) {
            VmPlan.Share share = plan.shares().get(i);
            String place = Files.isRegularFile(share.source()) ? place(i) + "/" + VmPlan.Share.FILE : place(i);
            words.addAll(List.of(share.readOnly() ? "--bind-read-only" : "--bind", share.source() + "=" + place));
        }
        return words;
    }

    /**
     * @param share its index in the plan
     * @return the directory that is served, as the VMM sees it; of a share that is a file, a directory with nothing else
     */
    public static String place(int share) {
        return "/share" + share;
    }
}
