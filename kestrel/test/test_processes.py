"""Kestrel as the first process of namespaces: what it makes of the image and of the processes in it."""
import os
import random
import shutil
import signal
import subprocess

import link
from common import equal, run_output, sandbox


def test_unsolicited_welcome_comes_first():
    with sandbox(setup=False) as host:
        host.until(lambda: host.welcome, "WELCOME")
        equal(host.unsolicited["nonce"], 0)
        assert host.unsolicited["boot"] != host.welcome["boot"], "one template would give one boot id to all"
        equal(host.unsolicited["boot"][8:], host.welcome["boot"][8:])


def test_run_needs_setup_and_setup_is_once():
    with sandbox(setup=False) as host:
        equal(host.run(1, "true")["errno"], 6)
        equal(host.setup(root="/dev/nosuch")["stage"], 2)
        equal(host.setup(root="/dev/nosuch")["errno"], 114)


def test_streams_apart_and_every_exit_status():
    with sandbox() as host:
        host.run(1, "sh", "-c", "echo out; echo err >&2; exit 7")
        equal(host.exit_of(1)["value"], 7)
        equal((host.output_of(1), host.output_of(1, 2)), (b"out\n", b"err\n"))
        for status in range(256):
            host.run(100 + status, "sh", "-c", f"exit {status}", stdout=0, stderr=0)
        for status in range(256):
            done = host.exit_of(100 + status)
            equal((done["how"], done["value"]), (0, status))


def test_every_signal():
    with sandbox() as host:
        ignored = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
        stopping = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
        numbers = [n for n in range(1, 65) if n not in ignored | stopping and n not in (32, 33)]
        for number in numbers:
            host.run(number, "sleep", "1000", stdout=0, stderr=0)
            equal(host.ask("SIGNAL", process=number, signal=number, scope=0)["errno"], 0)
            done = host.exit_of(number)
            equal((done["how"], done["value"]), (1, number))
        for number in sorted(ignored):
            host.run(200 + number, "sleep", "1000", stdout=0, stderr=0)
            equal(host.ask("SIGNAL", process=200 + number, signal=number, scope=0)["errno"], 0)
            host.ask("SIGNAL", process=200 + number, signal=9, scope=0)
            equal(host.exit_of(200 + number)["value"], 9)


def test_signal_scopes_and_errors():
    with sandbox() as host:
        equal(host.ask("SIGNAL", process=77, signal=15, scope=0)["errno"], 3)
        host.run(1, "sh", "-c", "sleep 1000 & sleep 1000")
        host.ask("SIGNAL", process=1, signal=9, scope=1)
        equal(host.exit_of(1)["value"], 9)
        host.run(2, "sleep", "1000")
        equal(host.ask("SIGNAL", process=2, signal=99, scope=0)["errno"], 22)
        equal(host.ask("SIGNAL", process=2, signal=9, scope=3)["stage"], 1)
        host.ask("SIGNAL", process=0, signal=15, scope=2)
        equal(host.exit_of(2)["value"], 15)
        equal(host.ask("SIGNAL", process=2, signal=15, scope=0)["errno"], 3)


def test_users_and_groups_by_dockers_rules():
    cases = [("", "uid=0(root) gid=0(root) groups=0(root),29(audio)", "/root"),
             ("web", "uid=101(web) gid=102(web) groups=29(audio),102(web),700(long)", "/home/web"),
             ("101", "uid=101(web) gid=102(web) groups=29(audio),102(web),700(long)", "/home/web"),
             ("4711", "uid=4711 gid=0(root) groups=0(root)", "/"),
             ("web:video", "uid=101(web) gid=44(video) groups=44(video)", "/home/web"),
             ("web:9", "uid=101(web) gid=9 groups=9", "/home/web"),
             ("7:8", "uid=7 gid=8 groups=8", "/"),
             (":video", "uid=0(root) gid=44(video) groups=44(video)", "/root")]
    with sandbox() as host:
        for number, (user, wanted, home) in enumerate(cases, 1):
            out = run_output(host, number, "sh", "-c", 'id; echo "$HOME"', user=user)
            equal(out, f"{wanted}\n{home}\n")
        out = run_output(host, 50, "id", user="4711", groups=["video", "29", "8000"])
        equal(out, "uid=4711 gid=0(root) groups=0(root),29(audio),44(video),8000\n")
        equal(run_output(host, 51, "sh", "-c", 'echo "$HOME"', env=["HOME=/else", "PATH=/bin"]), "/else\n")
        for number, (user, groups) in enumerate([("nobody", []), ("web:none", []), ("", ["none"])], 60):
            result = host.run(number, "id", user=user, groups=groups)
            equal((result["errno"], result["stage"]), (2, 5))
            assert result["value"] in (b"nobody", b"none")


def test_commands_that_cannot_be_run():
    cases = [("nosuch", 2), ("/bin/nosuch", 2), ("plain", 13), ("/bin/plain", 13), ("text", 8), ("/etc", 13), ("", 2), ("/bin/plain/x", 20)]
    with sandbox() as host:
        for number, (name, errno) in enumerate(cases, 1):
            result = host.run(number, name)
            equal((name, result["errno"], result["stage"], result["value"].decode()), (name, errno, 7, name))
        equal(run_output(host, 1, "tool", env=["PATH=/nosuch:/bin:/other"]), "other\n")
        equal(run_output(host, 20, "echo", "default path", env=[]), "default path\n")
        equal(run_output(host, 21, "./tool", cwd="/other"), "other\n")
        equal(host.run(22, "tool", env=["PATH=/bin"])["errno"], 2)


def test_working_directory_umask_limits_and_oom_score():
    with sandbox() as host:
        equal(run_output(host, 1, "sh", "-c", "pwd; umask", cwd="/etc"), "/etc\n0022\n")
        equal(run_output(host, 3, "sh", "-c", "umask; ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj", umask=0o27, oom_score=321,
                         rlimits=[dict(resource=7, soft=123, hard=456)]), "0027\n123\n456\n321\n")
        equal(host.run(4, "pwd", cwd="/etc/passwd/x")["stage"], 6)
        equal(host.run(5, "pwd", rlimits=[dict(resource=99, soft=1, hard=1)])["stage"], 8)


def test_capabilities_and_no_new_privileges():
    with sandbox() as host:
        out = run_output(host, 1, "sh", "-c", "grep -E 'Cap|NoNew' /proc/self/status", flags=6, capabilities=0xA80425FB)
        assert "CapInh:\t0000000000000000\n" in out, out
        for name in ("CapPrm", "CapEff", "CapBnd"):
            assert f"{name}:\t00000000a80425fb\n" in out, out
        assert "NoNewPrivs:\t1" in out
        out = run_output(host, 2, "grep", "Cap", "/proc/self/status", flags=4, capabilities=0xA80425FB, user="web")
        assert "CapEff:\t0000000000000000\n" in out and "CapBnd:\t00000000a80425fb\n" in out, out


def test_signals_and_descriptors_are_clean():
    with sandbox() as host:
        out = run_output(host, 1, "sh", "-c", "ls /proc/self/fd; grep -E 'SigBlk|SigIgn' /proc/self/status; cat; echo end")
        equal(out, "0\n1\n2\n3\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nend\n")


def test_terminal():
    with sandbox() as host:
        result = host.run(1, "sh", "-c", "trap 'stty size' WINCH; tty; stty size; until read line; do :; done; echo got $line; cat; exit 3", flags=1, stdin=1,
                          stderr=0, rows=30, columns=90)
        equal(result["errno"], 0)
        host.until(lambda: b"30 90" in host.output_of(1), "first size")
        equal(host.output_of(1), b"/dev/pts/0\r\n30 90\r\n")
        equal(host.ask("RESIZE", process=1, rows=50, columns=132)["errno"], 0)
        host.data(1, b"word\n")
        host.until(lambda: b"50 132" in host.output_of(1) and b"got" in host.output_of(1), "second size")
        host.data(1, b"typed\n")
        host.end(1)
        equal(host.exit_of(1)["value"], 3)
        assert host.output_of(1).endswith(b"typed\r\ntyped\r\n"), host.output_of(1)
        equal(host.ask("RESIZE", process=1, rows=1, columns=1)["errno"], 3)
        host.run(2, "sleep", "1000", flags=1, stdin=1, stderr=0)
        host.data(1, b"\x03")
        equal((host.exit_of(2)["how"], host.exits[2]["value"]), (1, 2))
        host.run(3, "sleep", "1000")
        equal(host.ask("RESIZE", process=3, rows=1, columns=1)["errno"], 25)


def test_stdin_within_credit_and_end():
    with sandbox() as host:
        octets = random.Random(1).randbytes(1_000_000)
        host.run(1, "md5sum", stdin=9)
        at = 0
        while at < len(octets):
            host.until(lambda: host.credit.get(9, 0) > 0, "credit")
            piece = octets[at:at + min(host.credit[9], 65536)]
            host.data(9, piece)
            at += len(piece)
        host.end(9)
        host.exit_of(1)
        digest = subprocess.run(["md5sum"], input=octets, capture_output=True, check=True).stdout.split()[0]
        equal(host.output_of(1).split()[0], digest)


def test_stdin_that_nobody_reads():
    with sandbox() as host:
        host.run(1, "sh", "-c", "exec <&-; echo closed; sleep 1000", stdin=9)
        host.until(lambda: host.credit.get(9, 0) and host.output_of(1), "credit")
        host.data(9, bytes(host.credit[9]))
        equal(host.ask("SIGNAL", process=1, signal=9, scope=0)["errno"], 0)
        host.exit_of(1)


def test_writer_is_held_back_and_nothing_is_lost():
    with sandbox() as host:
        host.acknowledge = False
        # More than the pipe and the agent's buffer hold together.
        host.run(1, "sh", "-c", "seq 0 149999; echo done >&2", credit=1 << 30)
        quiet = 0
        while quiet < 5:
            quiet = 0 if host.step(0.1) else quiet + 1
        assert not host.exits, "the writer did not wait"
        assert 200_000 < len(host.output_of(1)) < 262_144, len(host.output_of(1))
        host.outgoing += link.frame(3, link.payload("ACK", taken=host.taken))
        host.acknowledge = True
        equal(host.exit_of(1)["value"], 0)
        equal(host.output_of(1).decode(), "".join(f"{i}\n" for i in range(150000)))
        equal(host.output_of(1, 2), b"done\n")


def test_no_credit_no_data():
    with sandbox() as host:
        host.run(1, "sh", "-c", "echo 0123456789", credit=0)
        host.run(2, "true")
        host.exit_of(2)
        assert 1 not in host.exits and host.output_of(1) == b""
        host.grant(4, 4)
        host.until(lambda: host.output_of(1) == b"0123", "four octets")
        host.grant(4, 100)
        host.exit_of(1)
        equal(host.output_of(1), b"0123456789\n")


def test_early_end_closes_the_pipe():
    with sandbox() as host:
        host.run(1, "sh", "-c", "yes; echo $? >&2")
        host.until(lambda: host.output_of(1), "output")
        host.end(4)
        host.exit_of(1)
        assert 4 in host.ended
        assert host.output_of(1, 2).strip().endswith((b"141", b"1")), host.output_of(1, 2)


def test_descendant_that_keeps_the_pipe_open():
    with sandbox() as host:
        host.run(1, "sh", "-c", "(sleep 0.5; echo late) & echo early; exit 4")
        equal(host.exit_of(1)["value"], 4)
        equal(host.output_of(1), b"early\n")
        host.until(lambda: 4 in host.ended, "END")
        equal(host.output_of(1), b"early\nlate\n")
        host.run(2, "sh", "-c", "yes & exit 5")
        equal(host.exit_of(2)["value"], 5)


def test_first_process_is_process_1_and_others_join_it():
    with sandbox(keeper=False) as host:
        host.first(1, "sh", "-c", "echo $$ $PPID; ps -o pid,comm >/ps; cat /ps; echo end; trap 'echo told; exit 5' TERM; while :; do sleep 0.05; done")
        host.until(lambda: b"end" in host.output_of(1), "ps")
        equal(host.output_of(1).decode().split(), "1 0 PID COMMAND 1 sh 2 ps end".split())
        host.run(2, "sh", "-c", "echo $PPID; cat /proc/1/comm; grep ^0: /proc/self/cgroup; [ $(readlink /proc/1/ns/pid) = $(readlink /proc/self/ns/pid) ]; echo $?; "
                 "(sh -c 'sleep 0.2; grep PPid /proc/self/status >&2' &)")
        equal(host.exit_of(2)["value"], 0)
        equal(host.output_of(2).decode(), "0\nsh\n0::/\n0\n")
        host.until(lambda: host.output_of(2, 2), "the orphan's word")
        equal(host.output_of(2, 2), b"PPid:\t1\n")
        host.run(3, "sleep", "1000")
        equal(host.first(4, "true")["errno"], 22)
        host.ask("SIGNAL", process=1, signal=15, scope=0)
        equal((host.exit_of(1)["how"], host.exits[1]["value"]), (0, 5))
        equal((host.exit_of(3)["how"], host.exits[3]["value"]), (1, 9))
        equal((host.run(5, "true")["errno"], host.results[host.next_id]["stage"]), (12, 8))


def test_working_directory_is_made_for_the_first_process_only():
    with sandbox(keeper=False) as host:
        host.first(1, "sh", "-c", "pwd; stat -c '%a %u' /new/deep; echo end; sleep 1000", cwd="/new/deep//er")
        host.until(lambda: b"end" in host.output_of(1), "the directory")
        equal(host.output_of(1).decode(), "/new/deep/er\n755 0\nend\n")
        later = host.run(2, "pwd", cwd="/not/there")
        equal((later["errno"], later["stage"], later["value"]), (2, 6, b"/not/there"))
        equal(run_output(host, 3, "sh", "-c", "[ ! -e /not ] && echo none"), "none\n")


def test_first_process_ends_by_what_it_handles_or_by_force():
    with sandbox(keeper=False) as host:
        host.first(1, "sleep", "1000")
        for number in (15, 2, 1, 3, 10, 6, 11):
            equal(host.ask("SIGNAL", process=1, signal=number, scope=0)["errno"], 0)
        equal(host.ask("SIGNAL", process=0, signal=15, scope=2)["errno"], 0)
        host.run(2, "sh", "-c", "kill -TERM 1; kill -KILL 1; cat /proc/1/comm")
        host.exit_of(2)
        equal(host.output_of(2), b"sleep\n")
        assert 1 not in host.exits
        host.ask("SIGNAL", process=1, signal=9, scope=0)
        equal((host.exit_of(1)["how"], host.exits[1]["value"]), (1, 9))


def test_first_process_that_cannot_be_run():
    with sandbox(keeper=False) as host:
        result = host.first(1, "nosuch")
        equal((result["errno"], result["stage"]), (2, 7))
        equal(host.run(2, "true")["errno"], 12)


def test_orphans_are_reaped_by_the_first_process():
    with sandbox(keeper=False) as host:
        host.first(1, "sh", "-c", "for i in 1 2 3 4 5; do (sh -c 'sleep 0.1 &') ; done; sleep 0.4; grep -l 'State:.Z' /proc/[0-9]*/status; echo end")
        equal(host.exit_of(1)["value"], 0)
        equal(host.output_of(1), b"end\n")


def test_tool_runs_beside_the_container():
    box = sandbox()
    tool = shutil.copy(shutil.which("busybox"), os.path.join(box.directory, "host", "busybox"))
    with box as host:
        host.run(1, "/host/busybox", "sh", "-c", "/host/busybox ls -d /upper /proc/self/fd/3/bin; /host/busybox cat /proc/1/comm", flags=16)
        equal((host.exit_of(1)["value"], host.output_of(1)), (0, b"/proc/self/fd/3/bin\n/upper\ninit\n"))
        equal(run_output(host, 2, "cat", "/proc/1/comm"), "sleep\n")
        equal((host.run(3, "/host/nosuch", flags=16)["errno"], host.results[host.next_id]["stage"]), (2, 7))
    assert not os.path.exists(tool)


def test_places_for_processes():
    with sandbox() as host:
        for number in range(1, 64): # and the keeper
            equal(host.run(number, "sleep", "1000", stdout=0, stderr=0)["errno"], 0)
        equal(host.run(65, "true", stdout=0, stderr=0)["errno"], 11)
        equal(host.run(3, "true", stdout=0, stderr=0)["errno"], 17)
        value = host.ask("PROCESSES")["value"]
        equal(int.from_bytes(value[:4], "little"), 64)
        host.ask("SIGNAL", process=5, signal=9, scope=0)
        host.exit_of(5)
        equal(host.run(65, "true", stdout=0, stderr=0)["errno"], 0)


def test_root_file_system():
    with sandbox(hosts=b"127.0.0.1 a\n", resolv_conf=b"nameserver 1.2.3.4\n", domainname="lan", sysctls=[dict(name="net.ipv4.ip_default_ttl", value="33")],
                 mounts=[dict(source="tmpfs", target="/run/x", type="tmpfs", flags=2, options="size=1m", kind=0),
                         dict(source="tmpfs", target="/escape/in", type="tmpfs", flags=0, options="", kind=0)]) as host:
        out = run_output(host, 1, "sh", "-c", "hostname; cat /etc/hostname /etc/hosts /etc/resolv.conf /proc/sys/kernel/domainname "
                         "/proc/sys/net/ipv4/ip_default_ttl; grep -c ' /run/x tmpfs rw,nosuid' /proc/mounts; grep -c ' /outside/in ' /proc/mounts; "
                         "ip -o link show lo | grep -c ,UP")
        equal(out, "box\nbox\n127.0.0.1 a\nnameserver 1.2.3.4\nlan\n33\n1\n1\n1\n")
        out = run_output(host, 2, "sh", "-c", "echo x > /proc/sys/net/ipv4/ip_forward; echo $?; touch /sys/x; echo $?; echo a > /new; cat /new; "
                         "wc -c < /proc/keys; ls /dev/null /dev/ptmx /dev/mqueue -d; readlink /dev/fd; echo via > /dev/stdout")
        assert "a\n0\n" in out and out.startswith("1\n1\n") and out.endswith("/proc/self/fd\nvia\n"), out


def test_what_is_mounted_in_kestrels_own_file_system_is_bound_from_there():
    with sandbox(mounts=[dict(source="mine", target="/mine", type="tmpfs", flags=0, options="mode=711", kind=2),
                         dict(source="/mine", target="/bound", type="", flags=1, options="", kind=1)]) as host:
        out = run_output(host, 1, "sh", "-c", "stat -c %a /bound; touch /bound/x; echo $?; grep ' tmpfs ' /proc/mounts | cut -d' ' -f1,2 | grep mine; ls -d /mine")
        equal(out, "711\n1\nmine /bound\n")


def test_mounts_are_those_that_docker_shows():
    shm = dict(source="shm", target="/dev/shm", type="tmpfs", flags=14, options="mode=1777,size=65536k", kind=0)
    wanted = ["overlay / overlay rw", "tmpfs /dev tmpfs rw,nosuid", "devpts /dev/pts devpts rw,nosuid,noexec", "sysfs /sys sysfs ro,nosuid,nodev,noexec",
              "mqueue /dev/mqueue mqueue rw,nosuid,nodev,noexec", "cgroup2 /sys/fs/cgroup cgroup2 ro,nosuid,nodev,noexec", "none /etc/hostname tmpfs rw",
              "none /etc/hosts tmpfs rw", "shm /dev/shm tmpfs rw,nosuid,nodev,noexec", "proc /proc proc rw,nosuid,nodev,noexec",
              "proc /proc/sys proc ro,nosuid,nodev,noexec", "tmpfs /sys/firmware tmpfs ro"]
    with sandbox(hosts=b"x\n", mounts=[shm]) as host:
        out = run_output(host, 1, "cat", "/proc/mounts").split("\n")[:-1]
        shown = [tuple(line.split()[:4]) for line in out]
        for line in wanted:
            source, target, kind, options = line.split()
            assert any(s[1:3] == (target, kind) and (s[3] + ",").startswith(options + ",") for s in shown), (line, out)
        equal(len({s[1] for s in shown}), len(shown))
        assert not [s for s in shown if s[1] in ("/lower", "/upper", "/cgroup", "/host") or s[1].startswith("/root")], shown


def test_read_only_root():
    shm = dict(source="shm", target="/dev/shm", type="tmpfs", flags=14, options="mode=1777,size=65536k", kind=0)
    with sandbox(flags=1, hosts=b"x\n", mounts=[shm]) as host:
        out = run_output(host, 1, "sh", "-c", "touch /x; echo $?; echo y > /etc/hosts; echo $?; cat /etc/hosts; echo z > /dev/shm/z; cat /dev/shm/z; mkdir /y")
        assert b"Read-only" in host.output_of(1, 2), host.output_of(1, 2)
        equal(out, "1\n1\nx\nz\n")


def test_privileged():
    with sandbox(flags=2) as host:
        equal(run_output(host, 1, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward; test -e /dev/kmsg; echo $?"),
              "1\n0\n")
