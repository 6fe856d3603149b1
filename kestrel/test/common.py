"""What the tests share: the image, the sandbox, how a test is judged and skipped."""
import os
import shutil
import tempfile

import guest
from guest import Sandbox

DIRECTORY = tempfile.mkdtemp(prefix="kestrel-test-")


class Skip(Exception):
    """Why a test cannot run here."""


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


def image():
    if not hasattr(image, "path"):
        image.path = guest.make_image(DIRECTORY)
    return image.path


def sandbox(**values):
    if os.geteuid() != 0:
        raise Skip("namespaces and mounts need root")
    for tool in ("mksquashfs", "busybox", "losetup"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")
    return Sandbox(image(), **values)


def run_output(host, process, *argv, **values):
    result = host.run(process, *argv, **values)
    equal((result["errno"], result["value"] if result["errno"] else b""), (0, b""))
    host.exit_of(process)
    return host.output_of(process).decode()
