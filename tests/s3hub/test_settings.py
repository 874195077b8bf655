import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.cache import cache

from s3hub.celery import app
from tests.factories import make_actor

BASE = settings.BASE_DIR
PRODUCTION = {
    "DATABASE_URL": settings.DATABASE_URL,
    "REDIS_URL": settings.REDIS_URL,
    "SECRET_KEY": "a-secret-key-of-a-test-that-is-long-enough-and-holds-12-kinds",
    "SITE_URL": "https://hub.example.org",
    "TRUSTED_PROXIES": "1",
    "EMAIL_URL": "smtp://user:pass%20word@mail.example.org:587/?tls=1",
}
# Read, but not to be set by people: what test runners, Python, pip and our own start hand over.
HANDED_OVER = {"CI", "DJANGO_ALLOW_ASYNC_UNSAFE", "DJANGO_SETTINGS_MODULE", "PYTEST_XDIST_WORKER", "S3HUB_BEGAN"}
HANDED_OVER |= {"XDG_CACHE_HOME"}
READERS = ["manage.py", "s3hub/settings.py", "s3hub/wsgi.py", "s3hub/celery.py", "s3hub/embedded.py"]
READERS += ["s3hub/management/commands/demo.py", "tests/chromium.py", "tests/conftest.py"]
HANDING_ON = ["s3hub/keeper.py", "s3hub/processes.py"]  # to the programs they start


def run(*arguments, **environ):
    """Run Python on the checkout with nothing but `environ` set."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments], cwd=BASE, env={**kept, **environ}, capture_output=True, text=True, check=False
    )


def ask(expression, **environ):
    """What `expression` is with the settings that `environ` makes."""
    entry = environ.pop("by", "s3hub")
    code = f"import json, {entry}; from django.conf import settings as s; print(json.dumps({expression}))"
    result = run("-c", code, DJANGO_SETTINGS_MODULE="s3hub.settings", **environ)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_the_cache_and_the_database_of_the_tests_answer(db):
    make_actor("Ångbåt")
    cache.set("key", "värde")

    assert cache.get("key") == "värde"


def test_no_test_rings_the_bell_of_a_demo():
    assert settings.CELERY_BROKER_URL == "memory://"


def test_the_example_lists_exactly_what_is_read():
    listed = set(re.findall(r"^([A-Z0-9_]+)=", (BASE / ".env.example").read_text(), re.MULTILINE))
    name = r'(?:\benv(?:_flag|_list)?|environ(?:\.get|\.setdefault|\.pop)?)[(\[]"([A-Z0-9_]+)"'
    read = set(re.findall(name, "".join((BASE / path).read_text() for path in READERS)))

    assert read - HANDED_OVER == listed


def test_nobody_else_reads_the_environment():
    others = {
        str(path.relative_to(BASE))
        for app in ("web", "accounts", "notifications", "actors", "insight", "s3hub")
        for path in (BASE / app).rglob("*.py")
        if "environ" in path.read_text() and str(path.relative_to(BASE)) not in READERS
    }

    assert others == set(HANDING_ON)


def test_an_example_file_with_empty_values_changes_nothing():
    empty = dict.fromkeys(re.findall(r"^([A-Z0-9_]+)=", (BASE / ".env.example").read_text(), re.MULTILINE), "")
    values = "[s.DEBUG, s.SITE_URL, s.DATABASE_URL, s.EMAIL_URL, s.TIME_ZONE, s.LOGGING, str(s.STATIC_ROOT)]"

    assert ask(values, **empty) == ask(values)


@pytest.mark.parametrize("reason", [{"DEBUG": "0"}, {"SITE_URL": "https://hub.example.org"}])
def test_a_start_without_a_secret_key_is_refused(reason):
    result = run(
        "-c", "from django.conf import settings; settings.DEBUG", DJANGO_SETTINGS_MODULE="s3hub.settings", **reason
    )

    assert result.returncode == 1
    assert "SECRET_KEY must be set when DEBUG is off." in result.stderr


def test_a_demo_is_not_put_on_a_public_address_by_accident():
    result = run("manage.py", "check", DEMO="1", **PRODUCTION)

    assert result.returncode == 1
    assert "DEMO is on, and SITE_URL is a public address" in result.stderr
    assert ask("s.DEMO", DEMO="1", DEMO_IN_PUBLIC="1", **PRODUCTION) is True
    assert ask("s.DEMO", DEMO="1", SITE_URL="http://localhost:8000") is True


def test_the_deploy_check_is_clean():
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", "--database", "default", **PRODUCTION)

    assert (result.returncode, result.stderr) == (0, "")


def test_production_is_what_the_address_says():
    values = "[s.DEBUG, s.ALLOWED_HOSTS, s.SESSION_COOKIE_NAME, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS]"

    assert ask(values, **PRODUCTION) == [False, ["hub.example.org"], "__Host-session", "pass word", True]


def test_a_request_has_five_seconds_and_a_job_a_minute():
    options = "s.DATABASES['default']['OPTIONS']['options'].split()[1]"

    assert ask(options) == "statement_timeout=60s"
    assert ask(options, by="s3hub.wsgi") == "statement_timeout=5s"
    assert ask(options, by="s3hub.wsgi", STATEMENT_TIMEOUT="9s") == "statement_timeout=9s"


def test_log_lines_can_be_json():
    log = "import logging.config; logging.config.dictConfig(s.LOGGING); logging.getLogger('x').error('Å %s', 1)"
    code = f"from django.conf import settings as s; {log}"

    result = run("-c", code, DJANGO_SETTINGS_MODULE="s3hub.settings", LOG_FORMAT="json")

    line = json.loads(result.stderr)
    assert {key: line[key] for key in ("level", "logger", "message")} == {
        "level": "ERROR",
        "logger": "x",
        "message": "Å 1",
    }


def test_what_is_scheduled_is_a_task_that_workers_know():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
