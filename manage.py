#!/usr/bin/env python3
"""The one entrance: `manage.py demo`, `manage.py test`, and Django's own commands.

Outside `.venv` only the standard library is used, in words that an old Python can read too: `.venv` is made from
requirements.lock when it is missing or was made from another one. S3HUB_NO_BOOTSTRAP=1 switches that off.
"""

import os
import subprocess
import sys
import time

BASE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(BASE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed")
LOCK = os.path.join(BASE, "requirements.lock")
OLDEST = (3, 11)
NEED_NO_SERVER = {"check", "collectstatic", "help", "makemessages", "compilemessages", "version", "--help", "--version"}
PIP = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--retries", "2", "--timeout", "15"]
NO_NETWORK = ("NewConnectionError", "ConnectTimeout", "name resolution", "refused", "ProxyError", "timed out")


# ── Before .venv ─────────────────────────────────────────────────────────────────────────────────────────────────────
def old_python():
    """The sentence for a Python that is too old, or None."""
    if sys.version_info[:2] >= OLDEST:
        return None
    have, need = "%d.%d" % sys.version_info[:2], "%d.%d" % OLDEST
    sentence = "The hub needs Python %s or later, and this is Python %s: install a newer one, and start with python%s."
    return sentence % (need, have, need)


def missing_module():
    """The sentence for a Python without the modules that make a virtual environment, or None."""
    from importlib.util import find_spec

    missing = [name for name in ("venv", "ensurepip") if find_spec(name) is None]
    if not missing:
        return None
    return "Python's module %s is missing: install it (Debian and Ubuntu: sudo apt install python3-venv)." % missing[0]


def wanted():
    """What the stamp must say: the fingerprint of requirements.lock."""
    import hashlib

    with open(LOCK, "rb") as lock:
        return hashlib.sha256(lock.read()).hexdigest()


def inside():
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def installed():
    """Say whether .venv was made from today's requirements.lock, to its end, and still runs."""
    try:
        with open(STAMP) as stamp:
            made = stamp.read().strip() == wanted()
    except OSError:
        return False
    if inside():  # the Python below .venv may have been exchanged for another version
        from importlib.util import find_spec

        return made and find_spec("django") is not None
    return made and os.path.exists(PYTHON)


def no_cache():
    """pip's option for a home that cannot be written."""
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    while not os.path.exists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return [] if os.access(folder, os.W_OK) else ["--no-cache-dir"]


def make_venv(lock):
    """Make .venv anew. pip inherits `lock`: if we are killed, the next one waits until pip has ended too."""
    lock.seek(0)
    environ = dict(os.environ, PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    for step in ([sys.executable, "-m", "venv", "--clear", VENV], [PYTHON, *PIP, *no_cache(), "-r", LOCK]):
        done = subprocess.run(
            step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environ, cwd=BASE, pass_fds=[lock.fileno()]
        )
        if done.returncode:
            sys.exit(what_went_wrong(done.stdout.decode("utf-8", "replace")))
    with open(STAMP, "w") as stamp:
        stamp.write(wanted())


def what_went_wrong(output):
    if any(sign in output for sign in NO_NETWORK):
        return "The packages of requirements.lock could not be fetched: check the network, then run this again."
    return "%s\n.venv could not be made from requirements.lock; the lines above say why." % output.strip()


def bootstrap():
    """Go on inside an up-to-date .venv; return only there."""
    import fcntl

    if not installed():
        if os.path.islink(VENV):
            sys.exit(
                ".venv is a link to an environment that was not made from this requirements.lock: remove the link, "
                "or bring that environment up to date and set S3HUB_NO_BOOTSTRAP=1."
            )
        problem = missing_module()
        if problem:
            sys.exit(problem)
        with open(LOCK, "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not installed():  # the one we waited for may have made it
                sys.stderr.write("Making .venv from requirements.lock (about half a minute, only once) …\n")
                make_venv(lock)
    if not inside():
        os.execv(PYTHON, [PYTHON, os.path.join(BASE, "manage.py"), *sys.argv[1:]])


def enter():
    """Leave with one sentence, or be inside an environment that has what the hub needs."""
    problem = old_python()
    if problem:
        sys.exit(problem)
    if os.environ.get("S3HUB_NO_BOOTSTRAP"):
        return
    try:
        bootstrap()
    except KeyboardInterrupt:
        sys.exit("Stopped; the next start begins .venv anew.")
    except OSError as error:
        sys.exit(".venv cannot be made here: %s" % error)


# ── Inside .venv ─────────────────────────────────────────────────────────────────────────────────────────────────────
def run_tests(arguments):
    """Run the suite, on two processes unless told otherwise; the arguments are pytest's."""
    import pytest

    os.chdir(BASE)
    told = ("-n", "--numprocesses", "--pdb", "--dist")
    one_by_one = ["-n", "2", "--maxschedchunk", "1"]  # nobody sits on a pile of long ones while the other has no more
    processes = [] if any(argument.startswith(told) for argument in arguments) else one_by_one
    sys.exit(pytest.main(processes + arguments))


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in ("demo", "demo_code"):
        os.environ["DEMO"] = "1"
    from s3hub import embedded

    if embedded.needed() and command not in NEED_NO_SERVER and "--help" not in sys.argv:
        embedded.ensure(hasty=command == "test")
    if command == "test":
        run_tests(sys.argv[2:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    if "demo" in sys.argv[1:2]:  # which says at the end how long it took, .venv included
        os.environ.setdefault("S3HUB_BEGAN", str(time.time()))
    enter()
    main()
