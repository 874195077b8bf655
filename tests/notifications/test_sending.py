"""What happens to a mail, answer by answer, with a real mail server."""

import logging
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications import live, sending
from notifications.models import Email, EmailKind, EmailState, Suppression
from tests.factories import make_user
from tests.notifications.conftest import queue, states

pytestmark = pytest.mark.django_db(transaction=True)


def make_due():
    Email.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_batch_goes_over_one_connection_and_is_marked_mail_by_mail(sink):
    mails = [queue() for _ in range(3)]

    assert sending.send_due() == {"sent": 3}

    assert (sink.connections, sink.ids()) == (1, {mail.message_id: 1 for mail in mails})
    rows = (
        Email.objects.order_by()
        .values_list("state", "attempts", "answer", "lease_until", "secret", "subject")
        .distinct()
    )
    assert list(rows) == [("sent", 1, "250 Taken", None, {"code": ""}, "Your code to sign in")]
    assert sending.send_due() == {}


def test_a_mail_whose_cause_is_gone_is_withdrawn_and_a_question_that_fails_stops_no_other(sink, monkeypatch):
    def reader(email):
        if email.to == "broken@example.org":
            raise LookupError
        if email.to == "late@example.org":
            raise live.NoLonger("answered")
        return {}

    monkeypatch.setattr(live, "_readers", {"asked": reader})
    late, broken, fine = (queue(f"{name}@example.org", live="asked") for name in ("late", "broken", "fine"))

    assert sending.send_due() == {"withdrawn": 1, "queued": 1, "sent": 1}

    assert states() == {late.to: "withdrawn", broken.to: "queued", fine.to: "sent"}
    assert Email.objects.get(to=late.to).answer == "answered"
    assert [taken.to for taken in sink.taken] == [[fine.to]]


def test_words_that_are_asked_for_at_sending_are_kept_nowhere(sink, monkeypatch):
    monkeypatch.setattr(live, "_readers", {"asked": lambda email: {"message": "kanarie"}})
    mail = queue("fine@example.org", template="contact", context={"topic": "t"}, secret={}, live="asked")
    sending.send_due()

    mail.refresh_from_db()
    assert "kanarie" in sink.taken[0].message.get_body(("plain",)).get_content()
    assert "kanarie" not in str([getattr(mail, field.attname) for field in mail._meta.fields])
    assert mail.subject == ""


def test_a_claim_is_never_made_inside_a_transaction(sink):
    queue()
    with transaction.atomic(), pytest.raises(RuntimeError):
        sending.send_due()
    assert sink.taken == []


def test_the_oldest_goes_first_and_digests_last(sink):
    now = timezone.now()
    queue("digest@example.org", kind=EmailKind.DIGEST, due_at=now - timedelta(hours=3))
    queue("young@example.org", due_at=now - timedelta(minutes=1))
    queue("old@example.org", due_at=now - timedelta(hours=1))
    queue("future@example.org", due_at=now + timedelta(minutes=1))

    sending.send_due()

    assert [taken.to for taken in sink.taken] == [["old@example.org"], ["young@example.org"], ["digest@example.org"]]


@pytest.mark.parametrize("answer", ["450 4.2.1 Busy", "421 4.3.2 Closing"])
def test_a_temporary_answer_waits_longer_each_time_and_gives_up_after_a_day(sink, answer):
    mail = queue("busy@example.org")
    sink.rcpt["busy@example.org"] = answer
    queue("next@example.org")

    assert sending.send_due() == {"queued": 1, "sent": 1}

    waits = []
    while True:
        mail.refresh_from_db()
        if mail.state != EmailState.QUEUED:
            break
        waits.append(round((mail.due_at - timezone.now()).total_seconds() / 60))
        make_due()
        sending.send_due()
    assert waits == list(sending.BACKOFF_MINUTES)
    assert sum(waits) == 24 * 60
    assert (mail.state, mail.answer, mail.secret) == (EmailState.FAILED, answer, {"code": ""})
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("where", "answer", "stopped"),
    [
        ("rcpt", "550 5.1.1 No such user", True),
        ("rcpt", "550 No such user", True),
        ("rcpt", "554 5.7.1 You are on a list", False),
        ("data", "554 5.7.1 Looks like spam", False),
        ("data", "552 Too big", False),
        ("data", "550 5.1.1 No such user", True),
        ("data", "550 5.2.1 Mailbox disabled", True),
    ],
)
def test_a_final_answer_fails_the_mail_and_stops_the_address_when_it_is_to_blame(sink, where, answer, stopped):
    queue("Gone@example.org")
    queue("next@example.org")
    getattr(sink, where)["Gone@example.org"] = answer

    assert sending.send_due() == {"failed": 1, "sent": 1}

    failed = Email.objects.get(to="Gone@example.org")
    assert (failed.answer, failed.attempts, failed.secret) == (answer, 1, {"code": ""})
    expected = [("gone@example.org", answer)] if stopped else []
    assert list(Suppression.objects.values_list("address", "reason")) == expected


@pytest.mark.parametrize("kind", EmailKind.values)
def test_nothing_goes_to_a_stopped_address(sink, kind):
    Suppression.objects.create(address="gone@example.org")
    queue("GONE@example.org", kind=kind)

    assert sending.send_due() == {"suppressed": 1}

    assert (sink.taken, Email.objects.get().secret) == ([], {"code": ""})


@pytest.mark.parametrize("trouble", ["drop", "silent"])
def test_a_lost_answer_sends_a_transactional_mail_again_and_leaves_a_digest_unknown(sink, settings, trouble):
    settings.EMAIL_TIMEOUT = 3
    mail = queue("a@example.org")
    queue("digest@example.org", kind=EmailKind.DIGEST)
    sink.data = {"a@example.org": trouble, "digest@example.org": trouble}

    assert sending.send_due() == {"queued": 1, "unknown": 1}

    sink.data = {}
    make_due()
    assert sending.send_due() == {"sent": 1}
    assert sink.ids() == {mail.message_id: 1}


def test_a_mail_taken_without_an_answer_arrives_twice_as_the_same_message(sink):
    mail = queue("a@example.org")
    sink.data["a@example.org"] = "take and drop"
    sending.send_due()
    sink.data = {}
    make_due()
    sending.send_due()

    assert sink.ids() == {mail.message_id: 2}
    assert Email.objects.get().state == EmailState.SENT


def test_a_server_that_drops_every_mail_is_left_alone_after_three(sink):
    for number in range(5):
        queue(f"a{number}@example.org", due_at=timezone.now() - timedelta(minutes=9 - number))
        sink.data[f"a{number}@example.org"] = "drop"

    assert sending.send_due() == {"queued": 3}

    assert list(Email.objects.order_by("id").values_list("attempts", flat=True)) == [1, 1, 1, 0, 0]


def test_a_dead_server_costs_no_attempt(sink, settings, caplog):
    settings.EMAIL_PORT = 1
    mail = queue("secret.name@example.org")

    with caplog.at_level(logging.DEBUG, logger="notifications"):
        assert sending.send_due() == {}

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (EmailState.QUEUED, 0)
    assert "cannot be reached" in caplog.text
    assert "secret.name" not in caplog.text


@pytest.mark.parametrize(
    ("kind", "begun", "state"),
    [
        ("security", True, "sent"),
        ("transactional", True, "sent"),
        ("digest", True, "unknown"),
        ("digest", False, "sent"),
    ],
)
def test_a_lease_that_ran_out(sink, settings, kind, begun, state):
    """Of digests only those of the slice on the line are in doubt."""
    settings.MAIL_LEASE = 0
    queue("a@example.org", kind=kind)
    (dead,) = sending.claim() or sending.claim_digests()
    if kind == "digest" and begun:
        assert sending._next_slice({}, [dead]) == {dead.pk}
    assert Email.objects.get().state == EmailState.SENDING

    sending.send_due()

    assert states() == {"a@example.org": state}
    assert sink.ids() == ({dead.message_id: 1} if state == "sent" else {})


def test_a_lease_that_holds_is_respected(sink):
    queue()
    sending.claim()
    assert sending.send_due() == {}
    assert sink.taken == []


def test_a_sender_that_was_overtaken_changes_nothing(settings):
    settings.MAIL_LEASE = 0
    queue()
    (slow,) = sending.claim()
    sending.recover()
    sending.claim()

    assert slow.end(EmailState.FAILED, "late") is False
    assert slow.put_back(timezone.now(), "late") is False
    assert Email.objects.get().state == EmailState.SENDING


def test_a_mail_that_kills_its_senders_is_given_up(sink):
    queue("a@example.org")
    Email.objects.update(attempts=len(sending.BACKOFF_MINUTES) + 1)
    assert sending.send_due() == {"failed": 1}
    assert sink.taken == []


def test_a_code_that_is_too_old_is_not_sent(sink):
    queue(expires_at=timezone.now() - timedelta(seconds=1))
    queue("good@example.org", expires_at=timezone.now() + timedelta(minutes=1))

    assert sending.send_due() == {"withdrawn": 1, "sent": 1}

    assert [taken.to for taken in sink.taken] == [["good@example.org"]]


@pytest.mark.parametrize(
    ("kind", "state"), [("security", "sent"), ("transactional", "withdrawn"), ("digest", "withdrawn")]
)
def test_a_closed_account_gets_security_mails_only(sink, kind, state):
    queue("a@example.org", user=make_user("a@example.org", is_active=False), kind=kind)
    sending.send_due()
    assert states() == {"a@example.org": state}


@pytest.mark.parametrize("template", ["no_such_template", "../../etc", "account_code"])
def test_a_mail_that_cannot_be_built_does_not_stop_the_next(sink, template, caplog):
    queue("broken@example.org", template=template, context={"minutes": []})
    queue("next@example.org")

    with caplog.at_level(logging.DEBUG):
        assert sending.send_due()["sent"] >= 1

    assert states() == {"broken@example.org": "queued", "next@example.org": "sent"}
    assert "ABC-123" not in caplog.text
    assert "broken@" not in caplog.text


def test_without_a_mail_server_mails_end_in_the_ledger(settings):
    settings.EMAIL_DELIVERY = "ledger"
    queue("a@example.org")

    assert sending.send_due() == {"sent": 1}

    mail = Email.objects.get()
    assert (mail.answer, mail.subject, mail.secret) == ("kept in the ledger", "Your code to sign in", {"code": ""})


def test_the_demo_keeps_the_code_to_be_read(settings):
    settings.EMAIL_DELIVERY, settings.DEMO = "ledger", True
    queue()
    sending.send_due()
    assert Email.objects.get().secret == {"code": "ABC-123"}


def test_four_senders_at_once_send_each_mail_once(sink):
    mails = [queue() for _ in range(40)]

    def work():
        sending.send_due()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sink.ids() == {mail.message_id: 1 for mail in mails}
    assert sink.connections > 1


def test_a_row_that_somebody_holds_is_passed_by(sink):
    now = timezone.now()
    held = queue("held@example.org", due_at=now - timedelta(hours=1))
    queue("free@example.org")
    holding, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Email.objects.select_for_update().get(pk=held.pk)
            holding.set()
            done.wait(5)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(5)
    try:
        assert sending.send_due() == {"sent": 1}
    finally:
        done.set()
        holder.join()
    assert states() == {"held@example.org": "queued", "free@example.org": "sent"}


def test_fresh_mails_are_claimed_together_and_what_was_tried_before_alone():
    fresh = [queue() for _ in range(3)]
    tried = [queue() for _ in range(2)]
    Email.objects.filter(pk__in=[mail.pk for mail in tried]).update(attempts=1)
    queue(kind=EmailKind.DIGEST)

    batches = [[mail.pk for mail in sending.claim()] for _ in range(3)]

    assert batches == [[mail.pk for mail in fresh], [tried[0].pk], [tried[1].pk]]
    assert sending.claim() == []
    assert [mail.pk for mail in sending.claim_digests()] == [Email.objects.latest("pk").pk]


def test_what_a_sender_does_not_come_to_it_gives_back_untried(sink, settings):
    settings.MAIL_LEASE = 0
    sink.pause = 0.02  # one mail takes longer than the sender has
    for _ in range(3):
        queue()

    assert sending.send_due(seconds=0.01) == {"sent": 1}
    waiting = Email.objects.filter(state=EmailState.QUEUED)
    assert list(waiting.values_list("attempts", "lease_until")) == [(0, None)] * 2
