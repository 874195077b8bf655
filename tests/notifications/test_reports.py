"""What the mail provider reports: only what it signed itself just now counts, once, and in any letters."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Tally
from notifications import reports, sending
from notifications.models import Cause, Email, EmailState, Suppression
from tests.factories import make_user
from tests.notifications.conftest import queue

pytestmark = pytest.mark.django_db
SECRET = "a-secret-that-the-provider-and-we-share-0123456789"


@pytest.fixture(autouse=True)
def connected(settings):
    settings.MAIL_REPORT_SECRET = SECRET


@pytest.fixture
def sent():
    mail = queue("Eva@Example.org")
    Email.objects.filter(pk=mail.pk).update(state=EmailState.SENT)
    mail.refresh_from_db()
    return mail


def facts(**values):
    return {"event": "e1", "kind": "hard", "address": "eva@example.org", "diagnostic": "550 5.1.1 No", **values}


def post(body, *, moment=None, client=None, **headers):
    """POST these bytes (or this JSON) as the provider does; `headers` in place of the right ones."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    moment = moment or str(int(time.time()))
    right = {"X-Mail-Timestamp": moment, "X-Mail-Signature": reports.signature(body, moment)}
    sent = {**right, **{name.replace("_", "-"): value for name, value in headers.items()}}
    # A client that insists on tokens in forms: the provider has none.
    client = client or Client(enforce_csrf_checks=True)
    return client.post(reverse("mail_report"), body, content_type="application/json", headers=sent)


def outcome(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["outcome"]


# ── The door ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_without_a_secret_there_is_no_such_address(client, settings, method):
    body = b"{}"
    headers = {"X-Mail-Timestamp": "1", "X-Mail-Signature": reports.signature(body, "1")}
    settings.MAIL_REPORT_SECRET = ""
    assert getattr(client, method)(reverse("mail_report"), headers=headers).status_code == 404


def test_only_a_post_is_taken(client):
    assert client.get(reverse("mail_report")).status_code == 405


@pytest.mark.parametrize(
    "given", ["", "sha256=", "sha256=" + "0" * 64, "å", reports.signature.__name__], ids=["no", "empty", "0", "å", "x"]
)
def test_what_is_not_signed_changes_nothing_and_learns_nothing(sent, given):
    answer = post(facts(), X_Mail_Signature=given)
    assert (answer.status_code, answer.content) == (403, b"")
    assert not Suppression.objects.exists()


def test_a_signature_is_good_for_its_own_bytes_and_moment_only(sent):
    now = str(int(time.time()))
    other = reports.signature(json.dumps(facts(address="bo@example.org")).encode(), now)
    earlier = reports.signature(json.dumps(facts()).encode(), str(int(now) - 1))
    assert [post(facts(), moment=now, X_Mail_Signature=each).status_code for each in (other, earlier)] == [403, 403]


@pytest.mark.parametrize("away", [-3600, -301, 302, 3600])
def test_what_was_recorded_is_of_no_use_later(sent, away):
    assert post(facts(), moment=str(int(time.time()) + away)).status_code == 403
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("moment", ["now", "-1", "1.5", "٣", " 1", "9" * 13])
def test_a_moment_that_is_none_is_refused(moment):
    assert post(facts(), moment=moment).status_code == 403


def test_a_clock_may_differ_by_minutes(sent):
    assert outcome(post(facts(), moment=str(int(time.time()) - 290))) == "stopped"


def test_what_is_too_large_is_not_read(sent):
    assert post(facts(diagnostic="x" * reports.MOST_BYTES)).status_code == 413
    assert not Suppression.objects.exists()


def test_a_flood_is_held_off(settings, monkeypatch):
    monkeypatch.setattr(reports, "MOST_A_MINUTE", 2)
    assert [post(facts(), X_Mail_Signature="x").status_code for _time in range(3)] == [403, 403, 429]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"", "JSON"),
        (b"[" * 5000, "JSON"),
        (b"\xff", "JSON"),
        (b'"\\ud800"', "object"),
        ([], "object"),
        (facts(event=""), "event"),
        (facts(event=7), "event"),
        (facts(event="\ud800"), "event"),
        (facts(event="x" * 201), "event"),
        (facts(kind="opened"), "kind"),
        (facts(address="eva"), "address"),
        (facts(address=None), "address"),
        (facts(diagnostic=["x"]), "diagnostic"),
        (facts(message_id={}), "message_id"),
    ],
    ids=str,
)
def test_a_signed_report_that_cannot_be_read_says_what_is_wrong(sent, body, names):
    answer = post(body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert names in answer.json()["detail"]
    assert not Suppression.objects.exists()


# ── What it does ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("address", ["eva@example.org", "EVA@EXAMPLE.ORG", " Eva@example.org "])
def test_a_dead_address_is_stopped_in_any_letters_and_its_mail_has_failed(sent, address):
    assert outcome(post(facts(address=address, message_id=sent.message_id))) == "stopped"

    sent.refresh_from_db()
    assert (sent.state, sent.answer) == (EmailState.FAILED, "hard: 550 5.1.1 No")
    assert list(Suppression.objects.values_list("address", "cause", "reason")) == [
        ("eva@example.org", Cause.DEAD, "hard: 550 5.1.1 No")
    ]


def test_a_complaint_stops_the_address_and_the_mail_has_arrived(sent):
    assert outcome(post(facts(kind="complaint", message_id=sent.message_id, diagnostic="abuse"))) == "stopped"

    sent.refresh_from_db()
    assert (sent.state, sent.answer) == (EmailState.SENT, "complaint: abuse")
    assert Suppression.objects.get().cause == Cause.COMPLAINT


def test_a_passing_trouble_is_noted_and_stops_nothing(sent):
    assert outcome(post(facts(kind="soft", message_id=sent.message_id, diagnostic="452 4.2.2 Full"))) == "noted"

    sent.refresh_from_db()
    assert (sent.state, sent.answer) == (EmailState.SENT, "soft: 452 4.2.2 Full")
    assert not Suppression.objects.exists()


def test_a_report_that_names_no_mail_or_another_s_stops_the_address_and_touches_no_mail(sent):
    other = queue("bo@example.org")

    assert outcome(post(facts(message_id=other.message_id))) == "stopped"
    assert outcome(post(facts(event="e2"))) == "stopped"

    assert set(Email.objects.values_list("state", "answer")) == {("sent", ""), ("queued", "")}
    assert Suppression.objects.get().address == "eva@example.org"


def test_of_an_address_that_we_never_wrote_to_nothing_is_kept():
    assert outcome(post(facts(address="stranger@example.org"))) == "no mail of ours"
    assert not Suppression.objects.exists()


def test_a_domain_in_its_own_letters_is_the_one_that_servers_write():
    queue("eva@örn.example")
    assert outcome(post(facts(address="eva@xn--rn-eka.example"))) == "stopped"
    assert Suppression.objects.get().address == "eva@örn.example"


def test_the_same_event_is_one_also_after_staff_let_mail_go_there_again(sent):
    assert outcome(post(facts())) == "stopped"
    Suppression.objects.all().delete()

    assert outcome(post(facts())) == "seen before"
    assert not Suppression.objects.exists()
    assert outcome(post(facts(event="e2"))) == "stopped"


def test_an_event_that_could_not_be_taken_in_is_taken_when_it_comes_again(sent, monkeypatch):
    def breaks(*args):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("notifications.bounces._suppress", breaks)
        with pytest.raises(RuntimeError):
            post(facts())
    assert outcome(post(facts())) == "stopped"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_counts(sent):
    def deliver(_number):
        try:
            return outcome(post(facts()))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(deliver, range(4))) == ["seen before"] * 3 + ["stopped"]


@pytest.mark.django_db(transaction=True)
def test_what_is_stopped_is_not_sent_to_however_it_is_written(sink):
    sent = queue("eva@example.org")
    sending.send_due()
    post(facts(message_id=sent.message_id))

    later = [queue(address) for address in ("eva@example.org", "EVA@example.ORG")]
    sending.send_due()

    assert {Email.objects.get(pk=mail.pk).state for mail in later} == {EmailState.SUPPRESSED}
    assert len(sink.taken) == 1


SAID = {"hard": "turned our mails away", "complaint": "reported as unwanted"}


@pytest.mark.parametrize("kind", SAID)
def test_the_person_reads_on_their_page_why_and_what_to_do(client, sent, kind):
    eva = make_user("eva@example.org", language="en")
    post(facts(kind=kind))

    client.force_login(eva)
    with override("en"):
        page = client.get(reverse("my_page")).content.decode()
    assert [words in page for words in SAID.values()] == [each == kind for each in SAID]


def test_nothing_of_a_report_is_kept_beside_the_mail_and_the_stop(sent):
    post(facts(event="secret-event"))
    assert not Tally.objects.filter(key__contains="secret").exists()
