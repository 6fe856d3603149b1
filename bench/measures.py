"""The measures by name. Each takes the number of rounds (None: its own) and returns a figure."""
import concurrent.futures
import contextlib
import mmap
import os
import pathlib
import random
import re
import resource
import statistics
import time

import bulk
import byhand
import guest
from figures import DIST, ROOT, Daemon, Failure, command, compared, has_docker, summary, timed

# MiB of a guest whose VMM is looked at.
GUEST_MIB = 256
# A backend may take so many times what its hypervisor takes that was started by hand, and hypr-krun so many MiB beside its guest's memory.
MOST, KRUN_MEMORY = 1.15, 15
# Starts of each backend before those that are measured: the JVM compiles a method when it has run often, and then no more. Emulated, that shows for long.
WARMING = 20
# So many starts of a backend may be lost before its figure is given up.
LOST = 5
# Containers that start at once may take so many times the processor time of those in a row.
CROWD = 1.2
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
        ahead(daemon)
        if docker := has_docker():
            command("docker", "run", "--rm", image, "true")
        for _ in range(rounds or 20):
            ours.append(daemon.timed("run", "--rm", "hypr/busybox", "true"))
            if docker:
                theirs.append(timed("docker", "run", "--rm", image, "true"))
    figure = compared(ours, theirs, "ms", goal=1000)
    figure["start"] = "from a memory template of the image, after one warm-up"
    figure["cold"] = summary(cold, "ms")
    return figure


def ahead(daemon, *options):
    """What the engine makes by itself once an image was started twice, and one start from it."""
    daemon.hypr("template", "create", *options)
    daemon.hypr("template", "create", *options, "hypr/busybox")
    daemon.hypr("run", "--rm", *options, "hypr/busybox", "true")


def start(rounds):
    """Starts of a new container whose image was started before, with and without a network on both sides; one for which a microVM waits; and the VMM's exec until the
    agent's hello."""
    image = f"{REGISTRY}/library/busybox:latest"
    times = {"hypr": [], "hypr without network": [], "hypr from a pool": [], "docker": [], "docker without network": []}
    hello = []
    none = ("--network", "none")
    waited = ("-m", "514m")   # a shape of its own: one microVM of it waits, and all others start from templates
    with Daemon() as daemon:
        ahead(daemon)
        ahead(daemon, *none)
        ahead(daemon, *waited)
        template = daemon.hypr("template", "create", *waited, "hypr/busybox").strip()
        daemon.hypr("template", "pool", "1", template)
        if docker := has_docker():
            command("docker", "run", "--rm", image, "true")
        for _ in range(rounds or 30):
            await_pool(daemon)
            times["hypr from a pool"].append(daemon.timed("run", "--rm", *waited, "hypr/busybox", "true"))
            await_pool(daemon)   # the next one is not made beside what is measured
            times["hypr"].append(daemon.timed("run", "--rm", "hypr/busybox", "true"))
            times["hypr without network"].append(daemon.timed("run", "--rm", *none, "hypr/busybox", "true"))
            if docker:
                times["docker"].append(timed("docker", "run", "--rm", image, "true"))
                times["docker without network"].append(timed("docker", "run", "--rm", *none, image, "true"))
            daemon.hypr("run", "--name", "hello", "hypr/busybox", "true")
            hello.append(int(daemon.hypr("inspect", "-f", "{{.Hypr.BootNanos}}", "hello")) / 1e6)
            daemon.hypr("rm", "hello")
    figure = {name: summary(values, "ms") for name, values in times.items() if values} | {"hello": summary(hello, "ms")}
    figure["goal"] = {"hello_ms": 50, "reached": figure["hello"]["median"] <= 50}
    figure["pool to template"] = round(figure["hypr from a pool"]["median"] / figure["hypr"]["median"], 3)
    if docker:
        figure["ratios"] = {name: round(figure[ours]["median"] / figure[theirs]["median"], 3) for name, ours, theirs in (
            ("networks", "hypr", "docker"), ("none", "hypr without network", "docker without network"), ("network to none", "hypr", "docker without network"))}
        figure["goal"] |= {"ratio": 1.0, "reached": figure["goal"]["reached"] and max(figure["ratios"].values()) <= 1.0}
    return figure


def await_pool(daemon):
    while "1/1" not in daemon.hypr("template", "ls", "--format", "{{.Pool}}"):
        time.sleep(0.05)


def density(rounds):
    """Containers started one after another that then all run and are idle: proportional set size of all their processes and of hyprd, for each."""
    count = rounds or 100
    with Daemon() as daemon:
        ahead(daemon)
        ids = [daemon.hypr("run", "-d", "hypr/busybox", "sleep", "100000").strip() for _ in range(count)]
        resident(daemon.process.pid)
        processes = [members(i) for i in ids]
        vmm = [sum(map(proportional, own)) for own in processes]
        figure = {"vmm": summary(vmm, "MiB"), "hyprd": summary([proportional(daemon.process.pid)], "MiB"),
                  "each": summary([(sum(vmm) + proportional(daemon.process.pid)) / count], "MiB")}
    figure["containers"] = count
    figure["goal"] = {"each_mb": 20, "reached": figure["each"]["median"] * 1.048576 <= 20}
    return figure


def members(container):
    """The processes of a container's control group."""
    found = []
    for file in pathlib.Path("/proc").glob("[0-9]*/cgroup"):
        with contextlib.suppress(OSError):
            if f"hypr/{container}" in file.read_text():
                found.append(int(file.parent.name))
    if not found:
        raise Failure(f"Container {container} has no process in a control group of its own.")
    return found


def proportional(pid):
    """MiB: what a process shares is divided by those who share it."""
    return int(pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().split("Pss:")[1].split()[0]) / 1024


def parallel(rounds):
    """Containers started by as many clients at once, until the last has answered an exec."""
    count = rounds or 50
    image = f"{REGISTRY}/library/busybox:latest"

    def together(act):
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            list(pool.map(act, range(count)))
        return (time.monotonic() - begin) * 1000

    def ours(i):
        daemon.hypr("run", "-d", "--name", f"p{i}", "hypr/busybox", "sleep", "100000")
        daemon.hypr("exec", f"p{i}", "true")

    def theirs(i):
        command("docker", "run", "-d", "--name", f"hypr-bench-{i}", image, "sleep", "100000")
        command("docker", "exec", f"hypr-bench-{i}", "true")

    with Daemon() as daemon:
        ahead(daemon)
        taken = together(ours)
        docker = []
        if has_docker():
            command("docker", "run", "--rm", image, "true")
            try:
                docker.append(together(theirs))
            finally:
                command("docker", "rm", "-f", *(f"hypr-bench-{i}" for i in range(count)), check=False)
    return compared([taken], docker, "ms", ratio_goal=1.0) | {"containers": count}


def crowd(rounds):
    """Processor time of hyprd, clients and VMMs for 20 containers that start at once, and for 20 in a row, in turn."""
    names = [f"c{i}" for i in range(20)]

    def start(name):
        daemon.hypr("run", "-d", "--name", name, "hypr/busybox", "sleep", "100000")

    def at_once():
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(start, names))

    def in_a_row():
        for name in names:
            start(name)

    taken = {in_a_row: [], at_once: []}
    with Daemon() as daemon:
        ahead(daemon)
        in_a_row()   # the JVM compiles what it runs often
        daemon.hypr("rm", "-f", *names)
        for _ in range(rounds or 5):
            for act, times in taken.items():
                before = processor_time(daemon)
                act()
                times.append(processor_time(daemon) - before)
                daemon.hypr("rm", "-f", *names)
    figure = {"at once": summary(taken[at_once], "ms"), "in a row": summary(taken[in_a_row], "ms")}
    figure["ratio"] = round(figure["at once"]["median"] / figure["in a row"]["median"], 3)
    figure["goal"] = {"ratio": CROWD, "reached": figure["ratio"] <= CROWD}
    return figure


def processor_time(daemon):
    """Milliseconds of hyprd with what it started and has ended, of the processes of all its containers, and of the clients."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    pids = [daemon.process.pid]
    for container in daemon.hypr("ps", "-q", "--no-trunc").split():
        pids += members(container)
    ticks = sum(sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15])) for pid in pids)
    return ticks * 1000 / os.sysconf("SC_CLK_TCK") + (used.ru_utime + used.ru_stime) * 1000


def backends(rounds):
    """Starts by each backend of this host, in turn with the same hypervisor started by hand: until the hello, and the whole run of 'true'. The process's memory."""
    settings = {"io.hypr.core": "templates=off\n"}   # none is made beside what is measured
    if program := byhand.cloud_hypervisor():
        settings["io.hypr.vmm.cloudhypervisor"] = f"binary={program}\n"
    with Daemon(settings=settings) as daemon:
        found = {name: told for told, name in re.findall(r"^(\S+) +Backend (\w+)", daemon.hypr("doctor"), re.M)}
        names = [name for name in byhand.VMMS if found.get(name) == "ok"]
        first, taken, lost = ({name: [] for name in names} for _ in range(3))
        for _ in range(WARMING):
            for name in names:
                first[name].append(taken_again(lost[name], lambda: whole(daemon, name)))
                taken_again(lost[name], lambda: hello(daemon, name))
        image = next(pathlib.Path(daemon.env["HYPR_HOME"], "rootfs").glob("*.sqfs"))
        for round_ in range(rounds or 20):
            for name in names:
                taken[name].append(taken_again(lost[name], lambda: turn(daemon, name, image, round_ % 2 == 1)))
    figure = {name: of_backend(name, taken[name]) if name in names else {"missing": "this host cannot run it: see 'hypr doctor'"} for name in byhand.VMMS}
    for name in names:
        figure[name]["first runs"] = summary(first[name][:5], "ms")
        figure[name]["lost"] = lost[name]
    figure["goal"] = {"ratios": MOST, "krun_memory_mib": KRUN_MEMORY, "reached": all(figure[name]["goal"]["reached"] for name in names)}
    return figure


def taken_again(lost, act):
    """What the act gives. One that fails is told in the figure and done once more: the processor of an emulated host loses a microVM now and then, of whoever started it."""
    while True:
        try:
            return act()
        except Failure as e:
            lost.append(str(e))
            if len(lost) > LOST:
                raise


def how(name):
    return ["--vmm", name, "--template", "off", "-m", f"{GUEST_MIB}m", "--cpus", "1", "hypr/busybox"]


def whole(daemon, name):
    """Milliseconds of a whole run."""
    return daemon.timed("run", "--rm", *how(name), "true")


def hello(daemon, name):
    """Milliseconds from the launch until the guest has said WELCOME, and MiB of its VMM beside the guest's memory."""
    with contextlib.suppress(Failure):
        daemon.hypr("rm", "-f", "hello")   # of a turn that was lost
    daemon.hypr("run", "-d", "--name", "hello", *how(name), "sleep", "1000")
    nanos, pid = daemon.hypr("inspect", "-f", "{{.Hypr.BootNanos}} {{.State.Pid}}", "hello").split()
    memory = beside_the_guest(pid)
    daemon.hypr("rm", "-f", "hello")
    return int(nanos) / 1e6, memory


def turn(daemon, name, image, ours_first):
    """
    One turn: the product's whole run and its hello, each beside a start by hand. Both (hello, run) by hand in milliseconds, and of the product hello and
    run in milliseconds, and MiB beside the guest's.
    """
    def by_hand():
        hand.append(byhand.start(name, image, GUEST_MIB))

    def our_run():
        ours["run"] = whole(daemon, name)

    def our_hello():
        ours["hello"], ours["memory"] = hello(daemon, name)

    hand, ours = [], {}
    for start in (our_run, by_hand, our_hello, by_hand) if ours_first else (by_hand, our_run, by_hand, our_hello):
        write_free_memory()
        start()
    return hand, ours


def write_free_memory():
    """
    Writes half of the host's free memory, 2 GiB at most, and gives it back. An emulated processor keeps translations of what a guest executed, and the next that writes to
    that memory pays for dropping them: without this a start pays for the one before it, by chance more than half of what it takes itself.
    """
    available = int(re.search(r"MemAvailable:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) << 10
    with mmap.mmap(-1, min(available // 2, 2 << 30), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        for i in range(0, len(memory), mmap.PAGESIZE):
            memory[i] = 1


def of_backend(name, taken):
    figure = {}
    for i, what in enumerate(("hello", "run")):
        figure[what] = summary([ours[what] for _, ours in taken], "ms")
        figure[f"{what} by hand"] = summary([start[i] for hand, _ in taken for start in hand], "ms")
    figure["memory"] = summary([ours["memory"] for _, ours in taken], "MiB")
    figure["ratios"] = {what: round(ratio(taken, what), 3) for what in ("hello", "run")}
    figure["intervals"] = {what: interval(taken, what) for what in ("hello", "run")}
    figure["goal"] = {"ratios": MOST, "reached": max(figure["ratios"].values()) <= MOST and (name != "krun" or figure["memory"]["p99"] <= KRUN_MEMORY)}
    return figure


def ratio(taken, what):
    i = ("hello", "run").index(what)
    return statistics.median(ours[what] for _, ours in taken) / statistics.median(start[i] for hand, _ in taken for start in hand)


def interval(taken, what):
    """Where the ratio would lie in 95 of 100 such measurements, as far as these rounds tell: the ratios of rounds drawn from them, each as often as it comes (bootstrap)."""
    draw = random.Random(1)
    ratios = sorted(ratio(draw.choices(taken, k=len(taken)), what) for _ in range(1000))
    return [round(ratios[25], 3), round(ratios[974], 3)]


def beside_the_guest(pid):
    """MiB of a VMM process, what it shares divided by those who share it, without the mapping that is the guest's memory."""
    size = kib = 0
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        word, *rest = line.split()
        if "-" in word:
            begin, end = word.split("-")
            size = int(end, 16) - int(begin, 16)
        elif word == "Pss:" and size < GUEST_MIB << 19:
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


def execute(rounds):
    """`true` in a container that runs."""
    ours, theirs, name = [], [], f"hypr-bench-{os.getpid()}"
    with Daemon() as daemon:
        daemon.hypr("run", "-d", "--name", name, "hypr/busybox", "sleep", "100000")
        if docker := has_docker():
            command("docker", "run", "-d", "--name", name, f"{REGISTRY}/library/busybox:latest", "sleep", "100000")
        try:
            for _ in range(rounds or 20):
                ours.append(daemon.timed("exec", name, "true"))
                if docker:
                    theirs.append(timed("docker", "exec", name, "true"))
        finally:
            if docker:
                command("docker", "rm", "-f", name)
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


ALL = {"size": size, "boot": boot, "run": run, "start": start, "density": density, "parallel": parallel, "crowd": crowd, "backends": backends,
       "exec": execute, "ps": ps, "hyprd": hyprd, "pull": pull, "logs": bulk.logs, "cp": bulk.copy, "mount": bulk.mount}
