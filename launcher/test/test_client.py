"""hypr without a terminal: frames, streams, exit status, broken connections."""
import hashlib
import os
import signal
import statistics
import struct
import subprocess
import threading
import time

from support import AGAIN, ERROR, EXIT, HYPR, INPUT, LIMIT, OUTPUT, SIGNAL, Case, wait_until


class TheCommand(Case):
    def test_carries_words_directory_and_umask(self):
        work = self.directory / "wörk"
        work.mkdir()
        process, daemon, command = self.client(self.listen(), "run", "", "a b", "ü", "--x=1", cwd=work, preexec_fn=lambda: os.umask(0o027))
        daemon.exit(0)
        self.assertEqual(0, process.wait(LIMIT))
        self.assertEqual([b"run", b"", b"a b", "ü".encode(), b"--x=1"], command.words)
        self.assertEqual((1, 0, 0, 0, 0o027, 0), (command.version, command.flags, command.rows, command.columns, command.umask, command.zero))
        self.assertEqual(os.fsencode(os.path.realpath(work)), command.directory)

    def test_is_sent_anew_when_it_was_not_begun(self):
        listener = self.listen()
        process, daemon, first = self.client(listener, "ps", "-a")
        daemon.send(AGAIN)
        daemon.close()
        daemon = self.accept(listener)
        command = daemon.command()
        daemon.send(OUTPUT, b"here")
        daemon.exit(4)
        self.assertEqual(([b"ps", b"-a"], first.variables, (4, b"here", b"")), (command.words, command.variables, self.result(process)))

    def test_without_words_is_sent_too(self):
        process, daemon, command = self.client(self.listen())
        daemon.exit(3)
        self.assertEqual(([], 3), (command.words, process.wait(LIMIT)))

    def variables(self, listener, words, **given):
        process, daemon, command = self.client(listener, *words, env={**self.environment, **given})
        daemon.exit(0)
        process.wait(LIMIT)
        return set(map(bytes.decode, command.variables)) - set(self.environment), command

    def test_carries_only_the_variables_of_the_contract(self):
        kept = dict.fromkeys(["HYPR_X", "DOCKER_HOST", "COMPOSE_FILE", "BUILDKIT_PROGRESS", "LC_ALL", "USER", "LANG", "COLUMNS", "LINES", "NO_COLOR",
                              "CLICOLOR", "CLICOLOR_FORCE", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"], "v")
        got, command = self.variables(self.listen(), ["ps"], SECRET="s", HOMER="s", XHYPR_="s", LANGUAGE="s", **kept)
        self.assertEqual(set(kept), got)
        self.assertEqual(os.fsencode(self.directory), command.variables[b"HOME"])

    def test_carries_variables_that_words_name(self):
        listener = self.listen()
        for words in (["-e", "SECRET"], ["--env", "SECRET"], ["--env=SECRET"], ["-eSECRET"], ["-iteSECRET"], ["--build-arg", "SECRET"]):
            with self.subTest(words=words):
                got, command = self.variables(listener, words, SECRET="a=b", OTHER="s")
                self.assertEqual(({"SECRET"}, b"a=b"), (got, command.variables[b"SECRET"]))
        for words in (["-e", "XSECRET"], ["--env=SECRETX"], ["-e", "secret"], ["--SECRET"]):
            with self.subTest(words=words):
                self.assertEqual(set(), self.variables(listener, words, SECRET="x")[0])

    def test_carries_all_variables_where_a_file_may_name_any(self):
        listener = self.listen()
        for words in (["run", "--env-file", "f"], ["run", "--env-file=f"], ["compose", "up"]):
            self.assertEqual({"SECRET", "OTHER"}, self.variables(listener, words, SECRET="x", OTHER="y")[0])

    def test_says_when_it_began_where_a_trace_is_wanted(self):
        listener, before = self.listen(), time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        got, command = self.variables(listener, ["run", "--trace", "busybox"])
        self.assertEqual({"HYPR_BEGUN"}, got)
        self.assertTrue(before <= int(command.variables[b"HYPR_BEGUN"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC))

    def test_over_one_frame_is_continued(self):
        words = ["x" * 100_000] + [str(n) for n in range(20_000)]
        process, daemon, command = self.client(self.listen(), *words)
        daemon.exit(0)
        self.assertEqual(0, process.wait(LIMIT))
        self.assertEqual([w.encode() for w in words], command.words)


class Streams(Case):
    def test_output_and_error_are_exact_and_apart(self):
        process, daemon, _ = self.client(self.listen(), "x")
        for _ in range(3):
            daemon.send(OUTPUT, bytes(range(256)))
            daemon.send(OUTPUT)
            daemon.send(ERROR, b"\xff\0err\r\n")
        daemon.exit(7)
        self.assertEqual((7, bytes(range(256)) * 3, b"\xff\0err\r\n" * 3), self.result(process))

    def test_every_exit_status_arrives(self):
        listener = self.listen()
        for status in range(256):
            process, daemon, _ = self.client(listener, "x")
            daemon.exit(status)
            self.assertEqual(status, process.wait(LIMIT))
            self.finish(process)

    def test_a_hundred_megabytes_arrive_unchanged(self):
        process, daemon, _ = self.client(self.listen(), "x", stdout=subprocess.PIPE)
        reader = self.spawn("sha256sum", stdin=process.stdout)
        block, expected, begin = os.urandom(65536), hashlib.sha256(), time.monotonic()
        for _ in range(1600):
            expected.update(block)
            daemon.send(OUTPUT, block)
        daemon.exit(0)
        self.assertEqual(0, process.wait(LIMIT))
        process.stdout.close()
        self.assertEqual(expected.hexdigest(), reader.communicate(timeout=LIMIT)[0].decode().split()[0])
        print(f"[105 MB in {time.monotonic() - begin:.2f} s] ", end="", flush=True)

    def test_input_is_read_only_when_wanted(self):
        process, daemon, _ = self.client(self.listen(), "x", stdin=subprocess.PIPE)
        process.stdin.write(b"0123456789")
        process.stdin.close()
        process.stdin = None
        daemon.socket.settimeout(0.2)
        self.assertRaises(TimeoutError, daemon.frame)
        daemon.socket.settimeout(LIMIT)
        daemon.want(4)
        self.assertEqual(b"0123", daemon.expect(INPUT))
        daemon.socket.settimeout(0.2)
        self.assertRaises(TimeoutError, daemon.frame)
        daemon.socket.settimeout(LIMIT)
        daemon.want(3)
        self.assertEqual(b"456", daemon.expect(INPUT))
        daemon.want(100)
        self.assertEqual([b"789", b""], [daemon.expect(INPUT), daemon.expect(INPUT)])
        daemon.exit(0)
        self.assertEqual(0, process.wait(LIMIT))

    def test_much_input_arrives_unchanged(self):
        data = os.urandom(5_000_000)
        source = self.directory / "source"
        source.write_bytes(data)
        with source.open("rb") as stdin:
            process, daemon, _ = self.client(self.listen(), "x", stdin=stdin)
        got = b""
        daemon.want(1 << 20)
        while part := daemon.expect(INPUT):
            got += part
            daemon.want(len(part))
        daemon.exit(0)
        self.assertEqual((0, True), (process.wait(LIMIT), got == data))

    def test_input_left_over_stays_with_the_next_reader(self):
        source = self.directory / "source"
        source.write_bytes(b"first\nsecond\n")
        with source.open("rb", buffering=0) as stdin:
            process, daemon, _ = self.client(self.listen(), "x", stdin=stdin)
            daemon.want(6)
            self.assertEqual(b"first\n", daemon.expect(INPUT))
            daemon.exit(0)
            process.wait(LIMIT)
            self.assertEqual(b"second\n", stdin.read())

    def test_the_end_of_input_before_any_octet(self):
        process, daemon, _ = self.client(self.listen(), "x")
        daemon.want(1)
        self.assertEqual(b"", daemon.expect(INPUT))
        daemon.exit(0)
        self.assertEqual(0, process.wait(LIMIT))

    def test_closed_standard_streams_do_no_harm(self):
        process, daemon, _ = self.client(self.listen(), "x", preexec_fn=lambda: os.closerange(0, 3))
        daemon.want(1)
        self.assertEqual(b"", daemon.expect(INPUT))
        daemon.send(OUTPUT, b"lost")
        daemon.exit(4)
        self.assertEqual(4, process.wait(LIMIT))


class OutputThatNobodyReads(Case):
    def test_dies_by_sigpipe_as_docker_does(self):
        process, daemon, _ = self.client(self.listen(), "logs")
        process.stdout.close()
        daemon.send(OUTPUT, b"x")
        self.assertEqual(-signal.SIGPIPE, process.wait(LIMIT))
        self.assertTrue(daemon.ended())
        self.assertEqual(b"", process.stderr.read())

    def test_says_so_where_sigpipe_is_ignored(self):
        process, daemon, _ = self.client(self.listen(), "logs", restore_signals=False)
        process.stdout.close()
        daemon.send(OUTPUT, b"x")
        self.assertEqual(125, process.wait(LIMIT))
        self.assertIn(b"Cannot write standard output: Broken pipe", process.stderr.read())

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "wb") as full:
            process, daemon, _ = self.client(self.listen(), "logs", stdout=full)
        daemon.send(OUTPUT, b"x")
        self.assertEqual(125, process.wait(LIMIT))
        self.assertIn(b"No space left on device", process.stderr.read())

    def test_signals_pass_while_the_reader_is_slow(self):
        process, daemon, _ = self.client(self.listen(), "logs")
        for _ in range(3):
            daemon.send(OUTPUT, bytes(65536))   # more than the pipe takes
        process.send_signal(signal.SIGTERM)
        self.assertEqual(b"\x0f", daemon.expect(SIGNAL))
        threading.Thread(target=daemon.exit, args=[143]).start()   # there is room for it only when the output is read
        self.assertEqual((143, bytes(3 * 65536), b""), self.result(process))


class Signals(Case):
    def test_are_forwarded(self):
        process, daemon, _ = self.client(self.listen(), "x")
        daemon.want(1)
        daemon.expect(INPUT)   # the client is in its loop
        numbers = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCONT, signal.SIGALRM,
                   signal.SIGRTMIN + 3, signal.SIGRTMAX]
        for number in numbers:
            process.send_signal(number)
            self.assertEqual(bytes([number]), daemon.expect(SIGNAL))
        for number in (signal.SIGWINCH, signal.SIGCHLD, signal.SIGURG):
            process.send_signal(number)
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(bytes([signal.SIGUSR1]), daemon.expect(SIGNAL))   # and none before it
        daemon.exit(130)
        self.assertEqual(130, process.wait(LIMIT))

    def test_ignored_ones_stay_ignored(self):
        process, daemon, _ = self.client(self.listen(), "x", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        daemon.want(1)
        daemon.expect(INPUT)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(bytes([signal.SIGTERM]), daemon.expect(SIGNAL))
        daemon.exit(0)
        process.wait(LIMIT)

    def test_three_that_the_daemon_does_not_read_end_the_client(self):
        process, daemon, _ = self.client(self.listen(), "x")
        daemon.want(1)
        daemon.expect(INPUT)
        state = f"/proc/{process.pid}/status"
        for count in (1, 2, 3):
            process.send_signal(signal.SIGINT)
            wait_until(lambda: process.poll() is not None or "SigPnd:\t0000000000000000\nShdPnd:\t0000000000000000" in open(state).read()
                       and open(f"/proc/{process.pid}/syscall").read().startswith(("7 ", "271 ")), "the client waits again")
            self.assertEqual(count < 3, process.poll() is None)
        self.assertEqual(-signal.SIGINT, process.wait(LIMIT))
        self.assertIn(b"hyprd does not answer", process.stderr.read())

    def test_any_number_that_the_daemon_reads_leave_the_end_to_it(self):
        process, daemon, _ = self.client(self.listen(), "x")
        daemon.want(1)
        daemon.expect(INPUT)
        for _ in range(10):
            process.send_signal(signal.SIGINT)
            self.assertEqual(bytes([signal.SIGINT]), daemon.expect(SIGNAL))
        daemon.exit(0)
        self.assertEqual(0, process.wait(LIMIT))


class ABrokenConnection(Case):
    def test_is_told_after_all_output_and_ends_with_125(self):
        process, daemon, _ = self.client(self.listen(), "x")
        daemon.send(OUTPUT, b"so far")
        daemon.close()
        status, out, err = self.result(process)
        self.assertEqual((125, b"so far"), (status, out))
        self.assertIn(b"The connection to hyprd ended before the command did", err)

    def test_within_a_frame_is_one_too(self):
        process, daemon, _ = self.client(self.listen(), "x")
        daemon.socket.sendall(struct.pack("<BxxxI", EXIT, 1))
        daemon.close()
        self.assertEqual(125, process.wait(LIMIT))

    def test_exit_counts_though_the_daemon_is_gone_already(self):
        process, daemon, _ = self.client(self.listen(), "x", stdin=subprocess.PIPE)
        daemon.want(10)
        daemon.send(OUTPUT, b"done")
        daemon.exit(5)
        daemon.close()
        self.assertEqual((5, b"done", b""), self.result(process, b"more"))

    def test_frames_that_are_none_are_refused(self):
        listener = self.listen()
        for octets in (b"\x63\0\0\0\0\0\0\0", b"\x10\0\0\0\x01\0\x01\0", b"\x10\x01\0\0\0\0\0\0", b"\x14\0\0\0\0\0\0\0",
                       b"\x12\0\0\0\x01\0\0\0\0", b"\x13\0\0\0\x01\0\0\0\x02", b"\x03\0\0\0\0\0\0\0"):
            with self.subTest(octets=octets):
                process, daemon, _ = self.client(listener, "x")
                daemon.socket.sendall(octets)
                status, _, err = self.result(process)
                self.assertEqual(125, status)
                self.assertIn(b"does not understand", err)


class Time(Case):
    def test_of_a_round_trip_is_below_ten_milliseconds(self):
        listener, times = self.listen(), []
        for _ in range(50):
            begin = time.monotonic()
            process = subprocess.Popen([str(HYPR), "ps"], env=self.environment, stdout=subprocess.DEVNULL)
            daemon = self.accept(listener)
            daemon.command()
            daemon.send(OUTPUT, b"x\n")
            daemon.exit(0)
            process.wait(LIMIT)
            times.append((time.monotonic() - begin) * 1000)
            daemon.close()
        middle = statistics.median(times)
        print(f"[round trip, process and python included: median {middle:.1f} ms, best {min(times):.1f} ms] ", end="", flush=True)
        self.assertLess(min(times), 10)
