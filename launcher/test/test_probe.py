"""hypr-kvmprobe: one line of JSON, an exit status to match, and an end in time on every host."""
import json
import os
import pathlib
import subprocess
import time
import unittest

from support import LIMIT, PROBE, Case

STATUS = {"works": 0, "broken": 1, "absent": 2, "denied": 3}
# Modules that run only guests made for them.
SHADOWING = pathlib.Path("/sys/module/kvm_pvm")


class Probe(Case):
    def probe(self, *arguments, **options):
        begin = time.monotonic()
        status, out, err = self.result(self.spawn(PROBE, *arguments, **options))
        took = time.monotonic() - begin
        self.assertEqual((1, b""), (out.count(b"\n"), err))
        finding = json.loads(out)
        self.assertEqual({"kvm", "reason", "ms"}, set(finding))
        self.assertEqual(STATUS[finding["kvm"]], status)
        self.assertLess(finding["ms"] / 1000, took + 0.001)
        return finding

    def test_finds_the_same_each_time_on_this_host(self):
        if not os.path.exists("/dev/kvm"):
            self.assertEqual("absent", self.probe()["kvm"])
            return
        findings = [self.probe() for _ in range(10)]
        self.assertEqual(1, len({finding["kvm"] for finding in findings}), findings)
        print(f"[{findings[-1]}] ", end="", flush=True)

    @unittest.skipUnless(SHADOWING.exists(), f"this host has no {SHADOWING}")
    def test_is_not_deceived_by_a_device_that_opens(self):
        os.close(os.open("/dev/kvm", os.O_RDWR))
        finding = self.probe()
        self.assertEqual("broken", finding["kvm"])
        self.assertLess(finding["ms"], 2000)

    @unittest.skipUnless(os.path.exists("/dev/kvm"), "this host has no /dev/kvm")
    def test_ends_soon_whatever_the_guest_does(self):
        finding = self.probe("--timeout-ms", "1")
        self.assertIn(finding["kvm"], ("works", "broken"))
        if finding["kvm"] == "broken" and not SHADOWING.exists():
            self.assertRegex(finding["reason"], "^no progress for 4 ms in ")

    def test_leaves_no_process_behind(self):
        reader, writer = os.pipe()
        process = self.spawn(PROBE, "--timeout-ms", "1", pass_fds=[writer])
        os.close(writer)
        process.wait(LIMIT)
        self.assertEqual(b"", os.read(reader, 1))   # the end of the pipe: every process that held it is gone
        os.close(reader)

    def test_tells_an_absent_device(self):
        finding = self.probe("--device", self.directory / 'no "such"\ndevice')
        self.assertEqual("absent", finding["kvm"])
        self.assertIn('no "such"\ndevice: No such file or directory', finding["reason"])

    def test_tells_a_device_that_is_another(self):
        finding = self.probe("--device", "/dev/null")
        self.assertEqual(("absent", True), (finding["kvm"], "is no KVM device" in finding["reason"]))

    @unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
    def test_tells_a_device_that_is_denied(self):
        closed = self.directory / "kvm"
        closed.touch(0o600)
        os.chmod(self.directory, 0o755)
        finding = self.probe("--device", closed, preexec_fn=lambda: os.setuid(65534))
        self.assertEqual(("denied", True), (finding["kvm"], "Permission denied" in finding["reason"]))

    def test_refuses_options_it_does_not_know(self):
        for arguments in (["--timeout-ms", "0"], ["--timeout-ms", "x"], ["--timeout-ms"], ["--wrong", "1"]):
            status, out, err = self.result(self.spawn(PROBE, *arguments))
            self.assertEqual((125, b""), (status, out))
            self.assertTrue(err)
