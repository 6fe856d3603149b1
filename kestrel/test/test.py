"""Tests of Kestrel: `make test`, or `python3 test/test.py [NAME...]` for those whose name holds one of the words."""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import guest
import link
from guest import BUILD, HERE, Machine, Sandbox
from host import Host

LIMIT = 20480
VECTORS = os.path.join(HERE, "..", "protocol", "vectors.txt")


class Skip(Exception):
    """Why a test cannot run here."""


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


def image():
    if not hasattr(image, "path"):
        image.path = guest.make_image(DIRECTORY)
    return image.path


def sandbox(**values):
    if os.geteuid() != 0:
        raise Skip("namespaces and mounts need root")
    for tool in ("mksquashfs", "busybox", "losetup"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")
    return Sandbox(image(), **values)


# ---- (a) size and codec ------------------------------------------------------------------------------------------

def test_kestrel_is_small():
    size = os.path.getsize(os.path.join(BUILD, "kestrel"))
    assert size <= LIMIT, f"{size} octets are more than {LIMIT}"


def test_python_codec_agrees_with_vectors():
    for block in link.read_vectors(VECTORS):
        if block["kind"] in ("message", "decode"):
            fields = link.MESSAGES[block["type"]][1]
            values = link.decode_fields(fields, link.Cursor(block["hex"][16:-8]))
            equal(list(link.field_lines(fields, values)), block["lines"])
            if block["kind"] == "message":
                octets = link.frame(link.MESSAGES[block["type"]][0], link.encode_fields(fields, values), int(block["stream"]),
                                    int(block["number"]), int(block["flags"]))
                equal(octets, block["hex"])


def codec(lines):
    done = subprocess.run([os.path.join(BUILD, "test_codec")], input="\n".join(lines) + "\n", text=True, capture_output=True, check=True)
    return [part.strip("\n").split("\n") for part in done.stdout.split("\n.\n")[:-1]]


def test_kestrel_decodes_vectors():
    requests = ("HELLO", "SETUP", "RUN", "SIGNAL", "RESIZE", "SHUTDOWN", "CLOCK", "PROCESSES")
    blocks = [b for b in link.read_vectors(VECTORS) if b["type"] in requests]
    answers = codec([f"decode {link.MESSAGES[b['type']][0]} {b['hex'][16:-8].hex()}" for b in blocks])
    assert len(blocks) == len(answers) > 20
    for block, answer in zip(blocks, answers):
        wanted = ["malformed"] if block["kind"] == "malformed" else [
            plain_hex(line) for line in block["lines"]]
        assert answer == wanted, f"{block['name']}: got {answer}, wanted {wanted}"


def plain_hex(line):
    name, kind, value = line.split(" ", 2)
    return f"{name} {kind} {link.unpack_hex(value).hex()}" if kind in ("bytes", "octets") and value != "-" else line


def test_kestrel_parses_streams():
    blocks = [b for b in link.read_vectors(VECTORS) if b["kind"] == "stream"]
    answers = codec([f"parse {b['next']} {b['hex'].hex()}" for b in blocks])
    assert len(blocks) == len(answers) > 10
    for block, answer in zip(blocks, answers):
        named = " ".join(f"{link.MESSAGES[t][0] if t in link.MESSAGES else t}:{n}" for t, n in
                         (word.split(":") for word in block["takes"].split() if word != "-")) or "-"
        assert answer == [f"takes {named}", f"ends {block['ends']}"], f"{block['name']}: got {answer}"


# ---- (b) hostile frames ------------------------------------------------------------------------------------------

def test_decoders_survive_mutated_frames():
    for seed in range(1, 5):
        subprocess.run([os.path.join(BUILD, "fuzz"), "50000", str(seed)], check=True, stdout=subprocess.DEVNULL)


# ---- (c) as the first process of namespaces ----------------------------------------------------------------------

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


def run_output(host, process, *argv, **values):
    result = host.run(process, *argv, **values)
    equal((result["errno"], result["value"] if result["errno"] else b""), (0, b""))
    host.exit_of(process)
    return host.output_of(process).decode()


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
        equal(run_output(host, 1, "sh", "-c", "pwd; umask", cwd="/new/deep//er"), "/new/deep/er\n0022\n")
        equal(run_output(host, 2, "stat", "-c", "%a %u", "/new/deep"), "755 0\n")
        equal(run_output(host, 3, "sh", "-c", "umask; ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj", umask=0o27, oom_score=321,
                         rlimits=[dict(resource=7, soft=123, hard=456)]), "0027\n123\n456\n321\n")
        equal(host.run(4, "pwd", cwd="/etc/passwd/x")["stage"], 6)
        equal(host.run(5, "pwd", rlimits=[dict(resource=99, soft=1, hard=1)])["stage"], 8)


def test_capabilities_and_no_new_privileges():
    with sandbox() as host:
        out = run_output(host, 1, "sh", "-c", "grep -E 'Cap|NoNew' /proc/self/status", flags=6, capabilities=0xA80425FB)
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd"):
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
        host.run(1, "sh", "-c", "seq 0 59999; echo done >&2", credit=1 << 30)
        quiet = 0
        while quiet < 5:
            quiet = 0 if host.step(0.1) else quiet + 1
        assert not host.exits, "the writer did not wait"
        assert 200_000 < len(host.output_of(1)) < 262_144, len(host.output_of(1))
        host.outgoing += link.frame(3, link.payload("ACK", taken=host.taken))
        host.acknowledge = True
        equal(host.exit_of(1)["value"], 0)
        equal(host.output_of(1).decode(), "".join(f"{i}\n" for i in range(60000)))
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


def test_orphans_are_reaped():
    with sandbox() as host:
        host.run(1, "sh", "-c", "for i in 1 2 3 4 5; do (sh -c 'sleep 0.1 &') ; done; sleep 0.4", stdout=0, stderr=0)
        host.exit_of(1)
        out = run_output(host, 2, "sh", "-c", "grep -l 'State:.Z' /proc/[0-9]*/status; true")
        equal(out, "")


def test_places_for_processes():
    with sandbox() as host:
        for number in range(1, 65):
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
                         "wc -c < /proc/keys; ls /dev/null /dev/ptmx /dev/shm /dev/mqueue -d; readlink /dev/fd; echo via > /dev/stdout")
        assert "a\n0\n" in out and out.startswith("1\n1\n") and out.endswith("/proc/self/fd\nvia\n"), out


def test_read_only_root():
    with sandbox(flags=1, hosts=b"x\n") as host:
        out = run_output(host, 1, "sh", "-c", "touch /x; echo $?; echo y > /etc/hosts; echo $?; cat /etc/hosts; echo z > /dev/shm/z; cat /dev/shm/z")
        equal(out, "1\n1\nx\nz\n")


def test_privileged():
    with sandbox(flags=2) as host:
        equal(run_output(host, 1, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward; test -e /dev/kmsg; echo $?"),
              "1\n0\n")


def test_lost_place_until_padding():
    with sandbox() as host:
        host.sent += 1
        host.numbered(38, link.payload("PROCESSES", id=999))
        host.outgoing += link.frame(3, link.payload("ACK", taken=host.taken))
        for _ in range(5):
            host.step(0.02)
        assert 999 not in host.results
        host.sent -= 2
        host.unacknowledged.clear()
        host.connect(host.sock)
        host.until(lambda: host.welcome, "WELCOME")
        equal(host.ask("PROCESSES")["errno"], 0)


def cut_many(host, reconnect, cuts, script, wanted, seed):
    """Breaks the connection at random octets in both directions, again and again, while a process writes and reads."""
    chance = random.Random(seed)
    process = 1
    host.run(process, "sh", "-c", script, stdin=9, wait=False)
    made = fed = 0
    while made < cuts or process not in host.exits:
        made += 1
        read_limit, write_limit = chance.choice([(0, 70000), (10, 66000), (3000, 66500), (90000, 90000)])
        read_limit, write_limit = chance.randint(0, read_limit + 1), chance.randint(0, write_limit)
        last = made >= cuts
        end = time.monotonic() + (20 if last else 0.02)
        while time.monotonic() < end and (last or (read_limit > 0 and write_limit >= 0)):
            if host.welcome and host.credit.get(9, 0) > 0 and fed < 200_000:
                piece = min(host.credit[9], chance.randint(1, 5000), 200_000 - fed)
                host.data(9, bytes((fed + i) % 251 for i in range(piece)))
                fed += piece
                if fed == 200_000:
                    host.end(9)
            if host.outgoing and (last or write_limit):
                try:
                    sent = host.sock.send(host.outgoing[:None if last else write_limit])
                    del host.outgoing[:sent]
                    write_limit -= sent
                except BlockingIOError:
                    pass
            try:
                data = host.sock.recv(65536 if last else max(1, min(read_limit, 65536)))
                read_limit -= len(data)
                if data:
                    host.feed(data)
            except BlockingIOError:
                if last:
                    host.step(0.01)
            if last and process in host.exits:
                break
        if process in host.exits and made >= cuts:
            break
        reconnect(host, chance)
    host.until(lambda: process in host.exits, "EXIT")
    equal(host.exits[process]["value"], 9)
    equal(bytes(host.output[4]), wanted)


CUT_SCRIPT = "exec 3<&0; md5sum <&3 & i=0; while [ $i -lt 30000 ]; do echo $i; i=$((i+1)); done >&2; wait; exit 9"


def cut_wanted():
    octets = bytes(i % 251 for i in range(200_000))
    digest = subprocess.run(["md5sum"], input=octets, capture_output=True, check=True).stdout
    return digest


def test_port_cut_at_random_octets_two_thousand_times():
    def reconnect(host, chance):
        # What is under way to the host is lost or comes late, as it happens with a port whose host end was closed.
        if chance.random() < 0.5:
            try:
                host.sock.recv(chance.randint(1, 65536))
            except BlockingIOError:
                pass
        host.connect(host.sock)
    with sandbox() as host:
        cut_many(host, reconnect, 2000, CUT_SCRIPT, cut_wanted(), 1)
        equal(bytes(host.output[5]).decode(), "".join(f"{i}\n" for i in range(30000)))


def test_socket_cut_at_random_octets():
    box = sandbox(port=False)

    def reconnect(host, _):
        host.sock.close()
        host.sock, _ = box.listener.accept()
        box.sock = host.sock
        host.connect(host.sock)
    with box as host:
        cut_many(host, reconnect, 60, CUT_SCRIPT, cut_wanted(), 2)
        equal(bytes(host.output[5]).decode(), "".join(f"{i}\n" for i in range(30000)))


def test_new_engine_without_memory_goes_on():
    box = sandbox()
    with box as host:
        host.run(1, "sh", "-c", "sleep 0.2; echo kept; exit 5")
        fresh = Host()
        fresh.taken = host.taken
        fresh.granted[4] = 100
        fresh.connect(box.sock)
        fresh.until(lambda: fresh.welcome, "WELCOME")
        fresh.sent, fresh.next_id = fresh.welcome["taken"], 1000
        equal(fresh.exit_of(1)["value"], 5)
        equal(bytes(fresh.output[4]), b"kept\n")
        equal(fresh.ask("PROCESSES")["value"][-1], 2)


def test_status_is_kept_until_taken():
    box = sandbox()
    with box as host:
        host.acknowledge = False
        host.run(1, "sh", "-c", "exit 42")
        host.exit_of(1)
        for _ in range(3):
            fresh = Host(acknowledge=False)
            fresh.connect(box.sock)
            equal(fresh.exit_of(1)["value"], 42)


def test_too_many_answers_that_nobody_takes():
    with sandbox() as host:
        host.acknowledge = False
        for _ in range(10000):
            host.send("PROCESSES")
        quiet = 0
        while quiet < 3:
            quiet = 0 if host.step(0.1) else quiet + 1
        assert 64 < len(host.results) < 10000, len(host.results)
        host.acknowledge = True
        for _ in range(20):
            host.connect(host.sock)
            host.until(lambda: host.welcome, "WELCOME")
            while host.step(0.3) or host.outgoing:
                pass
        equal(len(host.results), 10001)


def test_shutdown_ends_all():
    box = sandbox()
    with box as host:
        host.run(1, "sh", "-c", "trap 'echo term; exit 3' TERM; while :; do sleep 0.05; done")
        host.run(2, "sh", "-c", "trap '' TERM; while :; do sleep 0.05; done")
        host.run(3, "sh", "-c", "echo ready; sleep 1000")
        host.until(lambda: host.output_of(3), "ready")
        equal(host.ask("SHUTDOWN", action=1, grace=500)["errno"], 0)
        equal(host.exit_of(1)["value"], 3)
        equal((host.exit_of(3)["how"], host.exits[3]["value"]), (1, 15))
        equal((host.exit_of(2)["how"], host.exits[2]["value"]), (1, 9))
        host.step()
        equal(box.process.wait(10), 128 + signal.SIGHUP)


def test_malformed_requests_are_answered():
    with sandbox() as host:
        for block in link.read_vectors(VECTORS):
            if block["kind"] != "malformed" or block["type"] == "NOTE" or len(block["hex"]) < 16 + 4 + 8:
                continue
            id_ = int.from_bytes(block["hex"][16:20], "little")
            host.results.pop(id_, None)
            host.numbered(link.MESSAGES[block["type"]][0], block["hex"][16:-8])
            host.until(lambda: id_ in host.results, block["name"])
            equal((block["name"], host.results[id_]["errno"], host.results[id_]["stage"]), (block["name"], 74, 1))


# ---- (d) in a microVM --------------------------------------------------------------------------------------------

INTERFACE = dict(mac=bytes.fromhex("021122334455"), name="net7", mtu=1400, ipv4=[dict(address=bytes([10, 0, 2, 15]), prefix=24)],
                 gateway4=bytes([10, 0, 2, 2]), ipv6=[dict(address=bytes.fromhex("fd00000000000000000000000000000a"), prefix=64)],
                 gateway6=bytes.fromhex("fd000000000000000000000000000001"))


def machine(upper, options=()):
    if not shutil.which("qemu-system-x86_64"):
        raise Skip("qemu-system-x86_64 is not installed")
    if not guest.kernel():
        raise Skip("the guest kernel is not built (kernel/build.sh)")
    for tool in ("mksquashfs", "busybox", "mkfs.ext4"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")
    if not os.path.exists(upper):
        subprocess.run(["truncate", "-s", "64M", upper], check=True)
        subprocess.run(["mkfs.ext4", "-q", upper], check=True)
    return Machine(guest.kernel(), image(), upper, options)


def set_up(host):
    equal(host.setup(upper="/dev/vdb", upper_type="ext4", upper_options="", clock=time.time_ns(), entropy=os.urandom(64),
                     interfaces=[INTERFACE], hosts=b"127.0.0.1 localhost\n")["errno"], 0)


def test_microvm_from_boot_to_power_off():
    upper = os.path.join(DIRECTORY, "upper")
    for round_ in range(2):
        with machine(upper) as vm:
            host = vm.host
            set_up(host)
            host.run(1, "sh", "-c", "cat /kept 2>/dev/null; echo hello | tee -a /kept; ip -o addr show dev net7; ip route; date +%s; sleep 1; exit 6")
            equal(host.run(2, "echo", "exec")["errno"], 0)
            host.exit_of(2, 60)
            equal(host.output_of(2), b"exec\n")
            vm.connect()
            equal(host.exit_of(1, 60)["value"], 6)
            out = host.output_of(1).decode()
            equal(out.count("hello"), round_ + 1)
            for part in ("10.0.2.15/24", "fd00::a/64", "default via 10.0.2.2 dev net7"):
                assert part in out, out
            assert abs(int(out.strip().split("\n")[-1]) - time.time()) < 60, out
            equal(host.ask("SHUTDOWN", action=0, grace=1000)["errno"], 0)
            host.acknowledge = True
            ended(vm)
    equal(subprocess.run(["e2fsck", "-fn", upper], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode, 0)


def ended(vm):
    try:
        vm.host.until(lambda: vm.process.poll() is not None, "the end of QEMU", 30)
    except (ConnectionError, OSError):
        pass
    equal(vm.process.wait(30), 0)


def test_microvm_reports_lack_of_memory():
    with machine(os.path.join(DIRECTORY, "upper")) as vm:
        set_up(vm.host)
        vm.host.run(1, "sh", "-c", "tail /dev/zero")
        done = vm.host.exit_of(1, 120)
        equal((done["oom"], done["value"]), (1, 137) if done["how"] == 0 else (1, 9))


def test_boot_cost_in_guest_time():
    with machine(os.path.join(DIRECTORY, "upper"), ["-icount", "shift=0,sleep=off"]) as vm:
        up = vm.host.welcome["up"]
        print(f"   guest time at Kestrel's start: {up / 1e6:.1f} ms")
        assert up < 1_000_000_000, up


def main():
    words = sys.argv[1:]
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_") and (not words or any(w in name for w in words))]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name, test in tests:
        title = name[5:].replace("_", " ")
        try:
            test()
            counts["passed"] += 1
            print(f"ok   {title}", flush=True)
        except Skip as reason:
            counts["skipped"] += 1
            print(f"skip {title}: {reason}", flush=True)
        except Exception:  # pylint: disable=broad-except
            counts["failed"] += 1
            print(f"FAIL {title}\n{traceback.format_exc()}", flush=True)
    print(", ".join(f"{count} {word}" for word, count in counts.items()))
    return counts["failed"] > 0


if __name__ == "__main__":
    DIRECTORY = tempfile.mkdtemp(prefix="kestrel-test-")
    try:
        FAILED = main()
    finally:
        shutil.rmtree(DIRECTORY)
    sys.exit(FAILED)
