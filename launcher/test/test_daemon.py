"""hypr and hyprd's life: started when needed, once; clear words when it does not start."""
import fcntl
import json
import os
import pathlib
import signal
import subprocess
import sys
import textwrap

from support import HYPR, LIMIT, Case, wait_until

# A daemon that notes how it was started, serves commands and ends with 'stop'.
DAEMON = """\
    #!PYTHON
    import json, os, signal, socket, struct, sys
    run = os.environ["HYPR_RUN"]
    note = {"arguments": sys.argv[1:], "session": os.getsid(0) == os.getpid(), "directory": os.getcwd(), "pid": os.getpid(),
            "descriptors": sorted(os.readlink(f"/proc/self/fd/{fd}") if fd < 3 else "other" for fd in map(int, os.listdir("/proc/self/fd")) if os.path.exists(f"/proc/self/fd/{fd}")),
            "ignored": [n for n in (1, 2, 3, 15) if signal.getsignal(n) == signal.SIG_IGN], "secret": os.environ.get("SECRET")}
    with open(run + "/started", "a") as file: file.write(json.dumps(note) + "\\n")
    print("hello from hyprd", flush=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(run + "/hypr.sock")
    listener.listen(16)
    while True:
        stream, _ = listener.accept()
        payload = stream.recv(1 << 20)
        stream.sendall(struct.pack("<BxxxI", 16, 2) + b"ok" + struct.pack("<BxxxIB", 20, 1, 6))
        stream.close()
        if b"stop" in payload: break
    os.unlink(run + "/hypr.sock")
"""


class Daemon(Case):
    def install(self, text):
        program = self.directory / "dist" / "bin" / "hyprd"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(textwrap.dedent(text).replace("PYTHON", sys.executable))
        program.chmod(0o755)
        self.addCleanup(self.stop)

    def notes(self):
        file = self.run_directory / "started"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def stop(self):
        for note in self.notes():
            if pathlib.Path(f"/proc/{note['pid']}/stat").exists():
                os.kill(note["pid"], signal.SIGKILL)

    def hypr(self, *words, **options):
        return self.result(self.spawn(HYPR, *words, **options))

    def test_is_started_when_none_listens(self):
        self.install(DAEMON)
        self.assertEqual((6, b"ok", b""), self.hypr("ps", env={**self.environment, "SECRET": "s"},
                                                     preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN), close_fds=False))
        note, = self.notes()
        log = str(self.run_directory / "start.log")
        self.assertEqual(([], True, "/", [], "s"), tuple(note[k] for k in ("arguments", "session", "directory", "ignored", "secret")))
        self.assertEqual(sorted(["/dev/null", log, log]), note["descriptors"])
        self.assertEqual((6, b"ok", b""), self.hypr("ps"))
        self.assertEqual(1, len(self.notes()))

    def test_is_started_where_an_old_socket_was_left(self):
        self.install(DAEMON.replace("listener.bind", "os.path.exists(run + '/hypr.sock') and os.unlink(run + '/hypr.sock'); listener.bind"))
        self.listen().close()
        self.assertEqual(6, self.hypr("ps")[0])

    def test_makes_the_directory_of_the_socket_for_its_user_only(self):
        self.install(DAEMON)
        deep = self.directory / "a" / "b"
        self.environment["HYPR_RUN"] = str(deep)
        self.run_directory = deep
        self.assertEqual(6, self.hypr("ps")[0])
        self.assertEqual(0o700, deep.stat().st_mode & 0o777)

    def test_is_started_once_by_many_at_the_same_time(self):
        self.install(DAEMON)
        clients = [self.spawn(HYPR, "ps") for _ in range(8)]
        self.assertEqual([(6, b"ok", b"")] * 8, [self.result(client) for client in clients])
        self.assertEqual(1, len(self.notes()))

    def test_that_runs_and_does_not_listen_yet_is_waited_for(self):
        self.install(DAEMON)
        self.run_directory.mkdir(exist_ok=True)
        with open(self.run_directory / "hyprd.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            clients = [self.spawn(HYPR, *words) for words in (("ps",), ("daemon", "status"))]
            wait_until(lambda: all(pathlib.Path(f"/proc/{c.pid}/wchan").read_text() != "0" for c in clients), "the clients wait")
            daemon = subprocess.Popen([self.directory / "dist/bin/hyprd"], env=self.environment, stdout=subprocess.DEVNULL)
            self.addCleanup(daemon.wait)
            self.addCleanup(daemon.kill)
            self.assertEqual([(6, b"ok", b"")] * 2, [self.result(client) for client in clients])
        self.assertEqual([daemon.pid], [note["pid"] for note in self.notes()])

    def test_that_ends_is_waited_for_and_started_again(self):
        self.install(DAEMON)
        self.run_directory.mkdir(exist_ok=True)
        with open(self.run_directory / "hyprd.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            client = self.spawn(HYPR, "ps")
            wait_until(lambda: pathlib.Path(f"/proc/{client.pid}/wchan").read_text() != "0", "the client waits")
            self.assertEqual([], self.notes())
        self.assertEqual((6, b"ok", b""), self.result(client))
        self.assertEqual(1, len(self.notes()))

    def test_that_finds_another_one_leaves_the_client_to_that(self):
        self.install(DAEMON.replace("#!PYTHON", "#!PYTHON\n    import os, sys\n    if not os.path.exists(os.environ['HYPR_RUN'] + '/second'):\n"
                                    "        open(os.environ['HYPR_RUN'] + '/second', 'w'); sys.exit(75)"))
        self.assertEqual((6, b"ok", b""), self.hypr("ps"))

    def test_that_cannot_start_is_quoted(self):
        self.install("#!/bin/sh\nmkdir -p $HYPR_HOME\necho 'No Java 25 was found'\necho 'and logged this' >> $HYPR_HOME/hyprd.log\nexit 9\n")
        home = self.directory / "home"
        home.mkdir()
        (home / "hyprd.log").write_text("of an earlier day\n")
        status, out, err = self.hypr("ps")
        self.assertEqual((125, b""), (status, out))
        for part in (b"bin/hyprd ended with status 9", b"No Java 25 was found", b"and logged this"):
            self.assertIn(part, err)
        self.assertNotIn(b"of an earlier day", err)

    def test_that_cannot_work_with_its_home_speaks_for_itself(self):
        self.install("#!/bin/sh\nmkdir -p $HYPR_HOME\necho 'Another engine has it.' >&2\necho 'Stop that one.' >&2\necho noise >>$HYPR_HOME/hyprd.log\nexit 78\n")
        self.assertEqual((1, b"", b"Another engine has it.\nStop that one.\n"), self.hypr("ps"))

    def test_that_is_missing_is_named(self):
        status, _, err = self.hypr("ps")
        self.assertEqual(125, status)
        self.assertIn(b"Cannot run hyprd", err)
        self.assertIn(b"dist/bin/hyprd): No such file or directory", err)

    def test_that_a_signal_ends_is_told(self):
        self.install("#!/bin/sh\nkill -ABRT $$\n")
        status, _, err = self.hypr("ps")
        self.assertEqual(125, status)
        self.assertIn(b"signal 6 ended", err)
        self.assertIn(b"It logged nothing", err)

    def test_is_not_started_where_that_is_forbidden(self):
        self.install(DAEMON)
        status, _, err = self.hypr("ps", env={**self.environment, "HYPR_NO_AUTOSTART": "1"})
        self.assertEqual((125, []), (status, self.notes()))
        self.assertIn(b"hyprd is not running", err)
        self.assertEqual(6, self.hypr("daemon", "start", env={**self.environment, "HYPR_NO_AUTOSTART": "1"})[0])

    def test_stop_and_status_start_nothing(self):
        self.install(DAEMON)
        self.assertEqual((1, b"", b"hyprd is not running\n"), self.hypr("daemon", "status"))
        self.assertEqual((0, b"", b"hyprd is not running\n"), self.hypr("daemon", "stop"))
        self.assertEqual([], self.notes())
        self.hypr("daemon", "start")
        self.assertEqual((6, b"ok", b""), self.hypr("daemon", "status"))
        self.assertEqual((6, b"ok", b""), self.hypr("daemon", "stop"))

    def test_run_becomes_it_in_the_foreground(self):
        self.install(DAEMON)
        process = self.spawn(HYPR, "daemon", "run", "--home", "x")
        note, = wait_until(self.notes, "the daemon starts")
        self.assertEqual((process.pid, ["--home", "x"]), (note["pid"], note["arguments"]))
        self.assertEqual(b"hello from hyprd\n", process.stdout.readline())

    def test_a_path_too_long_for_a_socket_is_an_error(self):
        status, _, err = self.hypr("ps", env={**self.environment, "HYPR_RUN": "/tmp/" + "x" * 120})
        self.assertEqual(125, status)
        self.assertIn(b"longer than the 107 octets", err)

    def test_the_distribution_is_found_beside_the_client(self):
        self.install(DAEMON)
        client = self.directory / "dist" / "bin" / "hypr"
        client.write_bytes(HYPR.read_bytes())
        client.chmod(0o755)
        link = self.directory / "hypr"
        link.symlink_to(client)
        environment = {k: v for k, v in self.environment.items() if k != "HYPR_DIST"}
        self.assertEqual(6, self.result(self.spawn(link, "ps", env=environment))[0])

    def test_of_another_user_is_refused(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be two users")
        os.chmod(self.directory, 0o755)
        os.chown(self.run_directory, 1, 1)
        listen = ("import os, socket\ns = socket.socket(socket.AF_UNIX)\nos.setuid(1)\ns.bind(os.environ['HYPR_RUN'] + '/hypr.sock')\ns.listen()\n"
                  "print(flush=True)\ns.accept()[0].recv(1)")
        other = self.spawn(sys.executable, "-c", listen, stdin=subprocess.DEVNULL)
        other.stdout.readline()
        status, _, err = self.hypr("ps")
        self.assertEqual(125, status)
        self.assertIn(b"belongs to user 1, not to you or root", err)
