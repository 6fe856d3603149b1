package io.hypr.shell.internal;

import java.util.List;

import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/**
 * Reads the options by which Docker loosens or tightens what containers share with the host: {@code --pid}, {@code --ipc}, {@code --uts}, {@code --userns},
 * {@code --cgroupns}, {@code --isolation} and {@code --security-opt}.
 * A microVM shares nothing, so what asks for less sharing is so in any case, and what asks for more is refused.
 */
final class Isolation {

    private static final List<String> UNCONFINED = List.of("seccomp=unconfined", "apparmor=unconfined", "label=disable");

    private Isolation() {
    }

    /**
     * @param s gets what there is to get
     * @param words what was typed
     */
    static void read(ContainerSpec s, Words words) {
        namespace(words, "pid", "--pid: invalid PID mode", List.of(), "processes");
        namespace(words, "uts", "--uts: invalid UTS mode", List.of(), "host name");
        namespace(words, "userns", "--userns: invalid USER mode", List.of("host"), "users");
        namespace(words, "cgroupns", "--cgroupns: invalid CGROUP mode", List.of("private"), "control groups");
        String ipc = words.get("ipc").orElse("");
        if (!ipc.matches("|private|shareable|none|host|container:.*")) {
            throw new HyprException(ErrorCode.INVALID, "Invalid IPC mode: " + ipc);
        }
        namespace(words, "ipc", "", List.of("private", "shareable", "none"), "shared memory");
        s.ipcMode = ipc.isEmpty() ? null : ipc;
        s.isolation = technology(words);
        words.all("security-opt").forEach(o -> security(s, o));
    }

    private static String technology(Words words) {
        String text = words.get("isolation").orElse("");
        if (!text.isEmpty() && !text.equalsIgnoreCase("default")) {
            throw new HyprException(ErrorCode.INVALID, "Invalid isolation: \"" + text + "\" - linux only supports 'default'")
                    .remedy("Every container is a microVM; --vmm chooses the hypervisor.");
        }
        return text.isEmpty() ? null : text;
    }

    private static void namespace(Words words, String option, String wrong, List<String> asItIs, String shared) {
        String mode = words.get(option).orElse("");
        if (mode.isEmpty() || asItIs.contains(mode)) {
            return;
        }
        if (mode.equals("host") || mode.startsWith("container:") && (option.equals("pid") || option.equals("ipc"))) {
            String whose = mode.equals("host") ? "the host" : "another container";
            throw new InputException("A microVM has a kernel of its own: it cannot share the " + shared + " of " + whose
                    + ", as --" + option + " " + mode + " asks.")
                    .remedy("Leave it out.");
        }
        throw new InputException(wrong.isEmpty() ? "--" + option + " " + mode + " means nothing in a microVM." : wrong);
    }

    private static void security(ContainerSpec s, String option) {
        String[] parts = option.split("[=:]", 2);
        if (parts[0].equals("no-new-privileges")) {
            s.noNewPrivileges = switch (parts.length == 1 ? "true" : parts[1]) {
                case "1", "t", "T", "true", "TRUE", "True" -> true;
                case "0", "f", "F", "false", "FALSE", "False" -> false;
                default -> throw new HyprException(ErrorCode.INVALID, "invalid --security-opt 2: \"" + option + "\"");
            };
        } else if (parts.length == 1) {
            throw new InputException("Invalid --security-opt: \"" + option + "\"");
        } else if (!UNCONFINED.contains(String.join("=", parts))) {
            throw new InputException("The security option " + option + " means nothing in a microVM.")
                    .remedy("Leave it out: the container has a kernel of its own, which neither seccomp nor a security module confines.");
        }
    }
}
