"""The measures by name. Each takes the number of rounds (None: its own) and returns a figure."""
import os
import pathlib
import time

import byhand
import guest
from figures import DIST, ROOT, Daemon, Failure, command, compared, has_docker, summary, timed

# MiB of a guest whose VMM is looked at.
GUEST_MIB = 256
REGISTRY = os.environ.get("ORACLE_REGISTRY", "127.0.0.1:5000")


def size(rounds):
    octets = (ROOT / "kestrel/build/kestrel").stat().st_size
    return {"hypr": summary([octets], "octets"), "goal": {"octets": 20480, "reached": octets <= 20480}}


def boot(rounds):
    """From reset, in the guest's time."""
    nanos = [guest.ahead() + guest.boot() for _ in range(rounds or 3)]
    figure = compared([n / 1e6 for n in nanos], [], "ms", goal=80)
    figure["docker"] = "has no guest"
    return figure


def run(rounds):
    """From a memory template, as every start but the first of a shape; 'cold' is that first one: the microVM boots."""
    image = f"{REGISTRY}/library/busybox:latest"
    ours, theirs, cold = [], [], []
    with Daemon() as daemon:
        for _ in range(3):
            cold.append(daemon.timed("run", "--rm", "--template", "off", "hypr/busybox", "true"))
        daemon.hypr("template", "create")
        daemon.hypr("run", "--rm", "hypr/busybox", "true")
        if docker := has_docker():
            command("docker", "run", "--rm", image, "true")
        for _ in range(rounds or 20):
            ours.append(daemon.timed("run", "--rm", "hypr/busybox", "true"))
            if docker:
                theirs.append(timed("docker", "run", "--rm", image, "true"))
    figure = compared(ours, theirs, "ms", goal=1000)
    figure["start"] = "from a memory template after one warm-up"
    figure["cold"] = summary(cold, "ms")
    return figure


def krun(rounds):
    """Starts by the backend krun, in turn with the same program started by hand: until the hello, and the whole run of 'true'. The process's memory."""
    hello, whole, by_hand, beside = [], [], [], []
    with Daemon() as daemon:
        how = ("--vmm", "krun", "-m", f"{GUEST_MIB}m", "--cpus", "1")
        for _ in range(5):
            daemon.hypr("run", "--rm", *how, "hypr/busybox", "true")   # the JVM compiles what it runs often
        image = next(pathlib.Path(daemon.env["HYPR_HOME"], "rootfs").glob("*.sqfs"))
        for _ in range(rounds or 10):
            by_hand.append(byhand.krun(image, GUEST_MIB))
            whole.append(daemon.timed("run", "--rm", *how, "hypr/busybox", "true"))
            daemon.hypr("run", "-d", "--name", "hello", *how, "hypr/busybox", "sleep", "1000")
            nanos, pid = daemon.hypr("inspect", "-f", "{{.Hypr.BootNanos}} {{.State.Pid}}", "hello").split()
            hello.append(int(nanos) / 1e6)
            beside.append(beside_the_guest(pid))
            daemon.hypr("rm", "-f", "hello")
    figure = {"hello": summary(hello, "ms"), "hello by hand": summary([h for h, _ in by_hand], "ms"),
              "run": summary(whole, "ms"), "run by hand": summary([w for _, w in by_hand], "ms"), "memory": summary(beside, "MiB")}
    figure["ratios"] = {name: round(figure[name]["median"] / figure[f"{name} by hand"]["median"], 3) for name in ("hello", "run")}
    figure["goal"] = {"hello": 1.15, "run": 1.15, "memory_mib": 15,
                      "reached": max(figure["ratios"].values()) <= 1.15 and figure["memory"]["p99"] <= 15}
    return figure


def beside_the_guest(pid):
    """MiB of a VMM process, what it shares divided by those who share it, without the mappings that are the guest's memory."""
    size = kib = 0
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        word, *rest = line.split()
        if "-" in word:
            begin, end = word.split("-")
            size = int(end, 16) - int(begin, 16)
        elif word == "Pss:" and size < GUEST_MIB << 18:
            kib += int(rest[0])
    return kib / 1024


def ps(rounds):
    ours, theirs = [], []
    with Daemon() as daemon:
        daemon.hypr("ps")
        docker = has_docker()
        for _ in range(rounds or 30):
            ours.append(daemon.timed("ps"))
            if docker:
                theirs.append(timed("docker", "ps"))
    return compared(ours, theirs, "ms", ratio_goal=1.0)


def resident(pid):
    """MiB that a process has in memory once it has come to rest: no processor time in half a second."""
    def ticks():
        return sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    end, before = time.monotonic() + 30, -10
    while ticks() - before > 1 and time.monotonic() < end:
        before = ticks()
        time.sleep(0.5)
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def hyprd(rounds):
    starts, memory = [], []
    with Daemon() as daemon:
        for _ in range(rounds or 10):
            daemon.stop()
            starts.append(daemon.start())
            memory.append(resident(daemon.process.pid))
    figure = {"start": summary(starts, "ms"), "resident": summary(memory, "MiB")}
    figure["goal"] = {"start_ms": 900, "resident_mb": 130, "reached": figure["start"]["median"] <= 900 and figure["resident"]["median"] * 1.048576 <= 130}
    return figure


def pull(rounds):
    """Docker's image is gone between rounds and here again afterwards."""
    image = f"{REGISTRY}/library/nginx:latest"
    ours, theirs = [], []
    docker = has_docker()
    if docker and command("docker", "ps", "-aq", "--filter", f"ancestor={image}").strip():
        raise Failure(f"Docker has containers of {image}, so it cannot be removed and pulled again.")
    with Daemon(isolated=False, settings={"io.hypr.image": f"registry.insecure={REGISTRY}\n"}) as daemon:
        for _ in range(rounds or 3):
            daemon.hypr("pull", "-q", "hypr/busybox")
            ours.append(daemon.timed("pull", "-q", image) + unpack(daemon, image))
            daemon.hypr("rmi", "-f", image)
            if docker:
                command("docker", "rmi", "-f", image, check=False)
                theirs.append(timed("docker", "pull", "-q", image))
    return compared(ours, theirs, "ms", ratio_goal=1.0)


def unpack(daemon, image):
    """Milliseconds until the image is a disk, if the pull did not make it: then creating a container does."""
    if any(pathlib.Path(daemon.env["HYPR_HOME"], "rootfs").glob("*.sqfs")):
        return 0
    took = daemon.timed("create", "--name", "unpack", image)
    daemon.hypr("rm", "unpack")
    return took


ALL = {"size": size, "boot": boot, "run": run, "krun": krun, "ps": ps, "hyprd": hyprd, "pull": pull}
