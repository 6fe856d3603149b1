"""Merlin: archives of a directory tree, as root in a directory of the test's own, and what it tells of a container."""
import io
import os
import random
import shutil
import stat
import struct
import subprocess
import tarfile
import tempfile

from common import equal, run_output, sandbox
from guest import BUILD

LIMIT = 16384
PROGRAM = os.path.join(BUILD, "merlin")


class Tree:
    """A directory that Merlin takes for a container's root."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="kestrel-")
        self.fd = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        return self

    def __exit__(self, *_):
        os.close(self.fd)
        shutil.rmtree(self.path)

    def __call__(self, *words, data=b""):
        """What `merlin WORDS` prints; an error's text where it fails."""
        done = subprocess.run(["sh", "-c", f'exec "$@" 3</dev/fd/{self.fd}', "sh", PROGRAM, *words], input=data, capture_output=True,
                              pass_fds=[self.fd], check=False)
        return done.stdout if done.returncode == 0 else done.stderr.decode()

    def at(self, *names):
        return os.path.join(self.path, *names)

    def write(self, name, content, mode=0o644):
        with open(self.at(name), "wb") as file:
            file.write(content)
        os.chmod(self.at(name), mode)


class Window:
    """A file that stands for a disk, with the host's end of a window in it; PIECES of PIECE octets from BEGIN on."""
    BEGIN, PIECE, PIECES = 1 << 20, 64 << 10, 3

    def __init__(self, tree):
        self.tree = tree
        self.file = tempfile.NamedTemporaryFile(prefix="kestrel-")
        self.turn = 0
        self.file.truncate(self.BEGIN + self.PIECES * self.PIECE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def start(self, *words):
        return subprocess.Popen(["sh", "-c", f'exec "$@" 3</dev/fd/{self.tree.fd}', "sh", PROGRAM, *words, self.file.name,
                                 *map(str, (self.BEGIN, self.PIECE, self.PIECES))],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, pass_fds=[self.tree.fd])

    def place(self):
        self.turn += 1
        return self.BEGIN + (self.turn - 1) % self.PIECES * self.PIECE

    def put(self, directory, octets):
        """What Merlin says on standard error, which is nothing when all went well."""
        with self.start("put", directory) as process:
            free = 0
            for at in range(0, len(octets), self.PIECE):
                while not free:
                    free += len(process.stdout.read(self.PIECES)) or fail(process)
                part = octets[at:at + self.PIECE]
                os.pwrite(self.file.fileno(), part, self.place())
                process.stdin.write(struct.pack("<I", len(part)))
                free -= 1
            process.stdin.close()
            return process.stderr.read().decode()

    def get(self, *words):
        with self.start("get", *words) as process:
            octets = b""
            while size := process.stdout.read(4):
                octets += os.pread(self.file.fileno(), struct.unpack("<I", size)[0], self.place())
                process.stdin.write(b"\0")
            equal(process.stderr.read(), b"")
            return octets


def fail(process):
    raise AssertionError(f"Merlin ended: {process.stderr.read()}")


def archive(*members):
    """An archive of (name, attributes, content)."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, attributes, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in attributes.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


def members(octets):
    return tarfile.open(fileobj=io.BytesIO(octets))


def test_merlin_size():
    assert os.path.getsize(PROGRAM) <= LIMIT, os.path.getsize(PROGRAM)


def test_merlin_gets_a_tree():
    with Tree() as tree:
        deep = "d/" + "x" * 90 + "/" + "y" * 120
        os.makedirs(tree.at(deep))
        tree.write("d/file", b"content\n" * 100_000, 0o640)
        tree.write(deep + "/empty", b"", 0o4755)
        os.chown(tree.at("d/file"), 3_000_000, 12)
        os.utime(tree.at("d/file"), (5, 1_600_000_000))
        os.link(tree.at("d/file"), tree.at("d/other"))
        os.symlink("/etc/" + "z" * 200, tree.at("d/link"))
        os.mkfifo(tree.at("d/fifo"))
        os.mknod(tree.at("d/null"), stat.S_IFCHR | 0o666, os.makedev(1, 3))
        octets = tree("get", "/d", "base")
        assert isinstance(octets, bytes), octets
        with members(octets) as tar:
            equal(sorted(tar.getnames()), sorted(["base", "base/file", "base/other", "base/link", "base/fifo", "base/null",
                                                  "base/" + "x" * 90, "base/" + deep[2:], "base/" + deep[2:] + "/empty"]))
            one, two = [m for m in tar.getmembers() if m.name in ("base/file", "base/other")]
            equal((one.uid, one.gid, one.mode, one.mtime, one.size), (3_000_000, 12, 0o640, 1_600_000_000, 800_000))
            equal(tar.extractfile(one).read(), b"content\n" * 100_000)
            equal((two.type, two.linkname), (tarfile.LNKTYPE, one.name))
            equal(tar.getmember("base/link").linkname, "/etc/" + "z" * 200)
            equal(tar.getmember("base/null").devminor, 3)
            equal(tar.getmember("base/" + deep[2:] + "/empty").mode, 0o4755)
        with members(tree("get", "/d/.", ".")) as tar:
            assert "./file" in tar.getnames(), tar.getnames()
        with members(tree("get", "/d/link", "l")) as tar:
            equal([m.type for m in tar.getmembers()], [tarfile.SYMTYPE])
        equal(tree("get", "/nosuch", "n"), "2 /nosuch\n")


def test_merlin_puts_what_it_gets():
    with Tree() as one, Tree() as two:
        os.makedirs(one.at("d/e"))
        one.write("d/e/file", os.urandom(200_001), 0o751)
        os.symlink("../nowhere", one.at("d/link"))
        os.setxattr(one.at("d/e/file"), "security.capability", bytes.fromhex("0100000200040000000000000000000000000000"))
        os.chown(one.at("d"), 7, 8)
        os.utime(one.at("d"), (5, 1_500_000_000))
        equal(two("put", "/", data=one("get", "/d", "d")), b"")
        equal(subprocess.run(["diff", "-r", "--no-dereference", one.path, two.path], check=False).returncode, 0)
        now = os.lstat(two.at("d"))
        equal((now.st_uid, now.st_gid, now.st_mtime), (7, 8, 1_500_000_000))
        equal(os.lstat(two.at("d/e/file")).st_mode & 0o7777, 0o751)
        equal(os.getxattr(two.at("d/e/file"), "security.capability"), os.getxattr(one.at("d/e/file"), "security.capability"))


def test_merlin_moves_archives_through_a_window():
    with Tree() as one, Tree() as two, Window(one) as ours, Window(two) as theirs:
        os.mkdir(one.at("d"))
        for size in (0, 1, 5000, 300_001, 1 << 20, (1 << 20) + 4096, 1_500_000):
            one.write(f"d/{size}", os.urandom(size), 0o640)
        octets = one("get", "/d", "d")
        assert ours.get("/d", "d") == octets, "the archive differs from that by the pipe"
        equal(theirs.put("/", octets), "")
        equal(subprocess.run(["diff", "-r", one.path, two.path], check=False).returncode, 0)
        equal(os.lstat(two.at("d/300001")).st_mode & 0o7777, 0o640)


def test_merlin_keeps_a_window_to_itself():
    with Tree() as tree, Window(tree) as window:
        with window.start("put", "/") as first:
            equal(first.stdout.read(window.PIECES), bytes(window.PIECES))
            with window.start("get", "/", ".") as second:
                equal((second.stdout.read(), second.stderr.read()), (b"", b"11 no window\n"))
            first.stdin.close()
            equal(first.wait(20), 0)
        equal(len(window.get("/", ".")) % 512, 0)
        equal(os.pread(window.file.fileno(), 8, 0), bytes(8))


def test_merlin_refuses_what_no_window_holds():
    with Tree() as tree, Window(tree) as window:
        with window.start("put", "/") as process:
            process.stdin.write(struct.pack("<I", window.PIECE + 1))
            equal(process.stderr.read(), b"74 window\n")
        equal(window.put("/", archive(("x", {}, b"x" * 500_000))[:300_000]), "74 the archive is cut short\n")
        window.PIECE = 1000
        with window.start("get", "/", ".") as process:
            equal(process.stderr.read(), b"22 no window\n")


def test_merlin_puts_over_what_is_there():
    with Tree() as tree:
        os.mkdir(tree.at("d"))
        tree.write("f", b"old")
        os.symlink("/f", tree.at("l"))
        equal(tree("put", "/", data=archive(("l", {}, b"new"))), b"")
        equal((open(tree.at("l"), "rb").read(), open(tree.at("f"), "rb").read()), (b"new", b"old"))
        equal(tree("put", "/", data=archive(("d", {}, b"x"))), "21 /d\n")
        equal(tree("put", "/", data=archive(("f", {"type": tarfile.DIRTYPE}, b""))), "20 /f\n")
        equal(tree("put", "/d", data=archive(("./a/b/c", {}, b"deep"), ("/abs", {}, b"y"))), b"")
        equal(open(tree.at("d/a/b/c"), "rb").read(), b"deep")
        assert os.path.exists(tree.at("d/abs"))
        long = "n" * 200
        equal(tree("put", "/d", data=archive((long, {"uid": 5_000_000}, b"z"), ("h", {"type": tarfile.LNKTYPE, "linkname": long}, b""))), b"")
        equal((os.lstat(tree.at("d", long)).st_uid, os.lstat(tree.at("d/h")).st_nlink), (5_000_000, 2))


def test_merlin_refuses_unsound_archives():
    with Tree() as tree:
        equal(tree("put", "/", data=archive(("../x", {}, b"x"))), "1 ../x\n")
        equal(tree("put", "/", data=archive(("x", {}, b"x" * 5000))[:2000]), "74 the archive is cut short\n")
        assert "header of the archive" in tree("put", "/", data=b"hello" * 1000)
        broken = bytearray(archive(("x" * 200, {}, b"x")))
        broken[512:515] = b"999"
        assert "not sound" in tree("put", "/", data=bytes(broken))
        equal(tree("put", "/", data=b""), b"")
        equal(tree("nonsense"), "22 command\n")


def test_merlin_stat():
    with Tree() as tree:
        tree.write("f", b"12345", 0o600)
        os.symlink("f", tree.at("l"))
        os.utime(tree.at("f"), (1, 77))
        equal(tree("stat", "/f"), f"{stat.S_IFREG | 0o600} 5 77 ".encode())
        assert tree("stat", "/l").endswith(b" f")
        equal(tree("stat", "/f/x"), "20 /f/x\n")


def in_sandbox(host, box, number, *words):
    shutil.copy(PROGRAM, os.path.join(box.directory, "host", "merlin"))
    equal(host.run(number, "/host/merlin", *words, flags=16)["errno"], 0)
    done = host.exit_of(number)
    return done["value"], host.output_of(number), host.output_of(number, 2)


def test_merlin_tells_changes():
    box = sandbox()
    with box as host:
        run_output(host, 1, "sh", "-c", "echo x >/new; rm /bin/plain; chmod 600 /etc/passwd; rm /etc/group; mkdir /home/d; touch /home/d/x")
        value, out, err = in_sandbox(host, box, 2, "diff")
        equal((value, err), (0, b""))
        changes = set(out.decode().split("\0"))
        assert {"A/new", "D/bin/plain", "C/etc/passwd", "D/etc/group", "A/home/d", "A/home/d/x"} <= changes, changes
        assert {"P/bin", "T/bin"} & changes, changes


def test_merlin_tells_processes():
    box = sandbox()
    with box as host:
        host.run(1, "sleep", "1234", user="web")
        value, out, err = in_sandbox(host, box, 2, "top")
        equal((value, err), (0, b""))
        fields = out.decode().split("\0")
        assert "web:x:101" in fields[2], fields[2]
        rows = [fields[at:at + 5] for at in range(3, len(fields) - 1, 5)]
        equal(sorted((row[0], row[1], row[2], row[4]) for row in rows), [("1", "0", "0", "sleep 2000000"), ("2", "101", "102", "sleep 1234")])
        value, out, err = in_sandbox(host, box, 3, "show", "/cgroup/container/cgroup.procs", "/nosuch", "/proc/uptime")
        equal((value, len(out.split(b"\0")), out.split(b"\0")[1]), (0, 4, b""))


def test_merlin_is_an_init():
    def run(*words, **more):
        return subprocess.run([PROGRAM, "--", *words], capture_output=True, check=False, stdin=subprocess.DEVNULL, **more)
    for status in (0, 7, 255):
        equal(run("sh", "-c", f"exit {status}").returncode, status)
    equal(run("sh", "-c", "kill -9 $$").returncode, 137)
    equal(run("sh", "-c", "echo $A", env={"A": "b", "PATH": "/usr/bin:/bin"}).stdout, b"b\n")
    missing = run("nosuch")
    equal((missing.returncode, missing.stderr), (127, b"exec nosuch failed: No such file or directory\n"))
    equal(run("/etc/passwd").returncode, 126)
    with subprocess.Popen([PROGRAM, "--", "sh", "-c", "trap 'exit 42' TERM; echo on; while :; do sleep 0.1; done"], stdout=subprocess.PIPE) as process:
        equal(process.stdout.readline(), b"on\n")
        process.terminate()
        equal(process.wait(20), 42)



def test_read_finds_what_a_program_is_made_of():
    program = "/usr/bin/bash"
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    needed = [word for word in listed.split() if word.startswith("/")]
    assert len(needed) > 2, listed
    with Tree() as tree:
        for file in (program, *needed):
            os.makedirs(os.path.dirname(tree.at(file[1:])), exist_ok=True)
            shutil.copy(os.path.realpath(file), tree.at(file[1:]))
        os.makedirs(tree.at("tools"), exist_ok=True)
        os.makedirs(tree.at("bin"), exist_ok=True)
        tree.write("tools/script", b"#!/tools/env bash\ntrue\n", 0o755)
        tree.write("tools/env", b"no program", 0o755)
        os.mkfifo(tree.at("tools", "pipe"))
        path = "/nosuch:/tools:" + os.path.dirname(program)
        found = tree("read", path, "script", "pipe", "nosuchprogram", "/tools", "").decode().splitlines()
        equal(found[:3], ["/tools/script", "/tools/env", program])
        equal({os.path.realpath(f) for f in found[3:]}, {os.path.realpath(f) for f in needed})


def test_read_takes_no_harm_from_what_is_no_program():
    with open(shutil.which("cat"), "rb") as file:
        whole = bytearray(file.read())
    chance = random.Random(7)
    with Tree() as tree:
        for size in (0, 1, 2, 3, 40, 63, 64, 100, 500):
            tree.write("program", bytes(whole[:size]))
            equal(tree("read", "/", "program"), b"//program\n")
        for _ in range(300):
            broken = bytearray(whole)
            for _ in range(chance.randrange(1, 20)):
                broken[chance.randrange(1200)] = chance.randrange(256)
            tree.write("program", bytes(broken))
            assert tree("read", "/", "program").startswith(b"//program\n"), "it ended otherwise"
        tree.write("program", b"#!" + b"/long" * 200)
        equal(tree("read", "/", "program"), b"//program\n")
