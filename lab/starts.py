#!/usr/bin/env python3
"""How long a container takes to start with Cloud Hypervisor, beside the same guest in a Cloud Hypervisor that was started by hand.

    starts.py DIST ROUNDS        in the environment of an end-to-end test, with a hyprd that runs; prints one line a figure

Both boot the same kernel and Kestrel, with the same disks and devices, in turn, so that the host's load falls on both alike. By hand there is no jail, no record,
no control group and no log, and what the engine asks of Kestrel is asked by the same words. 'hello' is from the start of the VMM (of the backend's launch) until
Kestrel has answered; 'whole' is all of 'hypr run --rm ... true' beside the VMM from its start to its end.
"""
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kestrel/test"))
from host import Host  # noqa: E402

DIST, ROUNDS = pathlib.Path(sys.argv[1]), int(sys.argv[2])
BINARY = os.environ["HYPR_CLOUD_HYPERVISOR"]
WORDS = "console=hvc0 quiet panic=-1 reboot=t no_timer_check noreplace-smp rcupdate.rcu_expedited=1 dummy.numdummies=0"
PORT = 1024
LIMIT = 120


def image():
    """The root of hypr/busybox, as it was packed for containers."""
    for file in pathlib.Path(os.environ["HYPR_HOME"]).rglob("*"):
        if file.is_file() and file.stat().st_size > 4096 and file.open("rb").read(4) == b"hsqs":
            return file
    sys.exit("There is no image in HYPR_HOME")


def by_hand(root):
    """Milliseconds until Kestrel has answered, and until all has ended."""
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as server:
        upper = f"{directory}/upper"
        os.truncate(os.open(upper, os.O_CREAT | os.O_WRONLY), 64 << 20)
        subprocess.run(["mkfs.ext4", "-q", upper], check=True)
        server.bind(f"{directory}/vsock_{PORT}")
        server.listen()
        server.settimeout(LIMIT)
        begun = time.monotonic()
        vmm = subprocess.Popen([BINARY, "--kernel", DIST / "share/kernel/vmlinux", "--initramfs", DIST / "share/initramfs.cpio", "--cmdline", WORDS, "--cpus", "boot=1",
                                "--memory", "size=256M", "--disk", f"path={root},readonly=on,image_type=raw", f"path={upper},image_type=raw", "--rng", "src=/dev/urandom",
                                "--balloon", "size=0,deflate_on_oom=on,free_page_reporting=on", "--serial", "off", "--console", "tty", "--vsock", f"cid=3,socket={directory}/vsock"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            host = Host()
            host.connect(server.accept()[0], padding=False)
            host.until(lambda: host.welcome, "WELCOME", LIMIT)
            hello = time.monotonic() - begun
            host.setup(clock=time.time_ns(), entropy=os.urandom(64), upper="/dev/vdb", upper_type="ext4", upper_options="")
            host.first(1, "true")
            host.exit_of(1, LIMIT)
            host.send("SHUTDOWN", action=0, grace=0)
            try:
                host.until(lambda: False, "the end", LIMIT)
            except OSError:
                pass  # The guest is off.
            vmm.wait(LIMIT)
            return hello * 1000, (time.monotonic() - begun) * 1000
        finally:
            vmm.kill()
            vmm.wait()


def hypr(*words):
    plan = ["--vmm", "cloudhypervisor", "--template", "off", "--network", "none", "-m", "256m", "--cpus", "1", "hypr/busybox"]
    return subprocess.run([DIST / "bin/hypr", *words[:-1], *plan, *words[-1].split()], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)


def by_hypr():
    begun = time.monotonic()
    hypr("run", "--rm", "true")
    whole = (time.monotonic() - begun) * 1000
    trace = hypr("run", "-d", "--trace", "--name", "traced", "sleep 1d").stderr  # One that has ended and is removed tells no steps.
    subprocess.run([DIST / "bin/hypr", "rm", "-f", "traced"], stdout=subprocess.DEVNULL, check=True)
    steps = {step: float(took) for took, step in re.findall(r"^ *[\d.]+ +([\d.]+) +start\.(\w+)$", trace, re.M)}
    if not {"launch", "hello"} <= steps.keys():
        sys.exit(f"hypr run --trace told no steps:\n{trace}")
    return steps["launch"] + steps["hello"], whole


def main():
    hypr("run", "--rm", "true")
    root = image()
    hand, ours = [], []
    for _ in range(ROUNDS):
        hand.append(by_hand(root))
        ours.append(by_hypr())
    for name, index in (("hello", 0), ("whole", 1)):
        a, b = (statistics.median(figures[index] for figures in both) for both in (ours, hand))
        print(f"{name}: hypr {a:.0f} ms, by hand {b:.0f} ms, ratio {a / b:.2f} (medians of {ROUNDS})")


if not shutil.which("mkfs.ext4"):
    sys.exit("mkfs.ext4 is not installed")
main()
