"""Boots the guest on the virtual clock: one nanosecond an instruction, so that the figure is of the guest alone and the same on any host."""
import os
import pathlib
import re
import socket
import struct
import subprocess
import tempfile
import time

from figures import DIST, LIMIT, Failure

MAGIC = struct.pack("<Q", 0x4B4E494C52505948)
# WELCOME (kestrel/protocol/PROTOCOL.md): magic u64, nonce u64, generation u16, taken u64, sent u64, boot id, up u64.
UP = 8 + 8 + 2 + 8 + 8 + 16
WORDS = ("console=hvc0 panic=-1 reboot=t quiet acpi=off pci=off no_timer_check tsc_early_khz=1000000 tsc=reliable lapic_timer_khz=1000000 "
         "rcupdate.rcu_expedited=1 8250.nr_uarts=0 sysctl.net.ipv6.conf.all.disable_ipv6=1 dummy.numdummies=0")

# As hypr.vmm.qemu has it without KVM.
PROCESSOR = "max,-la57,-erms,-smap"


def command(directory, initramfs=DIST / "share/initramfs.cpio"):
    return ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-machine", "microvm,acpi=off,x-option-roms=off,rtc=on,isa-serial=off", "-global", "virtio-mmio.force-legacy=false",
            "-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-cpu", PROCESSOR, "-smp", "1", "-m", "256M",
            "-kernel", str(DIST / "share/kernel/vmlinux"), "-initrd", str(initramfs), "-append", WORDS,
            "-chardev", f"socket,id=link,server=on,wait=off,path={directory}/link", "-device", "virtio-serial-device,max_ports=2",
            "-chardev", f"file,id=console,path={directory}/console", "-device", "virtconsole,chardev=console,nr=0",
            "-device", "virtserialport,chardev=link,nr=1,name=io.hypr.link",
            "-object", "rng-random,id=entropy,filename=/dev/urandom", "-device", "virtio-rng-device,rng=entropy",
            "-device", "virtio-balloon-device,free-page-reporting=on",
            "-drive", f"file={directory}/disk,if=none,id=disk,format=raw", "-device", "virtio-blk-device,drive=disk"]


def ahead():
    """Nanoseconds that pass between reset and the zero of the guest's monotonic clock: firmware and the kernel's first steps. Told by a guest whose init is stamp.c."""
    with tempfile.TemporaryDirectory() as directory:
        os.mkdir(f"{directory}/root")
        os.mkdir(f"{directory}/root/dev")
        subprocess.run(["gcc", "-O1", "-static", "-o", f"{directory}/root/init", pathlib.Path(__file__).with_name("stamp.c")], check=True)
        initramfs = pathlib.Path(directory, "initramfs.cpio")
        with initramfs.open("wb") as archive:
            subprocess.run(["cpio", "--quiet", "-o", "-H", "newc"], cwd=f"{directory}/root", input=b"dev\ninit\n", stdout=archive, check=True)
        os.truncate(os.open(f"{directory}/disk", os.O_CREAT | os.O_WRONLY), 64 << 20)
        subprocess.run(command(directory, initramfs), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=LIMIT, check=True)
        console = pathlib.Path(directory, "console").read_text()
        if not (said := re.search(r"ahead=(\d+)\.", console)):
            raise Failure(f"the guest did not tell its clocks: {console[-300:]}")
        return int(said[1])


def boot():
    """The guest's monotonic clock, in nanoseconds, when Kestrel says WELCOME; ahead() is to be added for the time since reset."""
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as link:
        os.truncate(os.open(f"{directory}/disk", os.O_CREAT | os.O_WRONLY), 64 << 20)
        qemu = subprocess.Popen(command(directory), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            link.settimeout(LIMIT)
            while True:
                try:
                    link.connect(f"{directory}/link")
                    break
                except (FileNotFoundError, ConnectionRefusedError):
                    if qemu.poll() is not None:
                        raise Failure(f"QEMU ended with {qemu.returncode}: {qemu.stderr.read().decode().strip()[-300:]}")
                    time.sleep(0.001)
            octets = b""
            while (at := octets.find(MAGIC)) < 0 or len(octets) < at + UP + 8:
                more = link.recv(4096)
                if not more:
                    raise Failure(f"the guest ended: {pathlib.Path(directory, 'console').read_text()[-300:]}")
                octets += more
            return struct.unpack_from("<Q", octets, at + UP)[0]
        except TimeoutError:
            raise Failure(f"the guest said nothing in {LIMIT} s") from None
        finally:
            qemu.kill()
            qemu.wait()
