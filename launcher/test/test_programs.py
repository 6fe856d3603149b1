"""What holds for each program: it needs nothing of the host's, and it is small."""
import os
import struct
import unittest

from support import HYPR, PROBE, START

LIMIT_OCTETS = 100_000


@unittest.skipIf("LAUNCHER_BUILD" in os.environ, "another build than the one that is shipped")
class Programs(unittest.TestCase):
    def test_are_static(self):
        for program in (HYPR, START, PROBE):
            octets = program.read_bytes()
            headers, = struct.unpack_from("<Q", octets, 32)
            size, count = struct.unpack_from("<HH", octets, 54)
            kinds = [struct.unpack_from("<I", octets, headers + i * size)[0] for i in range(count)]
            self.assertIn(1, kinds)         # PT_LOAD: it is a program that has been understood
            self.assertNotIn(3, kinds)      # PT_INTERP

    def test_are_small(self):
        for program in (HYPR, START, PROBE):
            self.assertLess(program.stat().st_size, LIMIT_OCTETS, program.name)
