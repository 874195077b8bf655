"""Sending what is due.

A sender claims a few mails at a time and commits the claim, with a lease, before it speaks to the mail server; what it
does not come to within half of the lease it gives back. When it
dies in between, the lease runs out: security and transactional mails go again (the same Message-ID), a digest stops
as unknown. No transaction is open while a mail server thinks.
"""

import logging
from collections import Counter
from contextlib import closing, contextmanager
from datetime import timedelta
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from notifications import live
from notifications.composing import compose
from notifications.models import Email, EmailKind, EmailState, Suppression
from notifications.rendering import render
from notifications.smtp import Courier, InDoubt, Later, Ledger, Refused

logger = logging.getLogger(__name__)

BACKOFF_MINUTES = (1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240, 225)  # 24 hours in all
RUN_SECONDS = 50

BATCH = 25  # mails that are claimed at once: one wait for the disk, and one question, for so many
MARGIN = 0.5  # of its lease a batch may use up; the rest is for the mail that is on the line

CLAIM = """
    UPDATE notifications_email AS mail
       SET state = 'sending', lease_until = now() + %s, attempts = mail.attempts + 1
     WHERE state = 'queued'
       AND set_config('synchronous_commit', 'on', true) = 'on'
       AND id = ANY (ARRAY(SELECT id FROM notifications_email
                            WHERE state = 'queued' AND due_at <= now() AND (kind = 'digest' OR attempts > 0) = %s
                            ORDER BY (kind = 'digest'), due_at, id
                            LIMIT %s FOR UPDATE SKIP LOCKED))
 RETURNING mail.*,
           EXISTS (SELECT FROM notifications_suppression WHERE address = lower(mail."to")) AS is_suppressed,
           (SELECT NOT is_active FROM accounts_user WHERE id = mail.user_id) AS is_of_closed_account
"""


def send_due(*, seconds=RUN_SECONDS):
    """Send what is due until nothing is left or `seconds` have passed; returns how many came to which state.

    Any number of senders may run at once. Must not be called inside a transaction: the claim would not be durable.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Mail is never sent inside a transaction.")
    recover()
    if not Email.objects.due().exists():
        return Counter()
    courier = Courier() if settings.EMAIL_DELIVERY == "smtp" else Ledger()
    with closing(courier), _commits_that_may_lag():
        return _send_with(courier, until=monotonic() + seconds)


def _send_with(courier, *, until):
    done = Counter()
    while monotonic() < until and courier.ready() and (batch := claim()):
        end = min(until, monotonic() + settings.MAIL_LEASE * MARGIN)
        words = _words_of(batch)
        while batch:
            done[_deliver(batch.pop(0), courier, words.read)] += 1
            if monotonic() >= end or not courier.ready():
                break
        for email in batch:
            email.give_back()
    return done


def _words_of(batch):
    """Where the mails ask for their words: together, or one by one when that fails, so that only one fails then."""
    try:
        return live.Batch(batch)
    except Exception as error:  # noqa: BLE001 - one mail that cannot be built must not stop the others
        logger.error("Mails cannot be read together: %s", type(error).__name__)
        return live


@contextmanager
def _commits_that_may_lag():
    """Write outcomes to disk together with the next claim: one wait for the disk per batch.

    Only a crash of the database itself can lose an outcome then, and that is the case the lease is for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def claim():
    """Take the mails that have waited longest, in order; [] when nothing is due.

    What was tried before comes one at a time, so that a mail that kills its senders takes no others with it; digests
    come last and one at a time, since whether one of them went out must never be in doubt for a batch.
    """
    lease = timedelta(seconds=settings.MAIL_LEASE)
    found = list(Email.objects.raw(CLAIM, [lease, False, BATCH])) or list(Email.objects.raw(CLAIM, [lease, True, 1]))
    return sorted(found, key=lambda email: (email.due_at, email.pk))


def recover():
    """Give back what dead senders held: leases that have run out."""
    expired = Email.objects.filter(state=EmailState.SENDING, lease_until__lt=timezone.now())
    expired.exclude(kind=EmailKind.DIGEST).update(state=EmailState.QUEUED, lease_until=None)
    for digest in expired.filter(kind=EmailKind.DIGEST):
        digest.end(EmailState.UNKNOWN, "the sender died while sending")


def _deliver(email, courier, read=live.read):
    """Bring one claimed mail to its next state and return that state."""
    if ending := _ending_without_sending(email):
        return _end(email, *ending)
    try:
        words = read(email)
        rendered = render(email, live=words)
        message = compose(email, rendered)
    except live.NoLonger as reason:
        return _end(email, EmailState.WITHDRAWN, str(reason))
    except Exception as error:  # noqa: BLE001 - one mail that cannot be built must not stop the next
        logger.error("Mail %s cannot be built: %s", email.pk, type(error).__name__)
        return _again_later(email, f"cannot be built: {type(error).__name__}")
    email.subject = "" if words else rendered.subject
    try:
        answer = courier.send(email, message)
    except Later as error:
        return _again_later(email, str(error))
    except InDoubt as error:
        if email.kind == EmailKind.DIGEST:
            return _end(email, EmailState.UNKNOWN, str(error))
        return _again_later(email, str(error))
    except Refused as error:
        return _refused(email, error)
    return _end(email, EmailState.SENT, answer)


def _ending_without_sending(email):
    """Who gets a mail is decided now, not when it was written."""
    if email.expires_at and email.expires_at <= timezone.now():
        return EmailState.WITHDRAWN, "too late: what it carries is no longer valid"
    if email.is_of_closed_account and email.kind != EmailKind.SECURITY:
        return EmailState.WITHDRAWN, "the account is closed"
    if email.is_suppressed:
        return EmailState.SUPPRESSED, "no mail goes to this address"
    if email.attempts > len(BACKOFF_MINUTES) + 1:
        return EmailState.FAILED, email.answer or "given up"
    return None


def _again_later(email, answer):
    if email.attempts > len(BACKOFF_MINUTES):
        return _end(email, EmailState.FAILED, answer)
    wait = timedelta(minutes=BACKOFF_MINUTES[email.attempts - 1])
    email.put_back(timezone.now() + wait, answer)
    return EmailState.QUEUED


@transaction.atomic
def _refused(email, error):
    if error.address_is_dead:
        Suppression.objects.get_or_create(address=email.to.lower(), defaults={"reason": str(error)})
    return _end(email, EmailState.FAILED, str(error))


def _end(email, state, answer):
    email.end(state, answer)
    return state
