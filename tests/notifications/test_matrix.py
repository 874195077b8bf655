"""Every trouble of a mail server × every kind of mail: how it ends, after how many tries, and how often it arrived.

The clock is moved minute by minute, and a sender runs in each, as the scheduler has it.
"""

from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from notifications import digests, sending
from notifications.models import DigestSetting, Email, EmailKind, EmailState, Notification, Suppression
from tests.clock import moved_clock
from tests.factories import make_user
from tests.notifications.conftest import queue
from tests.notifications.test_notices import berth, tell  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = datetime(2027, 3, 22, 7, tzinfo=UTC)
OTHERS = [EmailKind.SECURITY, EmailKind.TRANSACTIONAL, EmailKind.REMINDER]
SENT, FAILED, UNKNOWN = EmailState.SENT, EmailState.FAILED, EmailState.UNKNOWN


@pytest.fixture
def clock():
    with moved_clock(MONDAY) as clock:
        yield clock


def make(kind, clock):
    """A mail of this kind to a person of its own; a digest has something to tell."""
    user = make_user()
    if kind != EmailKind.DIGEST:
        return queue(user.email, kind=kind, user=user, due_at=clock.now())
    tell(user)
    return next_digest(user, clock)


def next_digest(user, clock):
    DigestSetting.objects.update_or_create(user=user, defaults={"next_at": clock.now()})
    digests.queue_due()
    return Email.objects.filter(user=user).latest("pk")


def minutes(number, clock):
    for _minute in range(number):
        sending.send_due()
        clock.move(minutes=1)


def outcome(mail, sink):
    mail.refresh_from_db()
    is_stopped = Suppression.objects.filter(address=mail.to).exists()
    return (mail.state, mail.attempts, sink.ids()[mail.message_id], is_stopped)


def trouble(sink, settings, where, answer, to):
    if where == "away":
        settings.EMAIL_PORT = 1
    else:
        getattr(sink, where)[to] = answer


def no_trouble(sink, settings):
    settings.EMAIL_PORT = sink.port
    sink.rcpt, sink.data = {}, {}


# (state, tries, copies that arrived, whether the address is stopped) of a digest, and of every other kind of mail
WELL = (SENT, 1, 1, False)
LATER = (SENT, 7, 1, False)  # at 0, 1, 3, 7, 15 and 31 minutes in vain, at 63 it is taken
HOUR = {
    ("away", ""): (WELL, WELL),  # a server that is not there costs no try
    ("rcpt", "421 4.3.2 Closing"): (LATER, LATER),
    ("rcpt", "452 4.2.2 Full"): (LATER, LATER),
    ("data", "421 4.3.2 Closing"): (LATER, LATER),
    ("data", "452 4.3.1 Full"): (LATER, LATER),
    ("rcpt", "550 5.1.1 No such user"): ((FAILED, 1, 0, True), (FAILED, 1, 0, True)),
    ("data", "550 5.1.1 No such user"): ((FAILED, 1, 0, True), (FAILED, 1, 0, True)),
    ("data", "550 5.7.1 Not welcome"): ((FAILED, 1, 0, False), (FAILED, 1, 0, False)),
}
ONCE = {
    ("data", "silent"): ((UNKNOWN, 1, 0, False), (SENT, 2, 1, False)),
    ("data", "drop"): ((UNKNOWN, 1, 0, False), (SENT, 2, 1, False)),
    ("data", "take and drop"): ((UNKNOWN, 1, 1, False), (SENT, 2, 2, False)),
}


def expected(of_digest, of_others):
    return {EmailKind.DIGEST: of_digest, **dict.fromkeys(OTHERS, of_others)}


def ended(where, answer, sink, settings, clock, *, lasting):
    """{kind: outcome} after the trouble lasted so many minutes, and two hours more."""
    found, mails = {}, {}
    for kind in [EmailKind.DIGEST, *OTHERS]:
        mails[kind] = mail = make(kind, clock)
        trouble(sink, settings, where, answer, mail.to)
        minutes(lasting, clock)
        no_trouble(sink, settings)
        minutes(64, clock)
        found[kind] = outcome(mail, sink)
    return SimpleNamespace(outcomes=found, mails=mails)


@pytest.mark.parametrize(("case", "ends"), HOUR.items(), ids=map(" ".join, HOUR))
def test_an_hour_of_trouble_loses_nothing_that_can_be_delivered(sink, settings, clock, case, ends):
    done = ended(*case, sink, settings, clock, lasting=60)

    assert done.outcomes == expected(*ends)


@pytest.mark.parametrize(("case", "ends"), ONCE.items(), ids=map(" ".join, ONCE))
def test_without_an_answer_a_digest_is_in_doubt_and_the_rest_goes_again_as_the_same_message(
    sink, settings, clock, case, ends
):
    settings.EMAIL_TIMEOUT = 0.5
    done = ended(*case, sink, settings, clock, lasting=1)

    assert done.outcomes == expected(*ends)


@pytest.mark.parametrize(("where", "answer"), [*HOUR, *ONCE], ids=map(" ".join, [*HOUR, *ONCE]))
def test_what_a_digest_did_not_tell_comes_in_the_next_and_what_it_told_does_not(sink, settings, clock, where, answer):
    settings.EMAIL_TIMEOUT = 0.5
    first = make(EmailKind.DIGEST, clock)
    trouble(sink, settings, where, answer, first.to)
    minutes(1, clock)
    no_trouble(sink, settings)
    Suppression.objects.all().delete()
    minutes(3, clock)
    first.refresh_from_db()
    clock.move(days=1)

    second = next_digest(first.user, clock)
    minutes(1, clock)

    told = Counter(taken.message.get_body(("plain",)).get_content().count("Berth 1") for taken in sink.taken)
    assert not Notification.objects.pending().exists()
    assert (second.pk == first.pk) == (first.state == SENT)
    assert told == {1: 2 if answer == "take and drop" else 1}
