"""The library for QEMU, with this host's QEMU."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from support import BUILD

DIRECTORY = BUILD / "qemu"
LIBRARY = DIRECTORY / "hypr-qemu.so"
QEMU = shutil.which("qemu-system-x86_64")


@unittest.skipIf("LAUNCHER_BUILD" in os.environ, "another build than the one that is shipped")
@unittest.skipUnless(QEMU, "there is no qemu-system-x86_64 here")
class Qemu(unittest.TestCase):
    environment = os.environ | {"LD_LIBRARY_PATH": str(DIRECTORY), "LD_PRELOAD": LIBRARY.name}

    def start(self, *words):
        words = [QEMU, "-nodefaults", "-display", "none", "-qmp", "stdio", "-plugin", f"file={LIBRARY}", *words]
        process = subprocess.Popen(words, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        self.assertIn("QMP", process.stdout.readline())
        self.ask(process, "qmp_capabilities")
        return process

    def end(self, process):
        process.kill()
        process.communicate()

    def ask(self, process, command, **arguments):
        process.stdin.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        process.stdin.flush()
        while True:
            answer = json.loads(process.stdout.readline())
            self.assertNotIn("error", answer)
            if "return" in answer:
                return answer["return"]

    def maps(self, process):
        return pathlib.Path(f"/proc/{process.pid}/maps").read_text()

    def test_stands_in_for_the_libraries_that_no_microvm_needs(self):
        process = self.start("-machine", "none")
        names = {link.name for link in DIRECTORY.iterdir() if link.is_symlink()}
        loaded = set(re.findall(r"/([^/\s]+\.so[^/\s]*)", self.maps(process)))
        self.assertIn(LIBRARY.name, loaded)
        self.assertIn("libcapstone.so.4", names)
        self.assertEqual(set(), {name.split(".so")[0] for name in names} & {name.split(".so")[0] for name in loaded})
        self.assertEqual(1, len({line.split()[4] for line in self.maps(process).splitlines() if LIBRARY.name in line}))
        self.ask(process, "quit")
        self.assertEqual("", process.communicate()[1])
        self.assertEqual(0, process.returncode)

    def test_says_what_is_missing_when_it_is_called_all_the_same(self):
        done = subprocess.run([QEMU, "-machine", "none", "-nodefaults", "-display", "none", "-netdev", "user,id=n"], capture_output=True, text=True,
                              env=self.environment, stdin=subprocess.DEVNULL, timeout=20)
        self.assertIn("HYPR leaves out the library of QEMU's that has slirp_", done.stderr)
        self.assertLess(done.returncode, 0)
