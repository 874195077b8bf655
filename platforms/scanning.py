"""The virus scanner: a command of the installation that reads a file on its standard input."""

import shlex
import subprocess

from django.conf import settings

from platforms.models import Scan

SECONDS = 120
INFECTED = 1


class ScannerFailed(Exception):
    """The scanner could not say; ask again later."""


def is_scanned():
    """Whether this installation has a scanner."""
    return bool(settings.VIRUS_SCANNER)


def scan(file):
    """What the scanner says of an open file. Raises ScannerFailed."""
    command = shlex.split(settings.VIRUS_SCANNER)
    nothing = subprocess.DEVNULL
    try:
        done = subprocess.run(command, stdin=file, stdout=nothing, stderr=nothing, timeout=SECONDS, check=False)  # noqa: S603 – set by whoever runs the installation
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScannerFailed(type(error).__name__) from None
    if done.returncode not in (0, INFECTED):
        raise ScannerFailed(f"ended with {done.returncode}")
    return Scan.INFECTED if done.returncode else Scan.CLEAN
