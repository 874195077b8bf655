"""The broker is away: the person waits two seconds at most, and is told the truth. And what the broker may know."""

import base64
import os
import re
import signal
import time

import pytest
import redis
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from notifications import bell, sending, tasks
from notifications.models import DigestSetting, Email, Notification
from platforms.models import SpaceInvitation
from tests.actors.journeys import DETAILS, NUMBER, code_for
from tests.factories import make_actor, make_space, make_user, verified
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


PERSON = {"person": "Bo Bok", "email": "bo@havsprov.example", "message": "I lead it."}
LETTER = {"about": "other", "message": "It does not work.", "email": "bo@havsprov.example"}


def to_details(client):
    client.post(reverse("registration_start"), {"query": NUMBER, "new": "1"})
    return reverse("registration_details"), DETAILS


def to_preview(client):
    client.post(*to_details(client))
    step = client.post(reverse("registration_code"), {"code": code_for(DETAILS["email"])}).url
    return step.replace("/can/", "/preview/"), {}


def to_claim(client):
    return reverse("actor_claim", args=[make_actor().slug]), PERSON


def to_claim_code(client):
    client.post(*to_claim(client))
    return reverse("claim_code"), {"code": code_for(PERSON["email"])}


def to_claim_signed_in(client):
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    return to_claim(client)


def to_contact(client):
    return reverse("contact"), LETTER


def to_sign_in(client):
    return reverse("account_request_login_code"), {"email": "nobody@example.org"}


def to_new_code(client):
    client.post(*to_details(client))
    return reverse("registration_code_again"), {}


WAYS = [
    to_details,
    to_preview,
    to_claim,
    to_claim_code,
    to_claim_signed_in,
    to_contact,
    to_sign_in,
    to_new_code,
]


@pytest.mark.parametrize("is_away", [True, False], ids=["away", "there"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_whoever_waits_for_a_mail_is_told_when_it_may_take_long(valkey, settings, way, is_away):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": valkey.cache_url}}
    client = Client()
    with translation.override("en"):
        path, values = way(client)
        before = set(Email.objects.values_list("pk", flat=True))
        if is_away:
            kill(valkey)
        start = time.monotonic()
        answer = client.post(path, values)
        took = time.monotonic() - start
        page = client.get(answer.url)

    assert took <= 2
    assert Email.objects.exclude(pk__in=before).filter(state="queued").count() == 1
    assert page.status_code == 200
    assert ("The mail may take some minutes" in page.content.decode()) is is_away


# ── What lies in Redis ───────────────────────────────────────────────────────────────────────────────────────────────
def everything_in(valkey):
    """Names and values of all keys in all databases, what is packed for transport unpacked, as one text."""
    found = []
    for number in range(16):
        with redis.Redis(unix_socket_path=str(valkey.socket), db=number) as client:
            for key in client.scan_iter():
                kind = client.type(key).decode()
                found += [key, *_values(client, kind, key)]
    packed = [base64.b64decode(run) for text in found for run in re.findall(rb"[A-Za-z0-9+/]{16,}={0,2}", text)]
    return b"\n".join(found + packed).decode("utf-8", "replace")


def _values(client, kind, key):
    if kind == "list":
        return client.lrange(key, 0, -1)
    if kind == "hash":
        return [part for pair in client.hgetall(key).items() for part in pair]
    if kind == "set":
        return list(client.smembers(key))
    return client.zrange(key, 0, -1) if kind == "zset" else [client.get(key)]


def test_the_whole_chain_leaves_ids_only_in_redis(valkey, settings, sink):
    """Posting, inviting, reading, signing in with a code, writing to staff, digests: nothing of it can be read."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": valkey.cache_url}}
    eva = verified(make_user("eva.kanarie@example.org", name="Eva Kanarie", language="en"))
    bo = make_user("bo.kanarie@example.org", name="Bo Kanarie", language="en")
    space = make_space("Kanarieviken", coordinator=eva, members=[bo])
    client, stranger = Client(), Client()
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    with translation.override("en"):
        words = {"title": "Kanariesamtal", "body": "Kanarieord @Bo Kanarie"}
        page = client.post(reverse("thread_new", args=[space.slug]), words, follow=True)
        assert "Kanarieord" in page.content.decode()
        people = {"people": "ulf.kanarie@example.org", "role": "member", "language": "en", "line": "", "do": "send"}
        client.post(reverse("invitation_new", args=[space.slug]), people)
        stranger.post(reverse("account_request_login_code"), {"email": bo.email})
        stranger.post(reverse("contact"), {**LETTER, "email": "siv.kanarie@example.org", "message": "Kanariebrev"})
    DigestSetting.objects.update_or_create(user=bo, defaults={"next_at": timezone.now()})
    Notification.objects.update(told_at=None)
    tasks.queue_due_digests()

    held = everything_in(valkey)
    assert sending.send_due()["sent"] >= 4
    mails = list(Email.objects.all())
    assert {mail.template for mail in mails} >= {"digest", "talk_post", "space_invitation"}
    assert bell.TASK in held and "s3hub:" in held  # both the queue and the cache were looked at
    secrets = [value for mail in mails for value in mail.secret.values()]
    addresses = [part for mail in mails for part in (mail.to, mail.key, mail.message_id)]
    tokens = [invitation.token for invitation in SpaceInvitation.objects.all()]
    for word in ["kanarie", space.slug, client.session.session_key, *secrets, *addresses, *tokens]:
        assert not word or word.lower() not in held.lower(), word
