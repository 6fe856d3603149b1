"""The terminal of the end-to-end tests loses nothing that a command prints, however late it is looked at."""
import importlib.machinery
import importlib.util
import os
import pathlib
import sys
import time
import unittest

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "hypr.itest" / "e2e" / "pty"


class Pty(unittest.TestCase):
    def run_late(self, *words):
        """Runs it in a child that asks for the end of its command only when that has ended, as a busy machine may have it; returns its exit status."""
        child = os.fork()
        if child == 0:
            try:
                loader = importlib.machinery.SourceFileLoader("pty_program", str(PROGRAM))
                program = importlib.util.module_from_spec(importlib.util.spec_from_loader("pty_program", loader))
                loader.exec_module(program)
                waitid = os.waitid

                def late(kind, pid, options):
                    return waitid(kind, pid, options & ~os.WNOHANG)

                os.waitid = late
                sys.argv = ["pty", *words]
                os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
                program.main()
            except SystemExit as e:
                os._exit(e.code if isinstance(e.code, int) else 99)
            finally:
                os._exit(98)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_what_is_printed_just_before_the_end_is_found(self):
        begun = time.monotonic()
        self.assertEqual(6, self.run_late("24", "80", "expect there", "--", "sh", "-c", "sleep 0.5; echo there; exit 6"))
        self.assertEqual(99, self.run_late("24", "80", "expect elsewhere", "--", "sh", "-c", "echo there"))
        self.assertLess(time.monotonic() - begun, 60)


if __name__ == "__main__":
    unittest.main()
