"""Measures of much data: output and its log, files copied both ways, a directory of the host. `--rounds` is their amount."""
import contextlib
import os
import pathlib
import subprocess
import tempfile
import time

from figures import DIST, Daemon, Failure, command, compared, has_docker, summary, timed

IMAGE = os.environ.get("ORACLE_REGISTRY", "127.0.0.1:5000") + "/library/busybox:latest"
MIB = 1 << 20
# Octets a second of a log written and read, MiB of hyprd's heap meanwhile; a copy may take so many times what Docker's takes.
WRITTEN, READ, HEAP, COPIED = 200e6, 500e6, 64, 2.0
# MiB of lines of 100 octets that are made, in memory, before the time is taken.
PIECE = 16
WRITER = f"""trap 'go=1' USR1
yes $(head -c 99 /dev/zero | tr '\\0' x) | head -c {PIECE}m >/dev/shm/piece
echo ready
while [ -z "$go" ]; do sleep 0.1; done
for i in $(seq "$1"); do cat /dev/shm/piece; done"""
# Programs of the host in a guest whose image has none of them.
USR = "/host/usr/lib/x86_64-linux-gnu"
LOADER = f"{USR}/ld-linux-x86-64.so.2 --library-path {USR} /host/usr/bin/"


@contextlib.contextmanager
def both(name, options, words, java=""):
    """A container of ours and one of Docker, if there is one, that run these words: ('hypr' or 'docker', words that begin a command, environment) of each."""
    with Daemon(java=java) as daemon:
        sides = [("hypr", [DIST / "bin/hypr"], daemon.env, "hypr/busybox")] + ([("docker", ["docker"], None, IMAGE)] if has_docker() else [])
        try:
            for _, begin, env, image in sides:
                command(*begin, "run", "-d", "--name", name, *options, image, *words, env=env)
            yield [side[:3] for side in sides]
        finally:
            if len(sides) > 1:
                command("docker", "rm", "-f", name, check=False)


def logs(mebibytes):
    """Output from the signal that has it written until its container has ended, so all is in the log, and the log read. Docker's is its json-file."""
    pieces = -(-(mebibytes or 1024) // PIECE)
    octets = len("ready\n") + pieces * PIECE * MIB
    name, figure = f"hypr-bench-{os.getpid()}", {}
    with both(name, ("--shm-size", "32m"), ("sh", "-c", WRITER, "sh", pieces), java=f"-Xmx{HEAP}m") as sides:   # hyprd ends if it needs more
        for who, begin, env in sides:
            while command(*begin, "logs", name, env=env) != "ready\n":
                time.sleep(0.1)
            started = time.monotonic()
            command(*begin, "kill", "-s", "USR1", name, env=env)
            if command(*begin, "wait", name, env=env) != "0\n":
                raise Failure(f"The writer failed: {command(*begin, 'logs', '-n', '1', name, env=env)}")
            written = octets / (time.monotonic() - started)
            read = octets / drained([*begin, "logs", name], env, octets)
            figure |= {f"{who} written": summary([written / 1e6], "MB/s"), f"{who} read": summary([read / 1e6], "MB/s")}
    reached = figure["hypr written"]["median"] * 1e6 >= WRITTEN and figure["hypr read"]["median"] * 1e6 >= READ
    return figure | {"mebibytes": pieces * PIECE, "goal": {"written": WRITTEN / 1e6, "read": READ / 1e6, "heap_mib": HEAP, "reached": reached}}


def drained(words, env, octets):
    """Seconds until a command has printed so many octets."""
    started, got = time.monotonic(), 0
    with subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        while block := os.read(process.stdout.fileno(), MIB):
            got += len(block)
    if process.returncode or got != octets:
        raise Failure(f"'{' '.join(map(str, words))}' ended with {process.returncode} after {got} octets instead of {octets}.")
    return time.monotonic() - started


def copy(mebibytes):
    """A file into a container that runs, and out of it."""
    name, size = f"hypr-bench-{os.getpid()}", (mebibytes or 1024) * MIB
    with tempfile.TemporaryDirectory(prefix="hypr-bench.") as directory, both(name, (), ("sleep", "100000")) as sides:
        file, back = pathlib.Path(directory, "file"), pathlib.Path(directory, "back")
        some = os.urandom(MIB)
        with file.open("wb") as to:
            for _ in range(size // MIB):
                to.write(some)
        into, out = {}, {}
        for who, begin, env in sides:
            into[who] = timed(*begin, "cp", file, f"{name}:/file", env=env)
            out[who] = timed(*begin, "cp", f"{name}:/file", back, env=env)
            command("cmp", file, back)
            back.unlink()
    figure = {f"{who} {way}": summary([taken], "ms") for way, times in (("into", into), ("out", out)) for who, taken in times.items()}
    if "docker" in into:
        figure["ratios"] = {way: round(times["hypr"] / times["docker"], 3) for way, times in (("into", into), ("out", out))}
        figure["goal"] = {"ratios": COPIED, "reached": max(figure["ratios"].values()) <= COPIED}
    return figure | {"mebibytes": size // MIB}


def mount(files):
    """In a directory of the host, by the host's programs: `tar -x` of many small files, and `git status` of them; natively, then in a guest. What the host changes shows there at once."""
    count, name = files or 20000, f"hypr-bench-{os.getpid()}"
    git = "git -c safe.directory=* -C {} status --porcelain"
    with tempfile.TemporaryDirectory(prefix="hypr-bench.") as directory:
        top = pathlib.Path(directory)
        tree(top / "tree", count)
        command("tar", "-C", top / "tree", "-cf", top / "tree.tar", ".")
        (top / "native").mkdir()
        (top / "guest").mkdir()
        native = {"untar": timed("tar", "-C", top / "native", "-xf", top / "tree.tar"), "git status": timed(*git.format(top / "native").split())}
        with Daemon() as daemon:
            daemon.hypr("run", "-d", "--name", name, "-v", f"{top}:/bench", "-v", "/usr:/host/usr:ro", "hypr/busybox", "sleep", "100000")

            def inside(words):
                return daemon.hypr("exec", name, *(LOADER + words).split())

            def clocked(words):
                started = time.monotonic()
                inside(words)
                return (time.monotonic() - started) * 1000
            guest = {"untar": clocked("tar -C /bench/guest -xf /bench/tree.tar"), "git status": clocked(git.format("/bench/guest"))}
            if made := command("diff", "-r", "--no-dereference", top / "native", top / "guest", "-x", "index"):
                raise Failure(f"What tar made in the guest differs: {made[:500]}")
            changed = [f"d0/f{i}" for i in range(3)]
            for path in changed:
                (top / "guest" / path).write_text("changed by the host\n")
            if inside(git.format("/bench/guest")).split() != [word for path in changed for word in ("M", path)]:
                raise Failure("The guest does not see what the host changed.")
    figure = {f"{who} {what}": summary([taken], "ms") for who, times in (("native", native), ("hypr", guest)) for what, taken in times.items()}
    return figure | {"ratios": {what: round(guest[what] / native[what], 3) for what in native}, "files": count}


def tree(top, count):
    """A repository of that many files, a hundred in each directory, all committed and packed."""
    for i in range(count):
        file = top / f"d{i // 100}" / f"f{i}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"file {i}\n" * 20)
    git = ("git", "-C", top, "-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0")
    command(*git, "init", "-q")
    command(*git, "add", ".")
    command(*git, "commit", "-q", "-m", "All")
    command(*git, "gc", "-q")
