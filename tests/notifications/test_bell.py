"""The broker is away: the person waits two seconds at most, and is told the truth."""

import os
import signal
import time

import pytest
from django.urls import reverse

from notifications import bell, sending
from notifications.models import Email
from tests.factories import make_user
from tests.notifications.conftest import Valkey, queue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def valkey(tmp_path, monkeypatch):
    """The broker of the bell, in place of the tests' own."""
    with Valkey(tmp_path) as valkey:
        monkeypatch.setattr(bell, "broker", lambda: valkey.broker_url)
        yield valkey


def kill(valkey):
    valkey.process.kill()
    valkey.process.wait()


def freeze(valkey):
    os.kill(valkey.process.pid, signal.SIGSTOP)


def seconds(act):
    start = time.monotonic()
    act()
    return time.monotonic() - start


def test_the_bell_is_heard_and_its_message_dies_when_nobody_comes(valkey):
    assert bell.ring() is True
    assert valkey.command("LLEN", "celery") == 1
    assert bell.mail_may_wait() is False


@pytest.mark.parametrize("trouble", [kill, freeze])
def test_a_mail_is_saved_within_two_seconds_without_the_broker(valkey, caplog, trouble):
    trouble(valkey)

    assert seconds(lambda: queue("secret.name@example.org")) <= 2
    assert seconds(lambda: queue("other@example.org")) <= 0.5  # nobody waits for a dead broker twice

    assert bell.mail_may_wait() is True
    assert Email.objects.count() == 2
    assert "does not answer" in caplog.text
    assert "secret.name" not in caplog.text and "ABC-123" not in caplog.text


def test_the_bell_rings_again_when_the_broker_is_back(valkey, monkeypatch):
    freeze(valkey)
    assert bell.ring() is False
    os.kill(valkey.process.pid, signal.SIGCONT)
    assert bell.ring() is False
    monkeypatch.setattr(bell, "_quiet_until", time.monotonic())
    assert bell.ring() is True
    assert bell.mail_may_wait() is False


@pytest.mark.parametrize("trouble", [kill, freeze])
def test_a_post_that_queues_a_mail_answers_within_two_seconds_without_redis(valkey, client, settings, trouble):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": valkey.cache_url}}
    user = make_user("eva@example.org")
    page = reverse("account_request_login_code")
    client.get(page)
    trouble(valkey)

    assert seconds(lambda: client.post(page, {"email": user.email})) <= 2

    mail = Email.objects.get()
    assert (mail.to, mail.state) == ("eva@example.org", "queued")
    assert sending.send_due() == {"sent": 1}  # the plain command needs no Redis


def test_a_mail_that_nobody_sends_is_told_too(valkey, settings):
    mail = queue()
    assert bell.mail_may_wait() is False
    Email.objects.filter(pk=mail.pk).update(due_at="2026-01-01T00:00Z")
    assert bell.mail_may_wait() is True
