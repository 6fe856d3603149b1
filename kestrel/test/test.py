"""Tests of Kestrel: `make test`, or `python3 test/test.py [NAME...]` for those whose name holds one of the words."""
import shutil
import sys
import traceback

import test_frames
import test_merlin
import test_microvm
import test_processes
import test_resume
from common import DIRECTORY, Skip

MODULES = (test_frames, test_processes, test_merlin, test_resume, test_microvm)


def main():
    words = sys.argv[1:]
    tests = [(name, test) for module in MODULES for name, test in vars(module).items()
             if name.startswith("test_") and (not words or any(word in name for word in words))]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name, test in tests:
        title = name[5:].replace("_", " ")
        try:
            test()
            counts["passed"] += 1
            print(f"ok   {title}", flush=True)
        except Skip as reason:
            counts["skipped"] += 1
            print(f"skip {title}: {reason}", flush=True)
        except Exception:  # pylint: disable=broad-except
            counts["failed"] += 1
            print(f"FAIL {title}\n{traceback.format_exc()}", flush=True)
    print(", ".join(f"{count} {word}" for word, count in counts.items()))
    return counts["failed"] > 0


if __name__ == "__main__":
    try:
        FAILED = main()
    finally:
        shutil.rmtree(DIRECTORY)
    sys.exit(FAILED)
