"""The host's end of the link for tests: numbering, acknowledgement, resumption, credit; requests and what came back."""
import os
import select
import struct
import time

import link
from link import MAGIC, MESSAGES, NAMES, PADDING, frame, payload


FIRST = 8
HIDDEN = ["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"]
PROTECTED = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]


class Lost(Exception):
    """The guest broke the protocol."""


class Host:
    CREDIT = 65536

    def __init__(self, acknowledge=True):
        self.sock = None
        self.buffer = bytearray()
        self.sent = self.taken = 0
        self.unacknowledged = []        # (number, octets) of frames of ours
        self.nonce = None               # of the HELLO that is not answered yet
        self.welcome = None
        self.unsolicited = None
        self.acknowledge = acknowledge
        self.results, self.exits, self.notes = {}, {}, []
        self.output, self.ended, self.credit = {}, set(), {}
        self.granted = {}
        self.next_id = 0
        self.outgoing = bytearray()     # what is still to be written

    # -- connection
    def connect(self, sock, padding=True):
        self.sock = sock
        sock.setblocking(False)
        self.buffer.clear()
        self.outgoing.clear()
        self.nonce = int.from_bytes(os.urandom(8), "little") | 1
        self.welcome = None
        self.outgoing += (PADDING if padding else b"") + frame(1, payload(
            "HELLO", magic=MAGIC, nonce=self.nonce, generation=1, taken=self.taken, clock=0))

    def numbered(self, type_, body, stream=0):
        self.sent += 1
        octets = frame(type_, body, stream, self.sent)
        self.unacknowledged.append((self.sent, octets))
        if self.welcome:
            self.outgoing += octets

    def step(self, timeout=0.05):
        """Writes and reads once; true = something came."""
        readable, writable, _ = select.select([self.sock], [self.sock] if self.outgoing else [], [], timeout)
        if writable:
            try:
                del self.outgoing[:self.sock.send(self.outgoing[:262144])]
            except BlockingIOError:
                pass
        if not readable:
            return False
        data = self.sock.recv(262144)
        if not data:
            raise ConnectionError("the guest closed the link")
        self.feed(data)
        return True

    def feed(self, data):
        self.buffer += data
        if self.nonce and not self.find_welcome():
            return
        before = self.taken
        while self.next_frame():
            pass
        if self.acknowledge and self.taken != before:
            self.outgoing += frame(3, payload("ACK", taken=self.taken))

    def find_welcome(self):
        at = self.buffer.find(struct.pack("<QQ", MAGIC, self.nonce))
        # Both may come in one piece, the unsolicited one first.
        free = self.buffer.find(struct.pack("<QQ", MAGIC, 0))
        if free >= 16 and (at < 16 or free < at) and len(self.buffer) >= free + 74 and not self.unsolicited:
            self.unsolicited = link.decode_fields(MESSAGES["WELCOME"][1], link.Cursor(bytes(self.buffer[free:free + 66])))
        if at < 16:
            return False
        if len(self.buffer) < at + 74:
            return False
        self.welcome = link.decode_fields(MESSAGES["WELCOME"][1], link.Cursor(bytes(self.buffer[at:at + 66])))
        del self.buffer[:at + 74]
        self.nonce = None
        self.unacknowledged = [(n, o) for n, o in self.unacknowledged if n > self.welcome["taken"]]
        for _, octets in self.unacknowledged:
            self.outgoing += octets
        return True

    def next_frame(self):
        if len(self.buffer) < 16:
            return False
        type_, flags, stream, length, number = struct.unpack_from("<BBHIQ", self.buffer)
        if not type_ or length > link.MAX_PAYLOAD:
            raise Lost(f"type {type_}, length {length}")
        if len(self.buffer) < length + 24:
            return False
        body, trailer = bytes(self.buffer[16:16 + length]), bytes(self.buffer[16 + length:24 + length])
        del self.buffer[:length + 24]
        if struct.unpack("<Q", trailer)[0] != number ^ (2 ** 64 - 1):
            raise Lost(f"trailer of {number}")
        if number:
            if number <= self.taken:
                raise Lost(f"frame {number} came again, {self.taken} are taken")
            if number != self.taken + 1 and self.taken:
                raise Lost(f"frame {number} came after {self.taken}")
            self.taken = number
        self.take(NAMES[type_], stream, body)
        return True

    def take(self, name, stream, body):
        if name == "DATA":
            self.output.setdefault(stream, bytearray()).extend(body)
            self.granted[stream] = self.granted.get(stream, 0) - len(body)
            if self.granted[stream] < 0:
                raise Lost(f"stream {stream} sent more than its credit")
            if self.granted[stream] < self.CREDIT // 2 and self.acknowledge:
                self.grant(stream, self.CREDIT)
            return
        if name == "END":
            self.ended.add(stream)
            return
        values = link.decode_fields(MESSAGES[name][1], link.Cursor(body))
        if name == "ACK":
            self.unacknowledged = [(n, o) for n, o in self.unacknowledged if n > values["taken"]]
        elif name == "CREDIT":
            self.credit[stream] = self.credit.get(stream, 0) + values["octets"]
        elif name == "RESULT":
            self.results[values["id"]] = values
        elif name == "EXIT":
            if values["process"] in self.exits:
                raise Lost(f"EXIT of process {values['process']} came twice")
            self.exits[values["process"]] = values
        elif name == "NOTE":
            self.notes.append(values["text"])

    def until(self, condition, what="", timeout=20):
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"waited {timeout} s in vain: {what}")
            self.step()

    # -- requests
    def send(self, name, **values):
        self.next_id += 1
        self.numbered(MESSAGES[name][0], payload(name, id=self.next_id, **values))
        return self.next_id

    def ask(self, name, timeout=20, **values):
        id_ = self.send(name, **values)
        self.until(lambda: id_ in self.results, f"RESULT of {name}", timeout)
        return self.results[id_]

    def setup(self, **values):
        defaults = dict(clock=0, entropy=b"", root="/dev/vda", root_type="squashfs", upper="", upper_type="tmpfs",
                        upper_options="size=64m", flags=0, hostname="box", domainname="", hosts=b"", resolv_conf=b"",
                        interfaces=[], mounts=[], sysctls=[], limits=[])
        return self.ask("SETUP", **dict(defaults, **values))

    def run(self, process, *argv, wait=True, **values):
        defaults = dict(flags=0, env=["PATH=/bin:/usr/bin:/sbin"], cwd="", user="", groups=[], rlimits=[], capabilities=0, rows=0,
                        columns=0, stdin=0, stdout=3 * process + 1, stderr=3 * process + 2, credit=self.CREDIT, umask=0xFFFF,
                        oom_score=0, hidden=[], protected=[])
        values = dict(defaults, **values)
        for stream in (values["stdout"], values["stderr"]):
            self.granted[stream] = values["credit"]
            self.output[stream] = bytearray()
            self.ended.discard(stream)
        self.credit.pop(values["stdin"], None)
        id_ = self.send("RUN", process=process, argv=list(argv), **values)
        if not wait:
            return id_
        self.until(lambda: id_ in self.results, f"RESULT of RUN {argv}")
        return self.results[id_]

    def first(self, process, *argv, privileged=False, **values):
        """RUN of what begins the container, as the engine asks for it: its PID namespace, its /proc, the paths that Docker protects."""
        values.setdefault("flags", 0)
        values["flags"] |= FIRST
        return self.run(process, *argv, hidden=[] if privileged else HIDDEN, protected=[] if privileged else PROTECTED, **values)

    def grant(self, stream, octets):
        self.granted[stream] = self.granted.get(stream, 0) + octets
        self.numbered(MESSAGES["CREDIT"][0], payload("CREDIT", octets=octets), stream)

    def data(self, stream, octets):
        self.credit[stream] = self.credit.get(stream, 0) - len(octets)
        self.numbered(MESSAGES["DATA"][0], octets, stream)

    def end(self, stream):
        self.numbered(MESSAGES["END"][0], b"", stream)

    def exit_of(self, process, timeout=20):
        self.until(lambda: process in self.exits, f"EXIT of process {process}", timeout)
        return self.exits[process]

    def output_of(self, process, stream=1):
        return bytes(self.output[3 * process + stream])
