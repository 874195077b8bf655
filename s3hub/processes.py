"""The demo's children: started apart from the terminal, started again when they die, ended with their parent."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time

from s3hub.embedded import BASE, die_with_parent

PATIENCE = 10  # seconds between asking a child to end and ending it
QUICK = 5  # a child that lives shorter than this did not start properly
QUICK_DEATHS = 5


class DoesNotStart(Exception):
    """A child died again and again right after its start."""


class Child:
    """One program in a process group of its own; what it says goes to a file."""

    def __init__(self, name, arguments, *, log, environ=None, files=()):
        self.name, self.arguments, self.log = name, arguments, log
        self.environ, self.files = {**os.environ, **(environ or {})}, files
        self.process = None
        self.began = 0.0
        self.quick_deaths = 0

    def start(self):
        self.began = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environ,
                cwd=BASE,
                pass_fds=self.files,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def start_again_if_dead(self):
        """Return whether it was dead. Raises DoesNotStart when starting is of no use."""
        if self.process.poll() is None:
            return False
        self.quick_deaths = self.quick_deaths + 1 if time.monotonic() - self.began < QUICK else 0
        self.signal(signal.SIGKILL)  # what it left behind
        if self.quick_deaths >= QUICK_DEATHS:
            raise DoesNotStart(self.name)
        self.start()
        return True

    def signal(self, sign):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, sign)


def end(children):
    """Ask all to end, wait, and end those that do not."""
    started = [child for child in children if child.process is not None]
    for child in started:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    for child in started:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.1, deadline - time.monotonic()))
    for child in started:
        child.signal(signal.SIGKILL)
        child.process.wait()


def listen(port):
    """Take `port` on this machine's own addresses; raises OSError when somebody else has it."""
    sockets = [_take(socket.AF_INET, "127.0.0.1", port)]
    if socket.has_ipv6:  # localhost is ::1 first: nobody else may answer there
        try:
            sockets.append(_take(socket.AF_INET6, "::1", port))
        except OSError:
            if _answers("::1", port):
                raise
    return sockets


def _take(family, address, port):
    taken = socket.socket(family)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        taken.bind((address, port))
        taken.listen(128)
    except OSError:
        taken.close()
        raise
    return taken


def _answers(address, port):
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False


def fetch(port, path, timeout):
    """GET `path` from the web child; return the status, or 0 when nobody answers in time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
