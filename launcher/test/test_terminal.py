"""hypr on a terminal: raw mode and back, size, Ctrl-C, being stopped and ended."""
import fcntl
import os
import pty
import signal
import struct
import termios

from support import ERROR, INPUT, LIMIT, OUTPUT, RAW, SIGNAL, SIZE, HYPR, Case, wait_until


class Terminal(Case):
    def setUp(self):
        super().setUp()
        self.master, self.slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, self.slave)
        self.resize(24, 80)
        self.before = termios.tcgetattr(self.slave)
        self.listener = self.listen()

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def start(self, *words, stdin=None):
        def lead():
            os.setsid()
            fcntl.ioctl(1, termios.TIOCSCTTY, 0)
        self.process, self.daemon, command = self.client(
            self.listener, *words, stdin=self.slave if stdin is None else stdin, stdout=self.slave, stderr=self.slave, preexec_fn=lead)
        return command

    def is_raw(self):
        input_flags, output_flags, _, local, *_ = termios.tcgetattr(self.slave)
        return not (local & (termios.ICANON | termios.ECHO | termios.ISIG)) and not output_flags & termios.OPOST and not input_flags & termios.ICRNL

    def is_as_before(self):
        return termios.tcgetattr(self.slave) == self.before

    def make_raw(self):
        self.daemon.send(RAW, b"\x01")
        wait_until(self.is_raw, "the terminal becomes raw")

    def seen(self):
        return os.read(self.master, 65536)

    def test_is_told_to_the_daemon_with_its_size(self):
        command = self.start("run", "-it", "x")
        self.daemon.exit(0)
        self.assertEqual((7, 24, 80), (command.flags, command.rows, command.columns))

    def test_each_stream_has_its_own_flag(self):
        with open("/dev/null") as null:
            command = self.start("x", stdin=null)
        self.daemon.exit(0)
        self.assertEqual((6, 24, 80), (command.flags, command.rows, command.columns))

    def test_is_left_alone_unless_asked(self):
        self.start("x")
        self.daemon.send(OUTPUT, b"a\n")
        self.assertEqual(b"a\r\n", self.seen())
        self.assertTrue(self.is_as_before())
        self.daemon.exit(0)
        self.assertEqual(0, self.process.wait(LIMIT))
        self.assertTrue(self.is_as_before())

    def test_raw_mode_passes_all_octets_both_ways(self):
        self.start("x")
        self.make_raw()
        self.daemon.want(1000)
        os.write(self.master, b"\x03\x04\x1a\r\x7f\xff")
        self.assertEqual(b"\x03\x04\x1a\r\x7f\xff", self.daemon.expect(INPUT))
        self.daemon.send(OUTPUT, b"a\nb")
        self.assertEqual(b"a\nb", self.seen())
        self.daemon.send(RAW, b"\0")
        wait_until(self.is_as_before, "the terminal is put back")
        self.daemon.send(ERROR, b"a\n")
        self.assertEqual(b"a\r\n", self.seen())
        self.daemon.exit(0)
        self.assertEqual(0, self.process.wait(LIMIT))

    def test_what_is_typed_while_it_becomes_raw_is_kept(self):
        self.start("x")
        os.write(self.master, b"one\rtw")
        wait_until(lambda: b"tw" in self.seen(), "the terminal has taken it")
        self.make_raw()
        os.write(self.master, b"o\r")
        self.daemon.want(1000)
        typed = b""
        while not typed.endswith(b"\r"):
            typed += self.daemon.expect(INPUT)
        self.assertEqual(b"one\ntwo\r", typed)
        self.daemon.exit(0)
        self.assertEqual(0, self.process.wait(LIMIT))

    def test_is_put_back_at_the_end(self):
        self.start("x")
        self.make_raw()
        self.daemon.exit(9)
        self.assertEqual(9, self.process.wait(LIMIT))
        self.assertTrue(self.is_as_before())

    def test_is_put_back_when_the_connection_breaks(self):
        self.start("x")
        self.make_raw()
        self.daemon.close()
        self.assertEqual(125, self.process.wait(LIMIT))
        self.assertTrue(self.is_as_before())

    def test_is_put_back_when_the_client_crashes(self):
        for number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL):
            with self.subTest(number=number):
                self.start("x")
                self.make_raw()
                self.process.send_signal(number)
                self.assertEqual(-number, self.process.wait(LIMIT))
                self.assertTrue(self.is_as_before())

    def test_is_put_back_before_a_signal_that_nobody_reads_ends_the_client(self):
        self.start("x")
        self.make_raw()
        for count in range(1, 4):
            self.process.send_signal(signal.SIGTERM)
            wait_until(lambda: count == 3 or self.pending_octets() >= 9 * count, "the signal is on its way")
        self.assertEqual(-signal.SIGTERM, self.process.wait(LIMIT))
        self.assertTrue(self.is_as_before())

    def pending_octets(self):
        return struct.unpack("i", fcntl.ioctl(self.daemon.socket, termios.FIONREAD, b"\0\0\0\0"))[0]

    def test_signals_are_forwarded_and_the_daemon_ends_it(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(number=number):
                self.start("x")
                self.make_raw()
                self.process.send_signal(number)
                self.assertEqual(bytes([number]), self.daemon.expect(SIGNAL))
                self.daemon.exit(128 + number)
                self.assertEqual(128 + number, self.process.wait(LIMIT))
                self.assertTrue(self.is_as_before())

    def test_keys_make_signals_when_it_is_not_raw(self):
        self.start("x")
        self.daemon.want(10)
        os.write(self.master, b"\x03")
        self.assertEqual(b"\x02", self.daemon.expect(SIGNAL))
        os.write(self.master, b"\x1c")
        self.assertEqual(b"\x03", self.daemon.expect(SIGNAL))
        os.write(self.master, b"\x04")
        self.assertEqual(b"", self.daemon.expect(INPUT))
        self.daemon.exit(0)
        self.assertEqual(0, self.process.wait(LIMIT))

    def test_size_changes_are_told(self):
        self.start("x")
        self.make_raw()
        for rows, columns in ((50, 132), (1, 1), (500, 300)):
            self.resize(rows, columns)
            self.assertEqual(struct.pack("<HH", rows, columns), self.daemon.expect(SIZE))
        self.daemon.exit(0)

    def test_stopping_puts_it_back_and_going_on_makes_it_raw_again(self):
        self.start("x")
        self.make_raw()
        os.kill(self.process.pid, signal.SIGTSTP)
        wait_until(lambda: open(f"/proc/{self.process.pid}/stat").read().rsplit(")")[1].split()[0] == "T", "the client stops")
        self.assertTrue(self.is_as_before())
        self.resize(30, 90)
        os.kill(self.process.pid, signal.SIGCONT)
        wait_until(self.is_raw, "the terminal is raw again")
        got = [self.daemon.frame() for _ in range(3)]
        self.assertIn((SIGNAL, bytes([signal.SIGCONT])), got)
        self.assertIn((SIZE, struct.pack("<HH", 30, 90)), got)
        self.assertNotIn((SIGNAL, bytes([signal.SIGTSTP])), got)
        self.daemon.exit(0)
        self.assertEqual(0, self.process.wait(LIMIT))
        self.assertTrue(self.is_as_before())

    def test_that_hangs_up_ends_nothing_by_itself(self):
        self.start("x")
        self.make_raw()
        self.process.send_signal(signal.SIGHUP)
        self.assertEqual(b"\x01", self.daemon.expect(SIGNAL))
        self.assertIsNone(self.process.poll())
        self.daemon.exit(129)
        self.assertEqual(129, self.process.wait(LIMIT))
