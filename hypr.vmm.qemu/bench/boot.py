#!/usr/bin/env python3
"""Boots the guest by QEMU in several ways, in turn, and compares: ms from exec to Kestrel's WELCOME, and ms of processor time until then.

    bench/boot.py [--rounds N] [--tsc KHZ] [--json FILE] [VARIANT...]

Without names all variants run once a round, so that the host's load falls on all alike. HYPR_KERNEL names the kernel's directory (default: what
kernel/build.sh --path says). A boot that takes longer than a minute counts as hung.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 60
MAGIC = struct.pack("<Q", 0x4B4E494C52505948)
MICROVM = "microvm,acpi=off,x-option-roms=off,rtc=on,isa-serial=off,dump-guest-core=off"
Q35 = "q35,usb=off,sata=off,smbus=off,vmport=off,hpet=off,dump-guest-core=off"
TCG = "tcg,thread=single,tb-size=64"
BASE = dict(machine=MICROVM, accel=TCG, cpu="max,-la57,-erms,-smap", memory="256M", smp="1", image="vmlinux", console=True, extra=[], words="", kind="device", without=())

VARIANTS = {
    "base": {},
    "bzImage": dict(image="bzImage"),
    "pic+pit off": dict(machine=MICROVM + ",pic=off,pit=off"),
    "pit off": dict(machine=MICROVM + ",pit=off"),
    "acpi on": dict(machine=MICROVM.replace("acpi=off", "acpi=on"), without=("acpi=off",)),
    "rtc off": dict(machine=MICROVM.replace("rtc=on", "rtc=off")),
    "SeaBIOS": dict(machine=MICROVM, extra=["-bios", "bios-microvm.bin"]),
    "q35": dict(machine=Q35, kind="pci", without=("acpi=off",)),
    "q35 qboot": dict(machine=Q35, kind="pci", without=("acpi=off",), extra=["-bios", "qboot.rom"]),
    "cpu qemu64": dict(cpu="qemu64"),
    "cpu max": dict(cpu="max"),
    "cpu no smap smep": dict(cpu="max,-la57,-erms,-smap,-smep,-umip,-pku"),
    "128 MiB": dict(memory="128M"),
    "1 GiB": dict(memory="1G"),
    "4 GiB": dict(memory="4G"),
    "2 processors": dict(smp="2", accel="tcg,thread=multi,tb-size=64"),
    "thread multi": dict(accel="tcg,thread=multi,tb-size=64"),
    "tb-size 32": dict(accel="tcg,thread=single,tb-size=32"),
    "tb-size default": dict(accel="tcg,thread=single"),
    "no console": dict(console=False),
    "no entropy device": dict(without=("rng",)),
    "mitigations off": dict(words="mitigations=off"),
    "lpj": dict(words="lpj=1000000"),
    "no balloon": dict(without=("balloon",)),
}


def command(variant, tsc, kernel, directory):
    v = BASE | VARIANTS[variant]
    words = ["panic=-1", "reboot=t", "quiet", "acpi=off", "no_timer_check", f"tsc_early_khz={tsc}", "tsc=reliable", "lapic_timer_khz=1000000",
             "rcupdate.rcu_expedited=1", "8250.nr_uarts=0", *v["words"].split()]
    words = [w for w in words if w not in v["without"]]
    devices = ["-chardev", f"socket,id=link,server=on,wait=off,path={directory}/link", "-device", f"virtio-serial-{v['kind']},max_ports=2"]
    if v["console"]:
        words.insert(0, "console=hvc0")
        devices += ["-chardev", f"file,id=console,path={directory}/console", "-device", "virtconsole,chardev=console,nr=0"]
    devices += ["-device", "virtserialport,chardev=link,nr=1,name=io.hypr.link"]
    if "rng" not in v["without"]:
        devices += ["-object", "rng-random,id=entropy,filename=/dev/urandom", "-device", f"virtio-rng-{v['kind']},rng=entropy"]
    if "balloon" not in v["without"]:
        devices += ["-device", f"virtio-balloon-{v['kind']},free-page-reporting=on"]
    for n in "ab":
        devices += ["-drive", f"file={directory}/{n},if=none,id={n},format=raw", "-device", f"virtio-blk-{v['kind']},drive={n}"]
    return ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-machine", v["machine"],
            "-global", "virtio-mmio.force-legacy=false", "-accel", v["accel"], "-cpu", v["cpu"], "-smp", v["smp"], "-m", v["memory"],
            "-kernel", str(kernel / v["image"]), "-initrd", str(ROOT / "kestrel/build/initramfs.cpio"), "-append", " ".join(words), *devices, *v["extra"]]


def boot(variant, tsc, kernel):
    """ms to WELCOME and ms of processor time, or None if it hung."""
    with tempfile.TemporaryDirectory() as directory:
        for n in "ab":
            with open(f"{directory}/{n}", "wb") as file:
                file.truncate(64 << 20)
        begin = time.monotonic()
        qemu = subprocess.Popen(command(variant, tsc, kernel, directory), stdin=subprocess.DEVNULL)
        try:
            with socket.socket(socket.AF_UNIX) as link:
                link.settimeout(LIMIT)
                while True:
                    try:
                        link.connect(f"{directory}/link")
                        break
                    except (FileNotFoundError, ConnectionRefusedError):
                        if qemu.poll() is not None:
                            sys.exit(f"{variant}: QEMU ended with {qemu.returncode}")
                        time.sleep(0.001)
                octets = b""
                while MAGIC not in octets:
                    try:
                        more = link.recv(4096)
                    except TimeoutError:
                        return None
                    if not more:
                        return None
                    octets += more
                wall = time.monotonic() - begin
            fields = pathlib.Path(f"/proc/{qemu.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return wall * 1000, (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")
        finally:
            qemu.kill()
            qemu.wait()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--tsc", type=int, default=0)
    arguments.add_argument("--json")
    arguments.add_argument("variant", nargs="*")
    given = arguments.parse_args()
    names = given.variant or list(VARIANTS)
    if unknown := [n for n in names if n not in VARIANTS]:
        sys.exit(f"There is no variant {unknown[0]!r}. There are: {', '.join(VARIANTS)}")
    tsc = given.tsc or int(float(re.search(r"bogomips\s*: ([\d.]+)", pathlib.Path("/proc/cpuinfo").read_text())[1]) * 500)
    kernel = pathlib.Path(os.environ.get("HYPR_KERNEL") or subprocess.check_output([ROOT / "kernel/build.sh", "--path"], text=True).strip())
    results = {n: [] for n in names}
    for _ in range(given.rounds):
        for name in names:
            results[name].append(boot(name, tsc, kernel))
    print(f"{'variant':20} {'median':>8} {'best':>8} {'cpu med':>8} {'cpu best':>8} {'hung':>5}")
    table = {}
    for name, all_of_it in results.items():
        good = [r for r in all_of_it if r]
        wall, cpu = [r[0] for r in good] or [0], [r[1] for r in good] or [0]
        table[name] = dict(median=statistics.median(wall), best=min(wall), cpu=statistics.median(cpu), cpu_best=min(cpu), hung=len(all_of_it) - len(good))
        print(f"{name:20} {table[name]['median']:8.0f} {min(wall):8.0f} {table[name]['cpu']:8.0f} {min(cpu):8.0f} {table[name]['hung']:5}")
    if given.json:
        pathlib.Path(given.json).write_text(json.dumps(dict(machine=platform.platform(), rounds=given.rounds, unit="ms", results=table), indent=1))


main()
