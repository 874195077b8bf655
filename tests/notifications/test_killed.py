"""Real senders, killed in the middle: nothing lost, nothing doubled but as the same message, no digest doubled."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.conf import settings as configured
from django.db import connection

from notifications import bell, sending
from notifications.models import Email, EmailKind, EmailState
from tests.notifications.conftest import Valkey, queue, states

pytestmark = pytest.mark.django_db(transaction=True)
UNDER_WAY = [EmailState.QUEUED, EmailState.SENDING]


def wait_until(true, seconds, what):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


def all_ended():
    return not Email.objects.filter(state__in=UNDER_WAY).exists()


def test_senders_killed_at_random_lose_nothing_and_double_no_digest(sink, settings):
    settings.MAIL_LEASE = 2
    sink.pause = 0.004
    letters = [queue(kind=random.choice(["security", "transactional"])) for _ in range(80)]
    digests = [queue(kind=EmailKind.DIGEST) for _ in range(40)]

    def work():
        connection.connection = None  # one that Playwright's loop hid from `start` came along, and is not ours alone
        while True:
            sending.send_due()
            time.sleep(0.02)

    def start():
        connection.close()  # the child makes its own
        process = multiprocessing.get_context("fork").Process(target=work)
        process.start()
        return process

    senders = [start() for _ in range(4)]
    killed, endings = 0, set()
    try:
        while killed < 60 and not all_ended():
            time.sleep(random.uniform(0.02, 0.12))
            victim = random.randrange(4)
            senders[victim].kill()
            senders[victim].join()
            endings.add(senders[victim].exitcode)
            killed += 1
            senders[victim] = start()
        wait_until(all_ended, 60, "the end of every mail")
    finally:
        for sender in senders:
            sender.kill()
            sender.join()

    taken = sink.ids()
    assert killed >= 5
    assert endings == {-signal.SIGKILL}  # none had ended by itself
    assert [letter.pk for letter in letters if not taken[letter.message_id]] == []
    assert sum(taken[letter.message_id] - 1 for letter in letters) <= killed
    assert {taken[digest.message_id] for digest in digests} <= {0, 1}
    ends = dict(Email.objects.values_list("pk", "state"))
    assert {ends[letter.pk] for letter in letters} == {"sent"}
    lost = [digest for digest in digests if not taken[digest.message_id]]
    assert {ends[digest.pk] for digest in lost} <= {"unknown"}
    assert {ends[digest.pk] for digest in digests} <= {"sent", "unknown"}


def environment(sink, **more):
    """What a process of its own needs, to work on the tests' database and mail server."""
    server = connection.settings_dict
    parts = {"dbname": server["NAME"], "host": server["HOST"], "port": server["PORT"], "user": server["USER"]}
    parts["password"] = server["PASSWORD"]
    address = " ".join(f"{key}='{value}'" for key, value in parts.items() if value)
    own = {
        "DATABASE_URL": address,
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "SITE_URL": configured.SITE_URL,
        "SECRET_KEY": "of-a-test",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        **more,
    }
    return {**os.environ, **own}


@contextmanager
def worker(**options):
    flags = "--concurrency=2 --without-gossip --without-mingle --loglevel=ERROR"
    command = [sys.executable, "-m", "celery", "-A", "s3hub", "worker", *flags.split()]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_the_plain_command_sends_without_redis(sink):
    queue("a@example.org")
    command = [sys.executable, "manage.py", "send_due_mail"]
    done = subprocess.run(command, env=environment(sink), cwd=configured.BASE_DIR, capture_output=True, text=True)
    assert (done.stdout.strip(), states()) == ("sent: 1", {"a@example.org": "sent"})
    assert "ABC-123" not in done.stdout + done.stderr


@pytest.mark.slow
def test_a_worker_is_killed_redis_is_emptied_and_every_mail_still_goes(sink, monkeypatch, tmp_path):
    with Valkey(tmp_path) as valkey:
        monkeypatch.setattr(bell, "broker", lambda: valkey.broker_url)
        how = {"env": environment(sink, REDIS_URL=valkey.broker_url, MAIL_LEASE="2"), "cwd": configured.BASE_DIR}
        with worker(**how):
            first = queue("first@example.org")  # the bell alone: no scheduler runs here
            wait_until(lambda: sink.ids()[first.message_id], 15, "the first mail")
            valkey.command("FLUSHALL")
            second = queue("second@example.org")
            wait_until(lambda: sink.ids()[second.message_id], 5, "a mail after Redis was emptied")
            sink.pause = 0.05
            many = [queue() for _ in range(20)]
            wait_until(lambda: len(sink.taken) >= 6, 10, "the first of many")
        assert not all_ended()  # killed in the middle
        valkey.command("FLUSHALL")
        sink.pause = 0
        with worker(**how):
            time.sleep(2)  # the lease
            bell.ring()  # as the scheduler does
            wait_until(lambda: all_ended() or not bell.ring(), 15, "the end of every mail")
    taken = sink.ids()
    assert [mail.pk for mail in [first, second, *many] if not taken[mail.message_id]] == []
    assert sum(taken.values()) <= 22 + 2  # two were in the hands of the killed
    assert set(states().values()) == {"sent"}
