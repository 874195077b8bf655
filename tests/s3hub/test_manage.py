"""The first command on a machine: what manage.py says and does before there is anything but Python."""

import ast
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import zipfile

import pytest
from django.conf import settings

MANAGE = settings.BASE_DIR / "manage.py"
STUB = """
def execute_from_command_line(argv):
    print("Django", argv[1])
"""


def start(code_before, *arguments, cwd=settings.BASE_DIR, **environ):
    """Run manage.py of `cwd` by its path after `code_before`."""
    code = f"import runpy, sys\nsys.argv = ['manage.py', *{arguments!r}]\n{code_before}\n"
    code += f"runpy.run_path({str(cwd / 'manage.py')!r}, run_name='__main__')"
    environ = {**os.environ, "S3HUB_NO_BOOTSTRAP": "", **environ}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )


def write_lock(checkout, version="1.0"):
    """A requirements.lock of one tiny package that plays Django, so that no network is needed."""
    wheel = checkout / f"django-{version}-py3-none-any.whl"
    info = f"django-{version}.dist-info"
    files = {
        "django/__init__.py": "",
        "django/core/__init__.py": "",
        "django/core/management/__init__.py": STUB,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: django\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in files))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (checkout / "requirements.lock").write_text(f"django @ {wheel.as_uri()} --hash=sha256:{digest}\n")


@pytest.fixture
def checkout(tmp_path):
    """manage.py and a lock in a path with a space and an å, and nothing else of the hub."""
    made = tmp_path / "gård 1"
    (made / "s3hub").mkdir(parents=True)
    (made / "s3hub" / "__init__.py").touch()
    shutil.copy(settings.BASE_DIR / "s3hub" / "embedded.py", made / "s3hub")
    shutil.copy(MANAGE, made)
    write_lock(made)
    return made


def test_an_old_python_can_read_it():
    ast.parse(MANAGE.read_text(), feature_version=(3, 5))


def test_an_old_python_gets_one_sentence():
    result = start("sys.version_info = (3, 9, 18)", "demo")

    assert result.returncode == 1
    assert result.stderr == (
        "The hub needs Python 3.11 or later, and this is Python 3.9: install a newer one, and start with python3.11.\n"
    )


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_gets_one_sentence(checkout, module):
    result = start(f"sys.modules[{module!r}] = None", "demo", cwd=checkout)

    assert result.returncode == 1
    assert result.stderr == (
        f"Python's module {module} is missing: install it (Debian and Ubuntu: sudo apt install python3-venv).\n"
    )


def test_a_link_to_somebody_elses_environment_is_left_alone(checkout, tmp_path):
    (tmp_path / "theirs").mkdir()
    (checkout / ".venv").symlink_to(tmp_path / "theirs")

    result = start("", "version", cwd=checkout)

    assert result.returncode == 1
    assert result.stderr.startswith(".venv is a link to an environment that was not made from this requirements.lock")
    assert list((tmp_path / "theirs").iterdir()) == []


def test_the_bootstrap_can_be_switched_off(checkout):
    result = start("", "version", cwd=checkout, S3HUB_NO_BOOTSTRAP="1")

    assert (result.returncode, (checkout / ".venv").exists()) == (0, False)


@pytest.mark.slow
def test_no_network_gets_one_sentence(checkout):
    (checkout / "requirements.lock").write_text(f"django==5.2 --hash=sha256:{'0' * 64}\n")

    result = start("", "demo", cwd=checkout, PIP_INDEX_URL="http://127.0.0.1:1/", PIP_CONFIG_FILE=os.devnull)

    assert result.returncode == 1
    assert result.stderr.splitlines()[1:] == [
        "The packages of requirements.lock could not be fetched: check the network, then run this again."
    ]


@pytest.mark.slow
def test_two_first_starts_make_one_environment_and_a_new_lock_another(checkout):
    environ = {**os.environ, "S3HUB_NO_BOOTSTRAP": "", "HOME": "/proc/no-home"}
    both = [
        subprocess.Popen(
            [sys.executable, checkout / "manage.py", "version"], env=environ, stdout=-1, stderr=-1, text=True
        )
        for _ in range(2)
    ]

    said = [process.communicate() for process in both]

    assert [out for out, _ in said] == ["Django version\n"] * 2
    assert "".join(err for _, err in said).count("Making .venv") == 1
    assert start("", "version", cwd=checkout).stderr == ""
    write_lock(checkout, "1.1")
    assert "Making .venv" in start("", "version", cwd=checkout).stderr


@pytest.mark.slow
def test_a_package_that_is_not_the_locked_one_is_refused(checkout):
    lock = checkout / "requirements.lock"
    lock.write_text(lock.read_text().split("sha256:")[0] + "sha256:" + "0" * 64)

    result = start("", "version", cwd=checkout)

    assert result.returncode == 1
    assert "DO NOT MATCH THE HASHES" in result.stderr
    assert not (checkout / ".venv" / "installed").exists()


@pytest.mark.slow
def test_a_taken_port_is_said_in_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = start("", "demo", f"--port={port}", S3HUB_NO_BOOTSTRAP="1")

    assert result.returncode == 1
    assert result.stderr == (
        f"CommandError: Port {port} is taken by another program: choose one with --port, "
        f"for example --port {port + 1}.\n"
    )
