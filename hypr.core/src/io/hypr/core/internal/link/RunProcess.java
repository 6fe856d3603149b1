package io.hypr.core.internal.link;

import java.util.List;

/**
 * What RUN tells the agent (PROTOCOL.md section 6.2).
 *
 * @param tty whether it has a terminal
 * @param noNewPrivileges whether set-user-id programs give no privileges
 * @param argv at least one word
 * @param env {@code NAME=value}
 * @param cwd empty = /
 * @param user {@code user[:group]}
 * @param groups additional groups
 * @param limits of resources
 * @param capabilities mask of all four sets
 * @param rows of the terminal; 0 = leave
 * @param columns of the terminal; 0 = leave
 * @param stdin stream; 0 = /dev/null
 * @param stdout stream; 0 = /dev/null
 * @param stderr stream; 0 = /dev/null
 * @param credit first credit of stdout and of stderr
 * @param umask 0xFFFF = leave
 * @param oomScore -1000 to 1000
 * @param first what it finds as the first process of the container; null = it joins the container
 * @param tool whether it is a program of the agent's own, outside of the container
 */
public record RunProcess(
        boolean tty, boolean noNewPrivileges, List<String> argv, List<String> env, String cwd, String user, List<String> groups,
        List<Limit> limits, long capabilities, int rows, int columns, int stdin, int stdout, int stderr, long credit, int umask,
        int oomScore, First first, boolean tool) {

    /** A process of the container. */
    public RunProcess(boolean tty, boolean noNewPrivileges, List<String> argv, List<String> env, String cwd, String user,
            List<String> groups, List<Limit> limits,
            long capabilities, int rows, int columns, int stdin, int stdout, int stderr, long credit, int umask, int oomScore, First first) {
        this(tty, noNewPrivileges, argv, env, cwd, user, groups, limits, capabilities, rows, columns, stdin, stdout, stderr, credit, umask,
                oomScore, first, false);
    }

    /**
     * @param argv its path in the agent's file system, then its words
     * @param credit first credit of stdout and of stderr
     * @return a program of the agent's own
     */
    public static RunProcess tool(List<String> argv, long credit) {
        return new RunProcess(false, false, argv, List.of(), "", "", List.of(), List.of(), 0, 0, 0, 0, 0, 0, credit, 0xFFFF, 0, null, true);
    }

    /**
     * The first process of a container: process 1 of a PID namespace of its own, which all others join.
     *
     * @param hidden paths that the container does not see
     * @param readOnly paths that it sees and cannot write to
     * @param init whether it begins with all signals blocked: to a process 1 that has not yet said what it does with a signal the kernel delivers none
     */
    public record First(List<String> hidden, List<String> readOnly, boolean init) {
    }

    /**
     * A limit.
     *
     * @param resource RLIMIT_*
     * @param soft -1 = none
     * @param hard -1 = none
     */
    public record Limit(int resource, long soft, long hard) {
    }

    /**
     * @param id of the request
     * @param process number of the process
     * @return the payload
     */
    public Payload encode(long id, long process) {
        return new Payload().u32(id).u32(process).u32((tty ? 1 : 0) | (noNewPrivileges ? 2 : 0) | 4 | (first == null ? 0 : 8) | (tool ? 16 : 0)
            | (first != null && first.init ? 32 : 0))
            .list(argv, Payload::text).list(env, Payload::text).text(cwd).text(user).list(groups, Payload::text)
            .list(limits, (p, l) -> p.u32(l.resource).u64(l.soft).u64(l.hard))
            .u64(capabilities).u16(rows).u16(columns).u16(stdin).u16(stdout).u16(stderr).u32(credit).u16(umask).u16(oomScore)
            .list(first == null ? List.of() : first.hidden, Payload::text).list(first == null ? List.of() : first.readOnly, Payload::text);
    }

    /**
     * @param in its stream of standard input; 0 = none
     * @param out its stream of standard output
     * @param err its stream of standard error; 0 = none
     * @return the same with other streams
     */
    public RunProcess streams(int in, int out, int err) {
        return new RunProcess(tty, noNewPrivileges, argv, env, cwd, user, groups, limits, capabilities, rows, columns, in, out, err,
            credit, umask, oomScore, first, tool);
    }
}
