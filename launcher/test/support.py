"""What the tests of the launcher share: directories of their own, a daemon that speaks the client protocol, waiting on conditions."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("LAUNCHER_BUILD", ROOT / "build"))   # another build, as one with sanitizers
HYPR, START, PROBE = BUILD / "hypr", BUILD / "hypr-start", BUILD / "hypr-kvmprobe"
LIMIT = 20   # seconds after which a wait has failed

COMMAND, MORE, INPUT, SIGNAL, SIZE, OUTPUT, ERROR, WANT, RAW, EXIT, AGAIN = 1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 21


def wait_until(condition, what):
    limit = time.monotonic() + LIMIT
    while not (value := condition()):
        if time.monotonic() > limit:
            raise AssertionError(f"waited {LIMIT} s in vain: {what}")
        time.sleep(0.005)
    return value


class Cursor:
    """Takes the fields of a COMMAND payload one after the other."""
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def number(self, kind):
        value, = struct.unpack_from("<" + kind, self.octets, self.at)
        self.at += struct.calcsize(kind)
        return value

    def string(self):
        length = self.number("I")
        self.at += length
        assert self.at <= len(self.octets), "a string runs out of the payload"
        return self.octets[self.at - length:self.at]

    def strings(self):
        return [self.string() for _ in range(self.number("I"))]


class Command:
    def __init__(self, payload):
        cursor = Cursor(payload)
        self.size, self.version, self.flags, self.rows, self.columns, self.umask, self.zero = (cursor.number(k) for k in "IHHHHHH")
        self.directory, self.words = cursor.string(), cursor.strings()
        self.variables = dict(variable.split(b"=", 1) for variable in cursor.strings())
        assert cursor.at == len(payload) == self.size, "the size is not the payload's"


class Connection:
    """The daemon's side of one command; checks the form of every frame that comes."""
    def __init__(self, stream):
        self.socket = stream
        stream.settimeout(LIMIT)

    def exactly(self, count):
        octets = b""
        while len(octets) < count:
            part = self.socket.recv(count - len(octets))
            if not part:
                raise EOFError("the client closed the connection")
            octets += part
        return octets

    def frame(self):
        kind, zeros, length = struct.unpack("<B3sI", self.exactly(8))
        assert zeros == b"\0\0\0", zeros
        assert length <= 65536, length
        assert kind in (COMMAND, MORE, INPUT, SIGNAL, SIZE), kind
        return kind, self.exactly(length)

    def expect(self, kind):
        got, payload = self.frame()
        assert got == kind, f"frame {got} {payload[:80]!r} came instead of {kind}"
        return payload

    def command(self):
        payload = self.expect(COMMAND)
        size, = struct.unpack_from("<I", payload)
        while len(payload) < size:
            payload += self.expect(MORE)
        return Command(payload)

    def send(self, kind, payload=b""):
        self.socket.sendall(struct.pack("<BxxxI", kind, len(payload)) + payload)

    def want(self, count):
        self.send(WANT, struct.pack("<I", count))

    def exit(self, status):
        self.send(EXIT, bytes([status]))

    def ended(self):
        """True when the client has closed; anything but the end is an error."""
        try:
            octets = self.socket.recv(1)
        except ConnectionResetError:
            return True
        assert octets == b"", octets
        return True

    def close(self):
        self.socket.close()


class Case(unittest.TestCase):
    """A test with a directory and an environment of its own; processes it started are gone at its end."""
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="hypr-launcher-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.run_directory = self.directory / "run"
        self.run_directory.mkdir(0o700)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.directory), "TERM": "xterm",
            "HYPR_RUN": str(self.run_directory), "HYPR_HOME": str(self.directory / "home"), "HYPR_DIST": str(self.directory / "dist"),
        }

    def listen(self):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.run_directory / "hypr.sock"))
        listener.listen(8)
        listener.settimeout(LIMIT)
        self.addCleanup(listener.close)
        return listener

    def accept(self, listener):
        connection = Connection(listener.accept()[0])
        self.addCleanup(connection.close)
        return connection

    def spawn(self, *arguments, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        process = subprocess.Popen([str(a) for a in arguments], env=options.pop("env", self.environment), **options)
        self.addCleanup(self.finish, process)
        return process

    @staticmethod
    def finish(process):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def client(self, listener, *words, **options):
        """Starts hypr with the words; returns it, the connection and the command that came."""
        process = self.spawn(HYPR, *words, **options)
        connection = self.accept(listener)
        return process, connection, connection.command()

    def result(self, process, data=None):
        out, err = process.communicate(data, timeout=LIMIT)
        return process.returncode, out, err
