"""Start a web server for a measurement, know what it costs, and end it again."""

import contextlib
import http.client
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.databases import BASE, environment

WORKERS = 2
PATIENCE = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def status_kilobytes(pid, field):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise LookupError(field)


def share_of_memory(pid):
    """Proportional set size in kB: pages that several processes share are counted once."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise LookupError("Pss")


class Server:
    """gunicorn with two sync workers on 127.0.0.1; `started_in` is the time until the first answer, in seconds."""

    def __init__(self, application, database, *, first="/"):
        self.port = free_port()
        arguments = [sys.executable, "-m", "gunicorn", application, "--workers", str(WORKERS)]
        quiet = ["--bind", f"127.0.0.1:{self.port}", "--log-level", "error", "--no-control-socket"]
        start = time.perf_counter()
        self.process = subprocess.Popen([*arguments, *quiet], env=environment(database), cwd=BASE)
        self._await(first)
        self.started_in = time.perf_counter() - start

    def _await(self, path):
        end = time.perf_counter() + PATIENCE
        while time.perf_counter() < end and self.process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, body, _headers = self.get(path)
                if status == 200:
                    return
                raise SystemExit(f"The server answers {status} on {path}: {body[:300]!r}")
            time.sleep(0.02)
        raise SystemExit("The server did not start.")

    def get(self, path, *, cookie="", encoding=""):
        """One GET on a connection of its own: status, body and headers (lower case)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET", path, headers=headers(cookie, encoding))
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body, {name.lower(): value for name, value in answer.getheaders()}

    def workers(self):
        return children(self.process.pid)

    def memory(self):
        """What the workers hold together, in MiB."""
        return sum(share_of_memory(pid) for pid in self.workers()) / 1024

    def peak(self):
        """The highest that any worker ever held, in MiB."""
        return max(status_kilobytes(pid, "VmHWM") for pid in self.workers()) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.stop()


def headers(cookie="", encoding=""):
    """What every request of the bench says about itself."""
    named = {"Cookie": cookie, "Accept-Encoding": encoding}
    return {"Accept": "text/html,*/*", **{name: value for name, value in named.items() if value}}
