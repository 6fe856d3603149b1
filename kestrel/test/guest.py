"""What the tests run Kestrel in: a sandbox of namespaces, or a microVM under emulation; and the image they give it."""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

from host import Host

HERE = os.path.dirname(os.path.abspath(__file__))
KEEPER = 9999
BUILD = os.path.join(HERE, "..", "build")

PASSWD = "root:x:0:0:root:/root:/bin/sh\nweb:x:101:102:web:/home/web:/bin/sh\nfive:x:5:6\n"
GROUP = "root:x:0:\naudio:x:29:web,root\nvideo:x:44:\nweb:x:102:\nlong:x:700:" + ",".join(f"user{i}" for i in range(3000)) + ",web\n"


def make_image(directory):
    """A squashfs with busybox, users, and files that cannot be run; its path."""
    tree = os.path.join(directory, "tree")
    for name in ("bin", "etc", "tmp", "home/web", "other", "outside"):
        os.makedirs(os.path.join(tree, name))
    busybox = shutil.which("busybox")
    shutil.copy(busybox, os.path.join(tree, "bin/busybox"))
    for applet in subprocess.check_output([busybox, "--list"], text=True).split():
        if applet != "busybox":
            os.symlink("busybox", os.path.join(tree, "bin", applet))
    for name, content, mode in (("etc/passwd", PASSWD, 0o644), ("etc/group", GROUP, 0o644), ("bin/plain", "text\n", 0o644),
                                ("bin/text", "no program\n", 0o755), ("other/tool", "#!/bin/sh\necho other\n", 0o755)):
        with open(os.path.join(tree, name), "w", encoding="ascii") as file:
            file.write(content)
        os.chmod(os.path.join(tree, name), mode)
    os.symlink("/etc/../../../../outside", os.path.join(tree, "escape"))
    image = os.path.join(directory, "image.sqfs")
    subprocess.run(["mksquashfs", tree, image, "-noappend", "-quiet", "-no-progress", "-all-root"], check=True,
                   stdout=subprocess.DEVNULL)
    return image


class Sandbox:
    """
    Kestrel in namespaces of its own. `port`: the link is one stream that stays; else Kestrel connects anew each time. `keeper`: a process that
    ignores all but SIGKILL is the first of the container, and what a test runs joins it.
    """

    def __init__(self, image, port=True, setup=True, keeper=True, **values):
        self.directory = tempfile.mkdtemp(prefix="kestrel-")
        self.loop = subprocess.check_output(["losetup", "-f", "--show", "-r", image], text=True).strip()
        for name in ("root", "host"):
            os.mkdir(os.path.join(self.directory, name))
        command = [os.path.join(BUILD, "sandbox"), os.path.join(self.directory, "root"), os.path.join(BUILD, "kestrel-test"),
                   os.path.join(self.directory, "host")]
        self.host = Host()
        self.listener = None
        if port:
            ours, theirs = socket.socketpair()
            self.process = subprocess.Popen(command + [str(theirs.fileno())], pass_fds=[theirs.fileno()])
            theirs.close()
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(os.path.join(self.directory, "host", "link"))
            self.listener.listen(1)
            self.listener.settimeout(20)
            self.process = subprocess.Popen(command)
            ours, _ = self.listener.accept()
        self.sock = ours
        self.host.connect(ours, padding=False)
        if setup:
            self.host.until(lambda: self.host.welcome, "WELCOME")
            result = self.host.setup(root=self.loop, **values)
            assert result["errno"] == 0, result
            if keeper:
                result = self.host.first(KEEPER, "sleep", "2000000", stdout=0, stderr=0, privileged=values.get("flags", 0) & 2)
                assert result["errno"] == 0, result

    def __enter__(self):
        return self.host

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.sock.close()
        if self.listener:
            self.listener.close()
        subprocess.run(["losetup", "-d", self.loop], check=True)
        shutil.rmtree(self.directory)


def kernel():
    """Directory of the guest kernel, None when it is not built."""
    script = os.path.join(HERE, "..", "..", "kernel", "build.sh")
    if not os.path.exists(script):
        return None
    found = subprocess.run([script, "--path"], capture_output=True, text=True, check=False).stdout.strip()
    return found if os.path.exists(os.path.join(found, "vmlinux")) else None


def tsc_khz():
    """Frequency of the time stamp counter, measured against the monotonic clock by the kernel at its start."""
    log = subprocess.run(["dmesg"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"tsc: Detected ([0-9]+)\.([0-9]{3}) MHz", log)
    if found:
        return found.group(1) + found.group(2)
    with open("/proc/cpuinfo", encoding="ascii") as file:
        return re.search(r"cpu MHz\s*: ([0-9]+)\.([0-9]{3})", file.read()).expand(r"\1\2")


class Machine:
    """A microVM under QEMU's emulation, its root /dev/vda and its writable disk /dev/vdb."""

    def __init__(self, kernel_directory, image, upper, options=()):
        self.directory = tempfile.mkdtemp(prefix="kestrel-")
        path = os.path.join(self.directory, "link")
        line = ("panic=-1 reboot=t quiet acpi=off pci=off swiotlb=noforce no_timer_check tsc=reliable lapic_timer_khz=1000000 "
                f"noreplace-smp rcupdate.rcu_expedited=1 tsc_early_khz={tsc_khz()}")
        self.process = subprocess.Popen([
            "qemu-system-x86_64", "-machine", "microvm,acpi=off,rtc=on,isa-serial=off", "-accel", "tcg", "-cpu", "max", "-m", "256M",
            "-nodefaults", "-no-user-config", "-nographic", "-no-reboot", "-kernel", os.path.join(kernel_directory, "vmlinux"),
            "-initrd", os.path.join(BUILD, "initramfs.cpio"), "-append", line,
            "-drive", f"if=none,id=root,format=raw,readonly=on,file={image}", "-device", "virtio-blk-device,drive=root",
            "-drive", f"if=none,id=upper,format=raw,file={upper}", "-device", "virtio-blk-device,drive=upper",
            "-netdev", "user,id=net,restrict=on", "-device", "virtio-net-device,netdev=net,mac=02:11:22:33:44:55",
            "-device", "virtio-serial-device", "-chardev", f"socket,id=link,path={path},server=on,wait=off",
            "-device", "virtserialport,chardev=link,name=io.hypr.link", *options], stdin=subprocess.DEVNULL)
        self.path = path
        self.sock = None
        self.host = Host()
        self.connect(padding=False)
        self.host.until(lambda: self.host.welcome, "WELCOME", 120)

    def connect(self, padding=True):
        if self.sock:
            self.sock.close()
        end = time.monotonic() + 20
        while True:
            self.sock = socket.socket(socket.AF_UNIX)
            try:
                self.sock.connect(self.path)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                self.sock.close()
                assert self.process.poll() is None and time.monotonic() < end, "QEMU did not open the link"
        self.host.connect(self.sock, padding)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.sock.close()
        shutil.rmtree(self.directory)
