"""Copies of the checkout for tests that start and kill whole process trees, and what runs in them."""

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

from django.conf import settings

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "staticfiles", "shots", "bench", "docs")


def copy_checkout(target):
    shutil.copytree(settings.BASE_DIR, target, ignore=LEFT_OUT)
    return target


def copy_embedded(target):
    """No more than what runs the two servers."""
    (target / "s3hub").mkdir(parents=True)
    for name in ("embedded.py", "keeper.py"):
        shutil.copy(settings.BASE_DIR / "s3hub" / name, target / "s3hub" / name)
    return target


def processes_of(checkout):
    """{pid: command line} of what runs in a checkout or for it."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = folder.joinpath("cmdline").read_bytes().replace(b"\0", b" ")
            inside = Path(os.readlink(folder / "cwd")).is_relative_to(checkout)
            if command and (inside or os.fsencode(checkout) in command):
                found[int(folder.name)] = os.fsdecode(command)
    return found


def find(checkout, words):
    """The pids of the processes of a checkout whose command line holds `words`, oldest first."""
    return sorted(pid for pid, command in processes_of(checkout).items() if words in command)


def wait_for(condition, seconds, what):
    """Return what `condition` returns as soon as it is true; fail with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"after {seconds} s still not: {what}")


def wait_until_gone(checkout, seconds=40):
    with contextlib.suppress(AssertionError):
        wait_for(lambda: not processes_of(checkout), seconds, "")
    assert processes_of(checkout) == {}


def kill_all(checkout):
    """Clean up after a test, whatever it left."""
    for _ in range(20):
        left = processes_of(checkout)
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
