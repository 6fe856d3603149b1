"""hypr-start: what the program it becomes has, and what it has not."""
import ctypes
import fcntl
import os
import pathlib
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import unittest
import uuid

from support import LIMIT, START, Case, wait_until

SHOW = "import json, os, sys; print(json.dumps({})); sys.stdout.flush()"


@unittest.skipUnless(os.geteuid() == 0, "the starter confines only for root")
class Starter(Case):
    def setUp(self):
        super().setUp()
        os.chmod(self.directory, 0o755)
        self.group = f"test/{uuid.uuid4().hex}"

    def start(self, *arguments, **options):
        return self.result(self.spawn(START, *arguments, **options))

    def shell(self, script, *options, **keywords):
        status, out, err = self.start(*options, "--", "/bin/sh", "-c", script, **keywords)
        self.assertEqual((0, b""), (status, err))
        return out.decode()

    def refused(self, part, *arguments, **options):
        status, out, err = self.start(*arguments, **options)
        self.assertEqual((125, b""), (status, out))
        self.assertEqual(1, err.count(b"\n"), err)
        self.assertIn(part, err.decode())


class Descriptors(Starter):
    def opened(self, *numbers):
        source = os.open("/dev/zero", os.O_RDONLY)
        def prepare():
            for number in numbers:
                os.dup2(source, number)
            if source not in numbers:
                os.close(source)
        self.addCleanup(os.close, source)
        return {"preexec_fn": prepare, "close_fds": False, "pass_fds": ()}

    LIST = "cd /proc/$$/fd && for f in *; do echo $f $(readlink $f); done"

    def test_are_closed_from_three_on(self):
        lines = self.shell(self.LIST, **self.opened(3, 4, 5, 100, 900)).splitlines()
        self.assertEqual(["0", "1", "2"], sorted(line.split()[0] for line in lines if "zero" in line or int(line.split()[0]) < 3))
        self.assertIn("0 /dev/null", lines)

    def test_standard_input_stays_when_asked_for(self):
        for options, out in ((["--keep-stdin"], b"a document"), ([], b"")):
            process = self.spawn(START, *options, "--", "/bin/cat", stdin=subprocess.PIPE)
            self.assertEqual((0, out, b""), self.result(process, b"a document"))

    def test_a_program_that_its_user_cannot_reach_is_run_by_its_descriptor(self):
        hidden = self.directory / "hidden"
        hidden.mkdir(mode=0o700)
        shutil.copy("/bin/true", hidden / "program")
        self.assertEqual(0, self.start("--user", "65534:65534", "--read", f"{hidden}/program=9", "--", "/proc/self/fd/9")[0])
        self.refused("as the user it is meant for", "--user", "65534:65534", "--", hidden / "program")

    def test_kept_ones_are_there_and_no_others(self):
        out = self.shell(self.LIST, "--keep-fd", "7", "--keep-fd", "100=3", "--keep-fd", "5=900", **self.opened(3, 4, 5, 7, 100, 901))
        zeros = sorted(int(line.split()[0]) for line in out.splitlines() if line.endswith("/dev/zero"))
        self.assertEqual([3, 7, 900], zeros)

    def test_kept_ones_can_change_places(self):
        first, second = self.directory / "first", self.directory / "second"
        first.write_text("1"), second.write_text("2")
        def prepare():
            one, two = os.open(first, os.O_RDONLY), os.open(second, os.O_RDONLY)
            os.dup2(one, 20), os.dup2(two, 21)
        out = self.shell("readlink /proc/$$/fd/20 /proc/$$/fd/21", "--keep-fd", "20=21", "--keep-fd", "21=20", preexec_fn=prepare, close_fds=False)
        self.assertEqual([str(second), str(first)], out.split())

    def test_files_are_opened_before_privileges_are_dropped(self):
        secret = self.directory / "a=b"
        secret.touch(0o600)
        out = self.shell("readlink /proc/self/fd/9", "--open", f"{secret}=9", "--user", "65534:65534")
        self.assertEqual(f"{secret}\n", out)
        secret.write_text("read me")
        self.assertEqual("read me", self.shell("cat <&9; echo no 2>/dev/null >&9 || true", "--read", f"{secret}=9", "--user", "65534:65534"))
        self.assertEqual("read me", secret.read_text())
        self.refused("Cannot open /no/such: No such file", "--open", "/no/such=9", "--", "/bin/true")
        self.refused("--open takes FILE=M", "--open", "/dev/null", "--", "/bin/true")
        self.refused("standard streams", "--open", "/dev/null=1", "--", "/bin/true")
        self.refused("descriptor 9 twice", "--open", "/dev/null=9", "--open", "/dev/zero=9", "--", "/bin/true")

    def test_taps_are_attached_before_privileges_are_dropped(self):
        name = "tt" + uuid.uuid4().hex[:10]
        subprocess.run(["ip", "tuntap", "add", name, "mode", "tap"], check=True)
        self.addCleanup(subprocess.run, ["ip", "link", "delete", name], check=True)
        out = self.shell("cat /proc/self/fdinfo/9", "--tap", f"{name}=9", "--user", "65534:65534")
        self.assertIn(f"iff:\t{name}\n", out)
        own = self.shell("sed -n 's/iff:\t//p' /proc/self/fdinfo/9", "--tap", "=9", "--user", "65534:65534").strip()
        self.assertTrue(own.startswith("hyprvm") and not os.path.exists(f"/sys/class/net/{own}"), own)
        self.refused("Cannot find the tap no-such: No such device", "--tap", "no-such=9", "--", "/bin/true")
        self.refused("longer than 15", "--tap", "a" * 16 + "=9", "--", "/bin/true")
        self.refused("Cannot attach to the tap lo: Invalid argument", "--tap", "lo=9", "--", "/bin/true")

    def test_sockets_listen_before_privileges_are_dropped(self):
        path = self.directory / "socket"
        script = f"import socket, sys; s = socket.socket(fileno=9); c, _ = s.accept(); sys.stdout.buffer.write(c.recv(9))"
        process = self.spawn(START, "--listen", f"{path}=9", "--user", "65534:65534", "--", "/usr/bin/python3", "-c", script)
        wait_until(path.exists, "the socket is made")
        self.assertEqual(0o600, path.stat().st_mode & 0o777)
        with socket.socket(socket.AF_UNIX) as client:
            wait_until(lambda: client.connect_ex(str(path)) == 0, "it listens")
            client.send(b"hello")
            self.assertEqual((0, b"hello", b""), self.result(process))
        self.refused("Cannot make the socket", "--listen", f"{path}=9", "--", "/bin/true")
        path.unlink()
        self.refused("Cannot open /no/such", "--listen", f"{path}=9", "--open", "/no/such=10", "--", "/bin/true")
        self.assertFalse(path.exists())
        self.refused("longer than 107", "--listen", "/" + "a" * 108 + "=9", "--", "/bin/true")

    def test_that_are_not_open_are_an_error(self):
        self.refused("Cannot keep the descriptor 77: Bad file descriptor", "--keep-fd", "77", "--", "/bin/true")
        self.refused("standard streams", "--keep-fd", "0=2", "--", "/bin/true")
        self.refused("gives descriptor 9 twice", "--keep-fd", "8=9", "--keep-fd", "9", "--", "/bin/true")

    def test_streams_are_appended_to_files_of_the_owner_only(self):
        out, err = self.directory / "out", self.directory / "err"
        out.write_text("before\n")
        os.umask(os.umask(0o022))
        for _ in range(2):
            self.assertEqual(0, self.start("--stdout", out, "--stderr", err, "--", "/bin/sh", "-c", "echo o; echo e >&2")[0])
        self.assertEqual(("before\no\no\n", "e\ne\n"), (out.read_text(), err.read_text()))
        self.assertEqual(0o600, err.stat().st_mode & 0o777)
        flags = self.shell("grep flags /proc/$$/fdinfo/1 /proc/self/fdinfo/2; true", "--stderr", err)
        self.assertTrue(flags)
        self.refused("Cannot open /nonexistent/x: No such file or directory", "--stdout", "/nonexistent/x", "--", "/bin/true")

    def test_errors_after_the_streams_were_moved_reach_the_caller(self):
        self.refused("Cannot change to the directory /nonexistent: No such file", "--stderr", self.directory / "err", "--chdir", "/nonexistent", "--", "/bin/true")


class Processors(Starter):
    def test_are_those_of_the_list(self):
        mine = sorted(os.sched_getaffinity(0))
        for words, numbers in ((str(mine[-1]), [mine[-1]]), (f"{mine[0]}-{mine[-1]}", mine), (f"{mine[-1]},{mine[0]}", [mine[0], mine[-1]])):
            status, out, err = self.start("--processors", words, "--", sys.executable, "-c", SHOW.format("sorted(os.sched_getaffinity(0))"))
            self.assertEqual((0, b""), (status, err))
            self.assertEqual(sorted(set(numbers)), __import__("json").loads(out))


class Tree(Starter):
    def test_is_read_only_with_all_below_it_and_only_for_the_program(self):
        tree = self.directory / "tree"
        (tree / "below").mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", tree / "below"], check=True)
        self.addCleanup(subprocess.run, ["umount", tree / "below"], check=True)
        (tree / "below/file").write_text("read me")
        out = self.shell(f"cat {tree}/below/file; touch {tree}/new {tree}/below/new {self.directory}/beside 2>/dev/null; ls {tree} {tree}/below", "--read-only", tree)
        self.assertEqual(f"read me{tree}:\nbelow\n\n{tree}/below:\nfile\n", out)
        self.assertTrue((self.directory / "beside").exists())
        (tree / "below/new").touch()
        self.refused("Cannot mount /nonexistent over itself: No such file", "--read-only", "/nonexistent", "--", "/bin/true")

    def test_of_one_file_holds_that_file_and_nothing_else_and_only_for_the_program(self):
        file, place = self.directory / "a=b", self.directory / "place"
        file.write_text("before\n")
        place.mkdir()
        out = self.shell(f"ls {place}; cat {place}/file; echo after >{place}/file; touch {place}/new 2>&1; true", "--only", f"{file}={place}")
        self.assertEqual(f"file\nbefore\ntouch: cannot touch '{place}/new': Read-only file system\n", out)
        self.assertEqual(("after\n", []), (file.read_text(), list(place.iterdir())))
        out = self.shell(f"cat {place}/file; echo no >{place}/file; true", "--stderr", self.directory / "err", "--read-only", file, "--only", f"{file}={place}")
        self.assertEqual(("after\n", "after\n"), (out, file.read_text()))
        self.refused("Cannot mount the file /nonexistent: No such file", "--only", f"/nonexistent={place}", "--", "/bin/true")
        self.refused("--only takes FILE=DIR", "--only", "/nonexistent", "--", "/bin/true")


class Root(Starter):
    SHELL = ("--bind", "/bin/busybox=/bin/busybox", "--device", "/dev/null", "--")

    def setUp(self):
        super().setUp()
        self.share, self.place = self.directory / "a=b", self.directory / "root"
        (self.share / "below").mkdir(parents=True)
        self.place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.share / "below"], check=True)
        self.addCleanup(subprocess.run, ["umount", self.share / "below"], check=True)

    def within(self, script, *options):
        return self.start("--root", self.place, *options, *self.SHELL, "/bin/busybox", "sh", "-c", script)

    def test_holds_what_is_brought_there_and_nothing_else(self):
        file = self.directory / "file"
        file.write_text("one")
        status, out, err = self.within("/bin/busybox find / ! -path '/proc/self/fd/*' | /bin/busybox sort; "
                                       "/bin/busybox cat /two/file; pwd; cd /proc/self/fd/..; cd ..; /bin/busybox ls; : >/dev/null; /bin/busybox touch /bin/new /new /proc/self/new",
                                       "--bind", f"{self.share}=/one", "--bind", f"{file}=/two/file", "--chdir", "/one")
        expected = "/ /bin /bin/busybox /dev /dev/null /one /one/below /proc /proc/self /proc/self/fd /two /two/file one/one self"
        self.assertEqual(expected.split(), out.decode().split())
        self.assertEqual((1, 3), (status, err.count(b"Read-only file system")), err)
        self.assertEqual([], list(self.place.iterdir()), "only the program has it")

    def test_has_no_way_out_and_no_device_but_those_that_are_brought_also_below(self):
        status, out, err = self.within(
            "b=/bin/busybox; cd /one; for d in . below; do $b touch $d/file && $b chown 12:34 $d/file && $b stat -c %u:%g $d/file; "
            "$b mknod $d/zero c 1 5 && $b head -c1 $d/zero; done; "
            "$b touch /two/no; $b touch /two/below/no; $b chroot / $b true; $b mount -t tmpfs none /one; $b ls ../../..",
            "--bind", f"{self.share}=/one", "--bind-read-only", f"{self.share}=/two", "--user", "0:0", "--capability", "chown", "--capability", "mknod")
        self.assertEqual("12:34 12:34 bin dev one proc two".split(), out.decode().split(), err)
        self.assertEqual((2, 2, 2), tuple(err.count(w) for w in (b"Permission denied", b"Read-only file system", b"perm")), err)

    def test_lets_user_zero_keep_the_capabilities_that_are_named(self):
        out = self.shell("grep -E '^(Cap|NoNew)' /proc/self/status", "--user", "0:0", "--capability", "chown", "--capability", "setuid")
        lines = {line.split()[0]: line.split()[1] for line in out.splitlines()}
        self.assertEqual({"0" * 14 + "81"}, {lines[k] for k in lines if k.startswith("Cap")})
        self.assertEqual("1", lines["NoNewPrivs:"])
        for part, *arguments in (("knows no 'sys_admin'", "--capability", "sys_admin"), ("need --root DIR", "--device", "/dev/null"),
                                 ("needs --user 0:GID", "--capability", "chown"), ("needs --user 0:GID", "--user", "1:1", "--capability", "chown"),
                                 ("takes PATH=PLACE", "--root", "/tmp", "--bind", "/tmp"), ("no absolute path", "--root", "/tmp", "--bind", "/tmp=/a/../.."),
                                 ("no absolute path", "--root", "/tmp", "--bind", "/tmp=/"),
                                 ("Cannot find /no/such", "--root", self.place, "--bind", "/no/such=/a"),
                                 ("needs --user UID:GID", "--own-tap", "x"), ("Cannot find the tap no-such", "--user", "0:0", "--own-tap", "no-such")):
            with self.subTest(arguments=arguments):
                self.refused(part, *arguments, "--", "/bin/true")

    def test_a_tap_becomes_the_users(self):
        name = "tt" + uuid.uuid4().hex[:10]
        subprocess.run(["ip", "tuntap", "add", name, "mode", "tap", "user", "77"], check=True)
        self.addCleanup(subprocess.run, ["ip", "link", "delete", name], check=True)
        self.shell("true", "--own-tap", name, "--user", "0:0")
        self.assertEqual("0", pathlib.Path(f"/sys/class/net/{name}/owner").read_text().strip())


class Log(Starter):
    LIMIT = 65536

    def setUp(self):
        super().setUp()
        self.log = self.directory / "log"
        self.options = ("--log", self.log, "--log-max", self.LIMIT)

    def written(self):
        """What is in the file, once nobody writes there any more: the lock tells."""
        with open(self.log, "rb") as file:
            fcntl.lockf(file, fcntl.LOCK_SH)
            return file.read()

    def test_is_locked_as_long_as_words_may_come(self):
        process = self.spawn(START, *self.options, "--", "/bin/sh", "-c", "echo begun; exec sleep 1000")
        wait_until(lambda: self.log.exists() and self.log.read_bytes() == b"begun\n", "the program says something")
        with open(self.log, "rb") as file, self.assertRaises(BlockingIOError):
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        self.refused("Cannot start the process that keeps", *self.options, "--", "/bin/true")
        process.kill()
        self.written()
        self.assertEqual((0, b"", b""), self.start(*self.options, "--", "/bin/true"))

    def test_takes_both_streams_and_is_continued(self):
        self.log.write_text("before\n")
        for _ in range(2):
            self.assertEqual((0, b"", b""), self.start(*self.options, "--", "/bin/sh", "-c", "echo o; echo e >&2"))
            self.written()
        self.assertEqual(b"before\no\ne\no\ne\n", self.written())

    def test_holds_the_end_of_what_was_said_and_no_more_than_its_limit(self):
        process = self.spawn(START, *self.options, "--user", "65534:65534", "--", "/bin/sh", "-c", "seq 1 2000000; exec sleep 1000")
        most = 0
        def said():
            nonlocal most
            most = max(most, self.log.stat().st_size if self.log.exists() else 0)
            return self.log.exists() and self.log.read_bytes().endswith(b"\n2000000\n")
        wait_until(said, "all is written")
        process.kill()
        self.assertLessEqual(most, self.LIMIT)
        kept = self.written()
        self.assertGreaterEqual(len(kept), self.LIMIT // 2 - 1)
        whole = b"".join(b"%d\n" % n for n in range(1990000, 2000001))
        self.assertTrue(whole.endswith(kept), "an end of what was said, without a gap")

    def test_is_kept_by_a_process_without_privileges_that_ends_with_the_program(self):
        process = self.spawn(START, *self.options, "--cgroup", self.group, "--user", "65534:65534", "--", "/bin/sleep", "1000")
        wait_until(lambda: pathlib.Path(f"/proc/{process.pid}/comm").read_text() == "sleep\n", "the program runs")
        keepers = [p for p in pathlib.Path("/proc").glob("[0-9]*") if self.keeps(p)]
        self.assertEqual(1, len(keepers))
        status = (keepers[0] / "status").read_text()
        self.assertIn("Uid:\t65534\t65534\t65534\t65534\n", status)
        self.assertIn("CapEff:\t0000000000000000\n", status)
        self.assertEqual(["0", "1"], sorted(fd.name for fd in (keepers[0] / "fd").iterdir()))
        process.kill()
        process.wait()
        wait_until(lambda: not self.keeps(keepers[0]), "the keeper of the log ends")
        self.assertEqual(0, self.start("--remove-cgroup", self.group)[0])

    def test_keeps_another_file_too(self):
        also, options = self.directory / "a=b", (*self.options, "--log-also", f"{self.directory / 'a=b'}=7")
        also.write_bytes(b"before\n")
        script = "echo events >&7; seq 1 30000 >&7; echo out; echo err >&2; ls -1 /proc/self/fd | xargs"
        self.assertEqual((0, b"", b""), self.start(*options, "--user", "65534:65534", "--", "/bin/sh", "-c", script))
        self.assertEqual(b"out\nerr\n0 1 2 3 7\n", self.written())
        kept = also.read_bytes()
        self.assertTrue(self.LIMIT // 2 - 1 <= len(kept) <= self.LIMIT, len(kept))
        self.assertTrue((b"before\nevents\n" + b"".join(b"%d\n" % n for n in range(1, 30001))).endswith(kept))
        # Who closes one of the two still has the other.
        self.assertEqual((0, b"", b""), self.start(*options, "--", "/bin/sh", "-c", "exec >/dev/null 2>&1; echo late >&7"))
        self.written()
        self.assertTrue(also.read_bytes().endswith(b"\nlate\n"))
        self.assertEqual((0, b"", b""), self.start(*options, "--", "/bin/sh", "-c", "exec 7>&-; echo late"))
        self.assertTrue(self.written().endswith(b"\nlate\n"))
        self.refused("Cannot change to the directory /nonexistent", *options, "--cgroup", self.group, "--chdir", "/nonexistent", "--", "/bin/true")
        self.refused("Cannot open /nonexistent/x", *self.options, "--log-also", "/nonexistent/x=7", "--", "/bin/true")

    def keeps(self, process):
        try:
            return (process / "comm").read_text() == "hypr-log\n" and os.readlink(process / "fd/1") == str(self.log)
        except (FileNotFoundError, ProcessLookupError):
            return False

    def test_of_a_start_that_fails_leaves_no_process_and_no_group(self):
        self.refused("Cannot change to the directory /nonexistent", *self.options, "--cgroup", self.group, "--chdir", "/nonexistent", "--", "/bin/true")
        self.assertEqual(b"", self.written())
        self.assertEqual([], list(pathlib.Path("/sys/fs/cgroup").glob(f"*/hypr/{self.group}")))
        self.refused("Cannot open /nonexistent/log", "--log", "/nonexistent/log", "--log-max", "65536", "--cgroup", self.group, "--", "/bin/true")
        self.assertEqual([], list(pathlib.Path("/sys/fs/cgroup").glob(f"*/hypr/{self.group}")))


class Identity(Starter):
    def test_is_the_callers_process_in_a_session_of_its_own(self):
        process = self.spawn(START, "--", "/bin/sh", "-c", "echo $$ $(cut -d' ' -f5,6 /proc/$$/stat)")
        status, out, _ = self.result(process)
        self.assertEqual((0, [str(process.pid)] * 3), (status, out.decode().split()))

    def test_begins_a_session_even_as_leader_of_a_group(self):
        process = self.spawn(START, "--", "/bin/sh", "-c", "echo $(cut -d' ' -f5,6 /proc/$$/stat)", preexec_fn=lambda: os.setpgid(0, 0))
        self.assertEqual([str(process.pid)] * 2, self.result(process)[1].decode().split())

    def test_of_a_user_has_no_privileges_left(self):
        out = self.shell("grep -E '^(Uid|Gid|Groups|Cap|NoNew)' /proc/self/status", "--user", "65534:65533", "--group", "77", "--group", "78")
        lines = dict(line.split(":", 1) for line in out.splitlines())
        self.assertEqual((["65534"] * 4, ["65533"] * 4, ["77", "78"]), tuple(lines[k].split() for k in ("Uid", "Gid", "Groups")))
        self.assertEqual({"0" * 16}, {lines[k].strip() for k in lines if k.startswith("Cap")})
        self.assertEqual("1", lines["NoNewPrivs"].strip())

    def test_of_user_zero_has_no_capabilities_either(self):
        out = self.shell("grep -E '^(Uid|Cap)' /proc/self/status", "--user", "0:0")
        self.assertEqual({"0" * 16}, {line.split()[1] for line in out.splitlines() if line.startswith("Cap")})

    def test_keeps_its_capabilities_without_user(self):
        before = [line for line in open("/proc/self/status") if line.startswith("CapEff")]
        out = self.shell("grep -E '^(CapEff|NoNew)' /proc/self/status")
        self.assertEqual(before + ["NoNewPrivs:\t1\n"], out.splitlines(keepends=True))

    def test_signals_are_standard_and_unblocked(self):
        def prepare():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR1})
        out = self.shell("grep -E '^Sig(Blk|Ign)' /proc/self/status", preexec_fn=prepare, restore_signals=False)
        self.assertEqual({"0" * 16}, {line.split()[1] for line in out.splitlines()})

    def test_limits_umask_directory_and_score(self):
        out = self.shell("ulimit -Sn; ulimit -Hn; ulimit -c; ulimit -Hc; umask; pwd; cat /proc/$$/oom_score_adj; nice",
                         "--nice", "7", "--rlimit", "nofile=100:200", "--umask", "077", "--chdir", "/proc", "--oom-score-adj", "345")
        self.assertEqual(f"100 200 0 0 0077 /proc 345 {os.getpriority(os.PRIO_PROCESS, 0) + 7}".split(), out.split())
        before = self.shell("ulimit -Hn", "--rlimit", "core=0").strip()
        self.assertEqual(["7", before], self.shell("ulimit -Sn; ulimit -Hn", "--rlimit", "nofile=5", "--rlimit", f"nofile=7:{before}").split())

    def test_limits_up_to_what_may_be_had(self):
        def unable():
            resource.setrlimit(resource.RLIMIT_NOFILE, (50, 100))
            ctypes.CDLL(None).prctl(24, 24, 0, 0, 0)   # PR_CAPBSET_DROP of CAP_SYS_RESOURCE, which exec then takes
        show = "ulimit -Sn; ulimit -Hn"
        self.assertEqual("100 100", " ".join(self.shell(show, "--rlimit", "nofile=200?", preexec_fn=unable).split()))
        self.assertEqual("60 70", " ".join(self.shell(show, "--rlimit", "nofile=60:70?", preexec_fn=unable).split()))
        self.refused("Cannot set the resource limit nofile to 200:200", "--rlimit", "nofile=200", "--", "/bin/true", preexec_fn=unable)

    def test_exit_status_is_the_programs(self):
        self.assertEqual(42, self.start("--", "/bin/sh", "-c", "exit 42")[0])

    def test_pid_file_tells_pid_and_start_time(self):
        file = self.directory / "pid"
        process = self.spawn(START, "--user", "65534:65534", "--pid-file", file, "--", "/bin/cat", "/proc/self/stat")
        status, out, _ = self.result(process)
        self.assertEqual((0, f"{process.pid} {out.decode().rsplit(')')[1].split()[19]}\n"), (status, file.read_text()))
        self.assertEqual([file.name], [p.name for p in self.directory.iterdir() if p.is_file()])


class Refusals(Starter):
    def test_name_the_program_that_is_missing(self):
        self.refused("Cannot run /nonexistent: No such file or directory", "--", "/nonexistent")
        self.refused("Cannot run nonexistent-program: No such file", "--", "nonexistent-program")
        plain = self.directory / "plain"
        plain.write_text("no program")
        self.refused(f"Cannot run {plain}: Permission denied", "--", plain)

    def test_leave_neither_pid_file_nor_group_behind(self):
        file = self.directory / "pid"
        odd = self.directory / "odd"
        odd.write_bytes(b"\x7fELF of no kind")
        odd.chmod(0o755)
        for program, text in (("/nonexistent", "No such file"), (odd, "Exec format error"), ("nonexistent", "No such file")):
            self.refused(text, "--cgroup", self.group, "--pid-file", file, "--", program)
            self.assertFalse(file.exists())
            self.assertEqual([], list(pathlib.Path("/sys/fs/cgroup").glob(f"*/hypr/{self.group}")))

    def test_tell_a_program_that_only_the_user_may_not_run(self):
        closed = self.directory / "closed"
        shutil.copy("/bin/true", closed)
        closed.chmod(0o700)
        self.refused("Permission denied", "--user", "65534:65534", "--", closed)
        self.assertEqual(0, self.start("--", closed)[0])

    def test_explain_each_option(self):
        for part, *arguments in (
                ("No program was given",), ("No program was given", "--"), ("two numbers, not 'root'", "--user", "root", "--", "x"),
                ("not 'x'", "--user", "1:x", "--", "x"), ("knows no resource 'files'", "--rlimit", "files=1", "--", "x"),
                ("above the hard limit", "--rlimit", "nofile=2:1", "--", "x"), ("NAME=SOFT[:HARD][?]", "--rlimit", "nofile", "--", "x"),
                ("octal number", "--umask", "9", "--", "x"), ("need --cgroup NAME", "--pids-max", "4", "--", "x"),
                ("cannot name a control group", "--cgroup", "../x", "--", "x"), ("cannot name a control group", "--cgroup", "a//b", "--", "x"),
                ("cannot name a control group", "--cgroup", "a/.b", "--", "x"), ("cannot name a control group", "--remove-cgroup", ""),
                ("QUOTA/PERIOD", "--cgroup", "a", "--cpu-max", "100", "--", "x"), ("below 1000", "--cgroup", "a", "--cpu-max", "1/100000", "--", "x"),
                ("not '-5'", "--cgroup", "a", "--memory-max", "-5", "--", "x"), ("would let nothing run", "--cgroup", "a", "--memory-max", "0", "--", "x"),
                ("from 1 to 10000, not '0'", "--cgroup", "a", "--cpu-weight", "0", "--", "x"), ("need --cgroup NAME", "--cpu-weight", "4", "--", "x"),
                ("need --cgroup NAME", "--memory-low", "4096", "--", "x"), ("such as 0-2,5, not '0-'", "--processors", "0-", "--", "/bin/true"),
                ("such as 0-2,5, not 'x'", "--processors", "x", "--", "/bin/true"), ("there is no processor 5000", "--processors", "5000", "--", "/bin/true"),
                ("Cannot run on the processors 1000", "--processors", "1000", "--", "/bin/true"),
                ("need each other", "--log", "x", "--", "x"), ("need each other", "--log-max", "65536", "--", "x"), ("at least, not 9", "--log", "x", "--log-max", "9", "--", "x"),
                ("needs --log", "--log-also", "x=3", "--", "x"), ("takes FILE=M", "--log-also", "x", "--", "x"),
                ("for both streams", "--log", "x", "--log-max", "65536", "--stdout", "y", "--", "x"),
                ("not '1001'", "--oom-score-adj", "1001", "--", "x"), ("start no program", "--print-cgroup-base", "--", "x"),
                ("--group needs --user", "--group", "5", "--", "x"), ("unrecognized option", "--wrong", "--", "x")):
            with self.subTest(arguments=arguments):
                self.refused(part, *arguments)


class ControlGroups(Starter):
    """Runs on whatever the host has; a second class runs the same on version 2 in a mount namespace of its own."""
    def setUp(self):
        super().setUp()
        status, out, err = self.start("--print-cgroup-base")
        if status != 0:
            self.skipTest(err.decode().strip())
        self.bases = {}
        for line in out.decode().splitlines():
            self.version, controllers, path = line.split()
            self.bases.update((controller, pathlib.Path(path)) for controller in controllers.split(","))
        self.addCleanup(self.start, "--remove-cgroup", self.group)

    def value(self, controller, file):
        return (self.bases[controller] / self.group / file).read_text().strip()

    def needs(self, *controllers):
        missing = set(controllers) - set(self.bases)
        if missing:
            self.skipTest(f"this host has no control groups for {', '.join(sorted(missing))} ({self.version})")

    def directories(self):
        return [base / self.group for base in set(self.bases.values()) if (base / self.group).exists()]

    def test_hold_the_process_and_go_afterwards(self):
        process = self.spawn(START, "--cgroup", self.group, "--user", "65534:65534", "--", "/bin/sleep", "1000")
        wait_until(lambda: open(f"/proc/{process.pid}/comm").read() == "sleep\n", "the program runs")
        self.assertEqual(len(set(self.bases.values())), len(self.directories()))
        for directory in self.directories():
            self.assertEqual(str(process.pid), (directory / "cgroup.procs").read_text().strip())
        self.refused(f"in use by process {process.pid}", "--cgroup", self.group, "--", "/bin/true")
        self.refused(f"in which process {process.pid} still runs:", "--remove-cgroup", self.group)
        process.kill()
        self.assertEqual((0, b"", b""), self.start("--remove-cgroup", self.group))
        self.assertEqual([], self.directories())
        self.assertEqual((0, b"", b""), self.start("--remove-cgroup", self.group))

    def told(self, *words, **options):
        """A start that tells its pid: the process that was started, and the one that goes on, which is to be waited for."""
        process = self.spawn(START, "--tell-pid", *words, **options)
        pid = int(process.stdout.readline())
        if pid == process.pid:
            return process, pid, process.wait
        self.assertEqual(0, process.wait(LIMIT))
        return process, pid, lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_are_where_a_process_is_born_that_tells_its_pid(self):
        out = self.directory / "out"
        script = f"cat /proc/self/stat >{out}; echo said; exec sleep 1000"
        process, pid, wait = self.told("--cgroup", self.group, "--pid-file", self.directory / "pid", "--", "/bin/sh", "-c", script)
        self.assertEqual(b"said\n", process.stdout.readline())
        self.assertEqual(self.version == "v2", pid != process.pid)
        self.assertEqual(str(pid), (self.directory / "pid").read_text().split()[0])
        fields = out.read_text().split()   # of cat, whose parent it is
        self.assertEqual([str(pid)] * 2, [fields[3], fields[5]], "it leads its session")
        self.assertIn(f"\nPPid:\t{os.getpid()}\n", pathlib.Path(f"/proc/{pid}/status").read_text())
        for directory in self.directories():
            self.assertEqual(str(pid), (directory / "cgroup.procs").read_text().strip())
        os.kill(pid, signal.SIGTERM)
        self.assertEqual(-signal.SIGTERM, wait())

    def test_hold_who_keeps_the_log_of_a_process_that_is_born_there(self):
        _, pid, wait = self.told("--cgroup", self.group, "--log", self.directory / "log", "--log-max", "65536", "--", "/bin/sh", "-c", "echo kept; exec sleep 1000")
        log = self.directory / "log"
        wait_until(lambda: log.exists() and log.read_text() == "kept\n", "it is kept")
        for directory in self.directories():
            self.assertEqual(2, len((directory / "cgroup.procs").read_text().split()))
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(-signal.SIGKILL, wait())

    def test_are_gone_when_who_is_born_there_fails(self):
        _, pid, wait = self.told("--cgroup", self.group, "--pid-file", self.directory / "pid", "--chdir", "/nonexistent", "--", "/bin/true")
        self.assertEqual(125, wait())
        self.assertEqual([], self.directories())
        self.assertFalse((self.directory / "pid").exists())

    def test_are_joined_where_no_process_can_be_born_there(self):
        """A filter of system calls that knows no clone3."""
        libc = ctypes.CDLL(None, use_errno=True)
        instructions = [(0x20, 0, 0, 0), (0x15, 0, 1, 435), (0x06, 0, 0, 0x00050000 | 38), (0x06, 0, 0, 0x7FFF0000)]
        filter_ = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *i) for i in instructions))
        program = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(instructions), ctypes.addressof(filter_)))
        def forbid():
            if libc.prctl(22, 2, program, 0, 0) != 0:
                os._exit(99)
        process, pid, wait = self.told("--cgroup", self.group, "--", "/bin/sleep", "1000", preexec_fn=forbid)
        self.assertEqual(process.pid, pid)
        for directory in self.directories():
            wait_until(lambda: (directory / "cgroup.procs").read_text().strip() == str(pid), "it has joined")
        process.kill()
        self.assertEqual(-signal.SIGKILL, wait())

    def test_can_be_joined(self):
        first = self.spawn(START, "--cgroup", self.group, "--", "/bin/sleep", "1000")
        wait_until(lambda: open(f"/proc/{first.pid}/comm").read() == "sleep\n", "the program runs")
        second = self.spawn(START, "--cgroup", self.group, "--cgroup-join", "--", "/bin/sleep", "1000")
        wait_until(lambda: open(f"/proc/{second.pid}/comm").read() == "sleep\n", "the program runs")
        for directory in self.directories():
            self.assertEqual({str(first.pid), str(second.pid)}, set((directory / "cgroup.procs").read_text().split()))
        self.refused("Cannot change to", "--cgroup", self.group, "--cgroup-join", "--chdir", "/nonexistent", "--", "/bin/true")
        self.assertNotEqual([], self.directories())
        first.kill(), second.kill()
        self.assertEqual((0, b"", b""), self.start("--remove-cgroup", self.group))

    def test_limit_memory_processes_and_processor(self):
        self.needs("memory", "pids", "cpu")
        self.shell("true", "--cgroup", self.group, "--memory-max", str(64 << 20), "--pids-max", "7", "--cpu-max", "50000/200000")
        one = self.version == "v1"
        self.assertEqual(str(64 << 20), self.value("memory", "memory.limit_in_bytes" if one else "memory.max"))
        self.assertEqual("7", self.value("pids", "pids.max"))
        self.assertEqual("50000 200000", " ".join(self.value("cpu", f) for f in ("cpu.cfs_quota_us", "cpu.cfs_period_us")) if one else self.value("cpu", "cpu.max"))

    def test_limit_of_processes_is_felt(self):
        self.needs("pids")
        status, out, _ = self.start("--cgroup", self.group, "--pids-max", "1", "--", "/bin/sh", "-c", "/bin/true; echo status $?")
        self.assertNotIn(b"status 0", out)

    def test_limit_of_memory_is_felt(self):
        self.needs("memory")
        status, _, _ = self.start("--cgroup", self.group, "--memory-max", str(32 << 20), "--", sys.executable, "-c", "bytes(200 << 20).count(b'x'); bytearray(b'x' * (200 << 20))")
        self.assertEqual(-signal.SIGKILL, status)

    def test_weight_of_the_processor(self):
        self.needs("cpu")
        self.shell("true", "--cgroup", self.group, "--cpu-weight", "50")
        self.assertEqual("512" if self.version == "v1" else "50", self.value("cpu", "cpu.shares" if self.version == "v1" else "cpu.weight"))

    def test_memory_that_others_give_first(self):
        self.needs("memory")
        self.shell("true", "--cgroup", self.group, "--memory-low", "33554432")
        self.assertEqual("33554432", self.value("memory", "memory.soft_limit_in_bytes" if self.version == "v1" else "memory.low"))

    def test_can_be_changed_while_a_program_runs(self):
        self.needs("memory", "cpu")
        own = os.sched_getaffinity(0)
        process = self.spawn(START, "--cgroup", self.group, "--cpu-max", "50000/100000", "--processors", str(min(own)), "--",
                             sys.executable, "-c", "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()\ntime.sleep(1000)")
        threads = lambda: [int(name) for name in os.listdir(f"/proc/{process.pid}/task")]
        wait_until(lambda: len(threads()) == 2, "it has two threads")
        one = self.version == "v1"
        quota = lambda: self.value("cpu", "cpu.cfs_quota_us" if one else "cpu.max").split()[0]
        self.assertEqual([{min(own)}] * 2, [os.sched_getaffinity(thread) for thread in threads()])
        self.assertEqual((0, b"", b""), self.start("--change-cgroup", self.group, "--cpu-max", "max", "--cpu-weight", "50", "--memory-low", "33554432"))
        self.assertEqual("-1" if one else "max", quota())
        self.assertEqual("512" if one else "50", self.value("cpu", "cpu.shares" if one else "cpu.weight"))
        self.assertEqual("33554432", self.value("memory", "memory.soft_limit_in_bytes" if one else "memory.low"))
        self.assertEqual([own] * 2, [os.sched_getaffinity(thread) for thread in threads()])
        self.assertEqual((0, b"", b""), self.start("--change-cgroup", self.group, "--cpu-max", "20000/100000", "--memory-low", "0", "--processors", str(max(own))))
        self.assertEqual("20000", quota())
        self.assertEqual("9223372036854771712" if one else "0", self.value("memory", "memory.soft_limit_in_bytes" if one else "memory.low"))
        self.assertEqual([{max(own)}] * 2, [os.sched_getaffinity(thread) for thread in threads()])
        process.kill()
        self.assertEqual(-signal.SIGKILL, process.wait())
        self.assertEqual((0, b"", b""), self.start("--remove-cgroup", self.group))
        self.refused("No such file or directory", "--change-cgroup", self.group, "--cpu-weight", "50")
        self.refused("start no program", "--change-cgroup", self.group, "--", "x")

    def test_limit_without_its_controller_is_an_error_or_a_warning(self):
        missing = {"memory", "pids", "cpu"} - set(self.bases)
        if not missing:
            self.skipTest("this host has a controller for every limit")
        option = {"memory": ("--memory-max", "100000000"), "pids": ("--pids-max", "5"), "cpu": ("--cpu-max", "50000/100000")}[min(missing)]
        self.refused(f"no control groups for {min(missing)}", "--cgroup", self.group, *option, "--", "/bin/true")
        status, out, err = self.start("--cgroup", self.group, "--cgroup-optional", *option, "--", "/bin/echo", "on")
        self.assertEqual((0, b"on\n"), (status, out))
        self.assertIn(f"Going on without {option[0]}".encode(), err)


@unittest.skipUnless(os.geteuid() == 0, "only root can mount")
class OtherHosts(Starter):
    """A mount namespace in which the host has other control groups than this one."""
    def inside(self, mounts, *command):
        script = f"umount -R /sys/fs/cgroup 2>/dev/null; {mounts}" + '\nexec "$@"'
        return self.result(self.spawn("unshare", "-m", "sh", "-c", script, "sh", *command))

    def test_with_version_2_only(self):
        tests = [sys.executable, pathlib.Path(__file__).parent / "run.py", "ControlGroups.", "leave_neither"]
        status, out, err = self.inside("mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 99", *tests)
        if status == 99:
            self.skipTest("the unified hierarchy cannot be mounted")
        self.assertEqual(0, status, out.decode() + err.decode())
        print(f"[on version 2: {out.decode().splitlines()[-1]}] ", end="", flush=True)

    def test_without_control_groups(self):
        status, out, err = self.inside("", START, "--cgroup", self.group, "--", "/bin/echo", "on")
        self.assertEqual((125, b""), (status, out))
        self.assertIn(b"none of the hierarchies", err)
        status, out, err = self.inside("", START, "--cgroup", self.group, "--cgroup-optional", "--memory-max", "5", "--", "/bin/echo", "on")
        self.assertEqual((0, b"on\n"), (status, out))
        self.assertIn(b"Going on without a control group", err)
        self.assertEqual(125, self.inside("", START, "--print-cgroup-base")[0])
        self.assertEqual(0, self.inside("", START, "--remove-cgroup", self.group)[0])
