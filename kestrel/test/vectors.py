"""Golden frames. `vectors.py --write` renews protocol/vectors.txt from the cases below; the tests of both languages read that file."""
import os
import sys

import link
from link import MAGIC, PADDING, frame, payload

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "protocol", "vectors.txt")

HEAD = """\
# Golden frames of the link, generation 1. The specification is PROTOCOL.md beside this file.
#
# A line that begins with # and an empty line mean nothing. A block begins with a line that does not begin with a blank:
#
#   message NAME TYPE   encoding the fields gives exactly the frame in hex, and decoding that frame gives exactly the fields
#   decode NAME TYPE    decoding gives the fields (the frame holds more than this generation knows, so encoding differs)
#   malformed NAME TYPE the frame arrives whole, but its payload cannot be decoded: a request is answered with stage 1
#   stream NAME         octets as a receiver meets them
#
# Lines of the first three kinds, each indented by two blanks:
#
#   flags: N  stream: N  number: N   the header's fields, one line each, decimal
#   FIELD KIND VALUE                 the payload's fields in order, named as in PROTOCOL.md with _ for a blank. KIND is
#       u8 u16 u32 u64               decimal, unsigned
#       text                         "quoted"; what is not printable ASCII, and " and \\, stand as \\xNN
#       bytes, octets                hexadecimal as below, - when empty. bytes carry their length, octets do not
#       list                         the count; the elements follow as FIELD[0], FIELD[1] ..., fields of structures as FIELD[0].NAME
#   hex OCTETS                       the whole frame: header, payload, trailer
#
# OCTETS are hexadecimal, in groups set off by blanks; a group XX*N is the octet XX, N times. Several hex lines follow one another.
#
# Lines of a stream block:
#
#   next N      the number of the next numbered frame that the receiver expects before the octets come
#   hex OCTETS  what it reads
#   takes ...   what it hands on, in order: TYPE:NUMBER for each frame (- when there is none); unknown types stand as their number
#   ends WORD   `whole` (between two frames), `part` (within a frame), `lost` (it lost its place: PROTOCOL.md section 2)
"""

BOOT = bytes(range(0x10, 0x20))
INTERFACE = {"mac": bytes.fromhex("021122334455"), "name": "eth0", "mtu": 1500,
             "ipv4": [{"address": bytes([172, 17, 0, 2]), "prefix": 16}], "gateway4": bytes([172, 17, 0, 1]),
             "ipv6": [{"address": bytes.fromhex("fd00000000000000000000000000000a"), "prefix": 64}],
             "gateway6": bytes.fromhex("fd000000000000000000000000000001")}
SETUP_FULL = dict(id=1, clock=1800000000123456789, entropy=bytes(range(32)), root="/dev/vda", root_type="squashfs",
                  upper="/dev/vdb", upper_type="ext4", upper_options="", flags=0, hostname="web", domainname="example.test",
                  hosts=b"127.0.0.1\tlocalhost\n", resolv_conf=b"nameserver 172.17.0.1\n", interfaces=[INTERFACE],
                  mounts=[dict(source="tmpfs", target="/run", type="tmpfs", flags=6, options="size=65536k", kind=0)],
                  sysctls=[dict(name="net.core.somaxconn", value="4096")], limits=[dict(name="pids.max", value="100")])
SETUP_EMPTY = dict(id=2, clock=0, entropy=b"", root="/dev/vda", root_type="squashfs", upper="", upper_type="tmpfs",
                   upper_options="size=64m", flags=1, hostname="a", domainname="", hosts=b"", resolv_conf=b"", interfaces=[],
                   mounts=[], sysctls=[], limits=[])
RUN_FULL = dict(id=3, process=1, flags=15, argv=[b"sh", b"-c", b"echo \xff"], env=[b"PATH=/bin:/usr/bin", b"EMPTY="],
                cwd="/srv/\u00fc", user="www-data:adm", groups=["audio", "1000"],
                rlimits=[dict(resource=7, soft=1024, hard=2 ** 64 - 1)], capabilities=0xA80425FB, rows=24, columns=80,
                stdin=1, stdout=2, stderr=0, credit=65536, umask=0o27, oom_score=0x10000 - 500,
                hidden=["/proc/keys", "/sys/firmware"], protected=["/proc/sys"])
RUN_EMPTY = dict(id=4, process=2, flags=0, argv=[b""], env=[], cwd="", user="", groups=[], rlimits=[], capabilities=0, rows=0,
                 columns=0, stdin=0, stdout=0, stderr=0, credit=0, umask=0xFFFF, oom_score=0,
                 hidden=[], protected=[])


def message(name, type_, values=None, stream=0, number=0, flags=0, kind="message", extra=b"", body=None):
    values = values or {}
    code, fields = link.MESSAGES[type_]
    whole = payload(type_, **values) + extra if body is None else body
    lines = [f"{kind} {name} {type_}", f"  flags: {flags}", f"  stream: {stream}", f"  number: {number}"]
    if kind != "malformed":
        lines += ["  " + line for line in link.field_lines(fields, values)]
    return lines + ["  hex " + link.pack_hex(frame(code, whole, stream, number, flags)), ""]


def stream(name, next_, octets, takes, ends):
    return [f"stream {name}", f"  next {next_}", "  hex " + link.pack_hex(octets), f"  takes {takes}", f"  ends {ends}", ""]


def cases():
    hello = dict(magic=MAGIC, nonce=0x1122334455667788, generation=1, taken=0, clock=0)
    yield from message("hello-first", "HELLO", hello)
    yield from message("hello-resume", "HELLO", dict(hello, nonce=1, taken=2 ** 40, clock=1800000000123456789))
    yield from message("welcome-unsolicited", "WELCOME", dict(magic=MAGIC, nonce=0, generation=1, taken=0, sent=0, boot=BOOT,
                                                              up=61000000, features=0))
    yield from message("welcome-answer", "WELCOME", dict(magic=MAGIC, nonce=0x1122334455667788, generation=1, taken=17, sent=300,
                                                         boot=BOOT, up=61000000, features=0))
    yield from message("ack", "ACK", dict(taken=0x0102030405060708))
    yield from message("data-one-octet", "DATA", dict(octets=b"x"), stream=2, number=1)
    yield from message("data-longest", "DATA", dict(octets=b"\xa5" * 65536), stream=65535, number=0x0102030405060708)
    yield from message("data-zeros", "DATA", dict(octets=bytes(64)), stream=2, number=2)
    yield from message("end", "END", {}, stream=2, number=3)
    yield from message("credit", "CREDIT", dict(octets=32768), stream=1, number=4)
    yield from message("setup-full", "SETUP", SETUP_FULL, number=1)
    yield from message("setup-empty-lists", "SETUP", SETUP_EMPTY, number=2)
    yield from message("setup-two-interfaces", "SETUP", dict(SETUP_EMPTY, interfaces=[
        INTERFACE, dict(INTERFACE, name="eth1", ipv4=[], ipv6=[], gateway4=bytes(4), gateway6=bytes(16))]), number=3)
    yield from message("run-full", "RUN", RUN_FULL, number=5)
    yield from message("run-empty-lists", "RUN", RUN_EMPTY, number=6)
    yield from message("signal", "SIGNAL", dict(id=7, process=1, signal=15, scope=0), number=7)
    yield from message("resize", "RESIZE", dict(id=8, process=1, rows=50, columns=132), number=8)
    yield from message("shutdown", "SHUTDOWN", dict(id=9, action=0, grace=10000), number=9)
    yield from message("clock", "CLOCK", dict(id=10, clock=1800000000123456789), number=10)
    yield from message("processes", "PROCESSES", dict(id=11), number=11)
    yield from message("update", "UPDATE", dict(id=12, limits=[dict(name="cpu.max", value="150000 100000"), dict(name="pids.max", value="max")]), number=12)
    yield from message("result-done", "RESULT", dict(id=3, errno=0, stage=0, value=b"\x2a\0\0\0"), number=1)
    yield from message("result-error", "RESULT", dict(id=4294967295, errno=2, stage=7, value=b"nosuch"), number=2)
    yield from message("exit-status", "EXIT", dict(process=1, how=0, value=255, core=0, oom=0, time=1800000000123456789), number=3)
    yield from message("exit-signal", "EXIT", dict(process=2, how=1, value=9, core=0, oom=1, time=1), number=4)
    yield from message("note", "NOTE", dict(level=4, text="The clock could not be set."), number=5)

    yield from message("clock-appended", "CLOCK", dict(id=10, clock=1), number=12, kind="decode", extra=b"\1\2\3\4later")
    yield from message("end-appended", "END", {}, stream=2, number=13, kind="decode", extra=b"reason")
    yield from message("hello-appended", "HELLO", dict(hello, generation=2), kind="decode", extra=b"\7" * 9)

    yield from message("clock-short", "CLOCK", number=14, kind="malformed", body=b"\x0a\0\0\0\1\2\3")
    yield from message("clock-no-id", "CLOCK", number=14, kind="malformed", body=b"\x0a\0")
    yield from message("note-nul", "NOTE", number=15, kind="malformed", body=b"\4\3\0\0\0a\0b")
    setup = payload("SETUP", **SETUP_FULL)
    yield from message("setup-cut", "SETUP", number=16, kind="malformed", body=setup[:-1])
    yield from message("setup-text-past-end", "SETUP", number=16, kind="malformed",
                       body=payload("SETUP", **SETUP_EMPTY)[:12] + b"\xff\xff\xff\xff")
    run = payload("RUN", **RUN_FULL)
    yield from message("run-count-past-end", "RUN", number=17, kind="malformed", body=run[:12] + b"\xff\xff\xff\xff" + run[16:])
    yield from message("run-no-argv", "RUN", number=17, kind="malformed", body=payload("RUN", **dict(RUN_FULL, argv=[])))
    yield from message("run-nul-in-argv", "RUN", number=17, kind="malformed", body=payload("RUN", **dict(RUN_FULL, argv=[b"a\0b"])))

    ack, hi = frame(3, payload("ACK", taken=4)), frame(1, payload("HELLO", **hello))
    five, six, seven = (frame(16, bytes([n]), 2, n) for n in (5, 6, 7))
    long = frame(16, b"\xa5" * 65536, 2, 5)
    yield from stream("in-order", 5, five + ack + six, "DATA:5 ACK:0 DATA:6", "whole")
    yield from stream("padding-between", 5, bytes(3) + five + bytes(1) + six, "DATA:5 DATA:6", "whole")
    yield from stream("repetition-dropped", 6, five + six + five + seven, "DATA:6 DATA:7", "whole")
    yield from stream("part-of-a-frame", 5, five + six[:20], "DATA:5", "part")
    yield from stream("half-payload-then-padding", 5, long[:100] + PADDING + hi + five, "HELLO:0 DATA:5", "whole")
    yield from stream("half-header-then-padding", 5, long[:6] + PADDING + hi + five, "HELLO:0 DATA:5", "whole")
    yield from stream("half-trailer-then-padding", 5, five[:-1] + PADDING + hi + five, "HELLO:0 DATA:5", "whole")
    yield from stream("one-octet-then-padding", 5, long[:1] + PADDING + hi, "HELLO:0", "whole")
    yield from stream("wrong-trailer-dropped", 5, five[:-8] + bytes([0xFB] + [0xFF] * 6 + [0]) + five, "DATA:5", "whole")
    yield from stream("length-over-limit", 5, five + b"\x10\0\2\0\1\0\1\0" + bytes(8) + six, "DATA:5", "lost")
    yield from stream("gap", 5, five + seven + six, "DATA:5", "lost")
    yield from stream("lost-then-padding", 5, seven + six + PADDING + hi + five, "HELLO:0 DATA:5", "whole")
    yield from stream("lost-then-hello-without-padding", 5, seven + hi + five, "-", "lost")
    yield from stream("unknown-numbered", 5, frame(200, b"later", 0, 5) + six, "200:5 DATA:6", "whole")
    yield from stream("unknown-unnumbered", 5, frame(9, b"later") + five, "9:0 DATA:5", "whole")
    yield from stream("unknown-must-understand", 5, frame(200, b"later", 0, 5, 0x80) + five, "-", "lost")


def main():
    text = HEAD + "\n" + "\n".join(cases())
    if sys.argv[1:] == ["--write"]:
        with open(PATH, "w", encoding="ascii") as file:
            file.write(text)


if __name__ == "__main__":
    main()
