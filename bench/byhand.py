"""Starts hypervisors by hand: nothing of HYPR but the kernel, Kestrel and, of krun, its program. The product's starts are compared with that.

By hand there is no jail, no record, no control group, no log, and no network behind the tap. Kernel, agent, devices and words of the kernel are those that
the product gives the same hypervisor, and the end is the same: the process is killed when the command has ended.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time

from figures import DIST, LIMIT, Failure, command
from guest import PROCESSOR

MAGIC, NONCE = 0x4B4E494C52505948, 0x1234567890ABCDEF
HELLO, WELCOME, SETUP, RUN, RESULT, EXIT = 1, 2, 32, 33, 64, 65
FIRST = 8
PORT = 1024
MAC = "02:42:ac:11:00:02"
KERNEL, INITRAMFS = DIST / "share/kernel/vmlinux", DIST / "share/initramfs.cpio"
# The kernel's words are those of hypr.vmm.*, and those that the engine adds for every container.
ENGINE = " sysctl.net.ipv6.conf.all.disable_ipv6=1 sysctl.vm.overcommit_memory=1 dummy.numdummies=0"
KRUN = ("console=hvc0 quiet panic=-1 reboot=k acpi=off pci=off swiotlb=noforce no_timer_check noreplace-smp rcupdate.rcu_expedited=1 "
        "dummy.numdummies=0 8250.nr_uarts=0" + ENGINE)
CLOUD_HYPERVISOR = "console=hvc0 quiet panic=-1 reboot=t no_timer_check noreplace-smp rcupdate.rcu_expedited=1 dummy.numdummies=0" + ENGINE
QEMU = "console=hvc0 quiet panic=-1 reboot=t no_timer_check rcupdate.rcu_expedited=1 8250.nr_uarts=0 acpi=off" + ENGINE


class Guest:
    """The host's side of a link, as far as a command needs it: kestrel/protocol/PROTOCOL.md."""

    def __init__(self, link):
        self.link, self.octets, self.sent = link, b"", 0

    def send(self, kind, payload, numbered=True):
        self.sent += numbered
        number = self.sent if numbered else 0
        self.link.sendall(struct.pack("<BBHIQ", kind, 0, 0, len(payload), number) + payload + struct.pack("<Q", number ^ 0xFFFFFFFFFFFFFFFF))

    def receive(self, kind):
        """The payload of the next frame of this kind."""
        while True:
            if len(self.octets) >= 16:
                found, length = self.octets[0], struct.unpack_from("<I", self.octets, 4)[0]
                if len(self.octets) >= 24 + length:
                    payload, self.octets = self.octets[16:16 + length], self.octets[24 + length:]
                    if found == kind:
                        return payload
                    continue
            if not (more := self.link.recv(65536)):
                raise Failure(f"the guest ended before frame {kind} came")
            self.octets += more

    def hello(self):
        """Until the answer to our nonce: what the guest says by itself comes before it."""
        self.send(HELLO, struct.pack("<QQHQQ", MAGIC, NONCE, 1, 0, 0), numbered=False)
        while struct.unpack_from("<QQ", self.receive(WELCOME)) != (MAGIC, NONCE):
            pass

    def done(self, what):
        if errno := struct.unpack_from("<I", self.receive(RESULT), 4)[0]:
            raise Failure(f"{what} ended with errno {errno}")

    def run(self, *words):
        """Mounts the two disks and runs a command to its end; returns its exit status."""
        self.send(SETUP, struct.pack("<IQ", 1, 0) + texts("", "/dev/vda", "squashfs", "/dev/vdb", "ext4", "") + struct.pack("<I", 0)
                  + texts("guest", "", "", "") + struct.pack("<IIII", 0, 0, 0, 0))
        self.done("SETUP")
        self.send(RUN, struct.pack("<IIII", 2, 1, FIRST, len(words)) + texts(*words) + struct.pack("<I", 1) + texts("PATH=/bin", "/", "")
                  + struct.pack("<IIQHHHHHIHHII", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFFFF, 0, 0, 0))
        self.done("RUN")
        return self.receive(EXIT)[5]


def texts(*all_of_them):
    return b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in all_of_them)


class Krun:
    """The listening socket is the program's; it passes on what the guest says, and what comes."""

    def __init__(self, directory, disks, memory_mib, tap):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{directory}/link")
        self.listener.listen()
        self.link = f"{directory}/link"
        self.inherited = [self.listener.fileno()]
        self.words = [DIST / "bin/hypr-krun"]
        self.document = json.dumps({
            "processors": 1, "memory": memory_mib << 20, "kernel": str(KERNEL), "initramfs": str(INITRAMFS), "arguments": KRUN,
            "disks": [{"file": str(file), "readOnly": read_only} for file, read_only in disks],
            "interfaces": [{"tap": tap, "mac": MAC}], "link": self.listener.fileno(), "guest": f"{directory}/guest"})

    def connection(self):
        """A connection to the guest, once the hypervisor has been started."""
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(LIMIT)
        link.connect(self.link)
        return link


class Qemu(Krun):
    """On KVM if it works here, as the product."""

    def __init__(self, directory, disks, memory_mib, tap):
        super().__init__(directory, disks, memory_mib, tap)
        self.document = ""
        arguments = QEMU
        if "works" in subprocess.run([DIST / "bin/hypr-kvmprobe"], capture_output=True, text=True).stdout:
            accelerator = ["-accel", "kvm", "-cpu", "host"]
        else:
            accelerator = ["-accel", "tcg,thread=single,tb-size=64", "-cpu", PROCESSOR]
            khz = float(re.search(r"bogomips\s*: (\S+)", pathlib.Path("/proc/cpuinfo").read_text())[1]) * 500
            arguments += f" tsc=reliable lapic_timer_khz=1000000 tsc_early_khz={khz:.0f}"
        self.words = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
                      "-machine", "microvm,acpi=off,x-option-roms=off,rtc=on,isa-serial=off", "-global", "virtio-mmio.force-legacy=false",
                      *accelerator, "-smp", "1", "-m", f"{memory_mib}M", "-kernel", KERNEL, "-initrd", INITRAMFS, "-append", arguments,
                      "-chardev", "stdio,id=console,signal=off", "-chardev", f"socket,id=link,server=on,wait=off,fd={self.listener.fileno()}",
                      "-device", "virtio-serial-device,max_ports=2", "-device", "virtconsole,chardev=console,nr=0",
                      "-device", "virtserialport,chardev=link,nr=1,name=io.hypr.link",
                      "-object", "rng-random,id=entropy,filename=/dev/urandom", "-device", "virtio-rng-device,rng=entropy",
                      "-device", "virtio-balloon-device,free-page-reporting=on",
                      "-netdev", f"tap,id=net,ifname={tap},script=no,downscript=no" + (",vhost=on" if os.path.exists("/dev/vhost-net") else ""),
                      "-device", f"virtio-net-device,netdev=net,mac={MAC}"]
        for i, (file, read_only) in enumerate(disks):
            self.words += ["-drive", f"file={file},if=none,id=disk{i},format=raw,readonly={'on' if read_only else 'off'}", "-device", f"virtio-blk-device,drive=disk{i}"]


class CloudHypervisor:
    """The guest connects to the host, by vsock."""

    def __init__(self, directory, disks, memory_mib, tap):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{directory}/vsock_{PORT}")
        self.listener.listen()
        self.listener.settimeout(LIMIT)
        self.inherited, self.document = [], ""
        self.words = [cloud_hypervisor(), "--kernel", KERNEL, "--initramfs", INITRAMFS, "--cmdline", CLOUD_HYPERVISOR, "--cpus", "boot=1",
                      "--memory", f"size={memory_mib}M",
                      "--disk", *(f"path={file},readonly={'on' if read_only else 'off'},image_type=raw" for file, read_only in disks),
                      "--net", f"tap={tap},mac={MAC}", "--rng", "src=/dev/urandom", "--balloon", "size=0,deflate_on_oom=on,free_page_reporting=on",
                      "--serial", "off", "--console", "tty", "--vsock", f"cid=3,socket={directory}/vsock"]

    def connection(self):
        link = self.listener.accept()[0]
        link.settimeout(LIMIT)
        return link


def cloud_hypervisor():
    """The program, by its name or by HYPR_CLOUD_HYPERVISOR; None if there is none."""
    return shutil.which(os.environ.get("HYPR_CLOUD_HYPERVISOR") or "cloud-hypervisor")


VMMS = {"qemu": Qemu, "krun": Krun, "cloudhypervisor": CloudHypervisor}


@contextlib.contextmanager
def made_tap():
    """A tap that leads nowhere."""
    tap = f"hb{os.getpid()}"
    command("ip", "tuntap", "add", tap, "mode", "tap")
    try:
        command("ip", "link", "set", tap, "up")
        yield tap
    finally:
        command("ip", "link", "delete", tap)


def start(name, image, memory_mib):
    """Milliseconds from exec until the guest has said WELCOME, and until it has run 'true' and the process has ended."""
    with tempfile.TemporaryDirectory() as directory, made_tap() as tap:
        upper = f"{directory}/upper"
        subprocess.run(["mkfs.ext4", "-q", upper, "64M"], check=True, stdout=subprocess.DEVNULL)
        vmm = VMMS[name](directory, [(image, True), (upper, False)], memory_mib, tap)
        with vmm.listener, open(f"{directory}/document", "w+") as document, open(f"{directory}/log", "w+") as log:
            document.write(vmm.document)
            document.seek(0)
            begin = time.monotonic()
            process = subprocess.Popen(vmm.words, stdin=document, stdout=log, stderr=log, pass_fds=vmm.inherited)
            try:
                with vmm.connection() as link:
                    guest = Guest(link)
                    guest.hello()
                    hello = time.monotonic() - begin
                    if (status := guest.run("/bin/true")) != 0:
                        raise Failure(f"'true' ended with {status}")
                    process.kill()
                    process.wait(LIMIT)
                return hello * 1000, (time.monotonic() - begin) * 1000
            except (TimeoutError, OSError, subprocess.TimeoutExpired) as e:
                raise Failure(f"{name} by hand: {e}; it said: {open(log.name).read()[-300:]}") from None
            finally:
                process.kill()
                process.wait()
