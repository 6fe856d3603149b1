"""Starts hypr-krun by hand: nothing of HYPR but this program, the kernel and Kestrel. The product's starts are compared with that."""
import json
import socket
import struct
import subprocess
import tempfile
import time

from figures import DIST, LIMIT, Failure

MAGIC, NONCE = 0x4B4E494C52505948, 0x1234567890ABCDEF
HELLO, WELCOME, SETUP, RUN, SHUTDOWN, RESULT, EXIT = 1, 2, 32, 33, 36, 64, 65
FIRST = 8
# Those of hypr.vmm.krun.
ARGUMENTS = ("console=hvc0 quiet panic=-1 reboot=k acpi=off pci=off swiotlb=noforce no_timer_check noreplace-smp rcupdate.rcu_expedited=1 "
             "dummy.numdummies=0 8250.nr_uarts=0")


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

    def shut_down(self):
        self.send(SHUTDOWN, struct.pack("<IBI", 3, 0, 0))


def texts(*all_of_them):
    return b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in all_of_them)


def krun(image, memory_mib):
    """Milliseconds from exec until the guest has said WELCOME, and until it has run 'true' and the process has ended."""
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as link:
        upper = f"{directory}/upper"
        subprocess.run(["mkfs.ext4", "-q", upper, "64M"], check=True, stdout=subprocess.DEVNULL)
        listener.bind(f"{directory}/link")
        listener.listen()
        document = {"processors": 1, "memory": memory_mib << 20, "kernel": str(DIST / "share/kernel/vmlinux"),
                    "initramfs": str(DIST / "share/initramfs.cpio"), "arguments": ARGUMENTS,
                    "disks": [{"file": str(image), "readOnly": True}, {"file": upper, "readOnly": False}],
                    "link": listener.fileno(), "guest": f"{directory}/guest"}
        with open(f"{directory}/document", "w+") as words, open(f"{directory}/log", "w+") as log:
            json.dump(document, words)
            words.seek(0)
            begin = time.monotonic()
            vmm = subprocess.Popen([DIST / "bin/hypr-krun"], stdin=words, stdout=log, stderr=log, pass_fds=[listener.fileno()])
            try:
                link.settimeout(LIMIT)
                link.connect(f"{directory}/link")
                guest = Guest(link)
                guest.hello()
                hello = time.monotonic() - begin
                if (status := guest.run("/bin/true")) != 0:
                    raise Failure(f"'true' ended with {status}")
                guest.shut_down()
                vmm.wait(LIMIT)
                return hello * 1000, (time.monotonic() - begin) * 1000
            except (TimeoutError, OSError, subprocess.TimeoutExpired) as e:
                raise Failure(f"hypr-krun by hand: {e}; it said: {open(log.name).read()[-300:]}") from None
            finally:
                vmm.kill()
                vmm.wait()
