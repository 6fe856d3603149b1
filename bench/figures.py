"""What all measures share: the machine, statistics, the product in a home of its own, and the Docker Engine beside it."""
import contextlib
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(os.environ.get("BENCH_ROOT") or pathlib.Path(__file__).resolve().parent.parent)
DIST = ROOT / "hypr.dist/generated/hypr"
LIMIT = 120


class Failure(Exception):
    """A measure could not be taken; the message says why."""


def command(*words, env=None, check=True):
    """The standard output of a command."""
    done = subprocess.run([str(w) for w in words], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT * 3)
    if check and done.returncode:
        raise Failure(f"'{' '.join(map(str, words))}' ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def timed(*words, env=None):
    """Milliseconds that a command takes."""
    begin = time.monotonic()
    command(*words, env=env)
    return (time.monotonic() - begin) * 1000


def machine():
    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    memory = pathlib.Path("/proc/meminfo").read_text()
    return {
        "processor": re.search(r"model name\s*: (.*)", cpu)[1] if "model name" in cpu else platform.machine(),
        "processors": os.cpu_count(),
        "memory_mib": int(re.search(r"MemTotal:\s*(\d+)", memory)[1]) // 1024,
        "kernel": platform.release(),
        "kvm": subprocess.run([DIST / "bin/hypr-kvmprobe"], capture_output=True, text=True).stdout.strip(),
        "load": os.getloadavg(),
    }


def versions():
    with contextlib.suppress(FileNotFoundError):
        kernel = (DIST / "share/kernel/version").read_text().strip()
        qemu = command("qemu-system-x86_64", "--version").splitlines()[0]
        commit = command("git", "-C", ROOT, "rev-parse", "--short", "HEAD", check=False).strip()
        return {"hypr": commit, "guest_kernel": kernel, "qemu": qemu, "docker": docker_version()}
    raise SystemExit("The product is not built: './dev bench' builds it.")


def docker_version():
    if not os.environ.get("DOCKER_HOST"):
        return "none: DOCKER_HOST is not set, so nothing is compared"
    return command("docker", "version", "--format", "{{.Server.Version}}", check=False).strip() or "none: DOCKER_HOST does not answer"


def has_docker():
    return not docker_version().startswith("none")


def summary(values, unit):
    """Median, 99th percentile (the nearest value, so the largest of less than 100) and number."""
    ordered = sorted(values)
    return {"unit": unit, "median": round(statistics.median(ordered), 3), "p99": round(ordered[-(-len(ordered) * 99 // 100) - 1], 3),
            "best": round(ordered[0], 3), "n": len(ordered)}


def compared(ours, theirs, unit, goal=None, ratio_goal=None):
    """Ours beside Docker's, in turn; a ratio below 1 means that ours is faster."""
    figure = {"hypr": summary(ours, unit)}
    if theirs:
        figure["docker"] = summary(theirs, unit)
        figure["ratio"] = round(figure["hypr"]["median"] / figure["docker"]["median"], 3)
    else:
        figure["docker"] = "not measured: no Docker Engine (DOCKER_HOST)"
    if goal is not None:
        figure["goal"] = {"median": goal, "reached": figure["hypr"]["median"] <= goal}
    if ratio_goal is not None and theirs:
        figure["goal"] = {"ratio": ratio_goal, "reached": figure["ratio"] <= ratio_goal}
    return figure


def line(name, figure):
    """One figure for people."""
    if "failed" in figure:
        return f"{name:8} FAILED: {figure['failed']}"
    if parts := [part for part in figure.items() if isinstance(part[1], dict) and part[1].keys() & {"memory", "missing"}]:
        return "\n".join(f"{part:15} not measured: {of['missing']}" if "missing" in of else line(part, of | {"load": figure["load"]}) for part, of in parts)
    parts = [f"{k} {v['median']:g} {v['unit']} (p99 {v['p99']:g}, n {v['n']})" for k, v in figure.items() if isinstance(v, dict) and "median" in v and "unit" in v]
    between = figure.get("intervals", {})
    parts += [f"ratio of {name} {ratio:g}" + (" (95 %: {:g} to {:g})".format(*between[name]) if name in between else "") for name, ratio in figure.get("ratios", {}).items()]
    parts += [f"lost {len(figure['lost'])}"] if figure.get("lost") else []
    if "ratio" in figure:
        parts.append(f"ratio {figure['ratio']:g}")
    goals = figure.get("goal", {})
    if "reached" in goals:
        parts.append("goal reached" if goals["reached"] else f"goal missed: {', '.join(f'{k} {v}' for k, v in goals.items() if k != 'reached')}")
    return f"{name:8} {'; '.join(parts)}; load {figure['load']:.1f}"


class Daemon:
    """A hyprd with a home of its own; in a network namespace of its own unless it must reach the host's loopback."""

    def __init__(self, isolated=True, settings=None, java=""):
        self.directory = tempfile.mkdtemp(prefix="hypr-bench.")
        self.isolated = isolated
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("HYPR_")} | {
            "HYPR_HOME": f"{self.directory}/home", "HYPR_RUN": f"{self.directory}/run", "HYPR_CONFIG": f"{self.directory}/config", "HYPR_NO_AUTOSTART": "1",
            "HYPR_JAVA_OPTIONS": java}
        os.makedirs(self.env["HYPR_CONFIG"])
        for pid, text in (settings or {}).items():
            pathlib.Path(self.env["HYPR_CONFIG"], f"{pid}.cfg").write_text(text)
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        """Milliseconds from exec to the first answer."""
        words = [str(DIST / "bin/hyprd")]
        if self.isolated:
            words = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up; exec "$0"', *words]
        with open(f"{self.directory}/printed", "ab") as printed:
            begin = time.monotonic()
            self.process = subprocess.Popen(words, env=self.env, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed, start_new_session=True)
        socket = pathlib.Path(self.env["HYPR_RUN"], "hypr.sock")
        while not socket.exists():
            if self.process.poll() is not None or time.monotonic() - begin > LIMIT:
                raise Failure(f"hyprd did not start: {pathlib.Path(self.directory, 'printed').read_text()[-500:]}")
            time.sleep(0.001)
        self.hypr("version")
        return (time.monotonic() - begin) * 1000

    def hypr(self, *words):
        return command(DIST / "bin/hypr", *words, env=self.env)

    def timed(self, *words):
        return timed(DIST / "bin/hypr", *words, env=self.env)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            with contextlib.suppress(Failure, subprocess.TimeoutExpired):
                if ids := self.hypr("ps", "-aq").split():
                    self.hypr("rm", "-f", *ids)
        self.stop()
        shutil.rmtree(self.directory)
