"""Sending what is due.

A sender claims a few mails at a time and commits the claim, with a lease, before it speaks to the mail server; what it
does not come to within half of the lease it gives back. When it dies in between, the lease runs out: security and
transactional mails go again (the same Message-ID). No transaction is open while a mail server thinks.

Digests come last and hundreds at a time, since thousands are due in the same minute. They go over the line in slices:
that a slice has begun is committed before its first mail, together with what became of the slice before. So of a sender
that dies only the slice on the line stops as unknown; the rest waits for the next sender.
"""

import logging
from collections import Counter
from contextlib import closing, contextmanager
from datetime import timedelta
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from notifications import live, telling
from notifications.composing import compose
from notifications.models import Email, EmailKind, EmailState, Suppression
from notifications.rendering import render
from notifications.smtp import Courier, InDoubt, Later, Ledger, Refused

logger = logging.getLogger(__name__)

BACKOFF_MINUTES = (1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240, 225)  # 24 hours in all
RUN_SECONDS = 50

BATCH = 25  # mails that are claimed at once: one wait for the disk, and one question, for so many
MARGIN = 0.5  # of its lease a batch may use up; the rest is for the mail that is on the line

DIGESTS, SLICE = 350, 100  # claimed together (about what is sent while words are fresh), and on the line together
FIRST, RETRIED = "kind <> 'digest' AND attempts = 0", "kind <> 'digest' AND attempts > 0"

CLAIM = """
    UPDATE notifications_email AS mail
       SET state = 'sending', lease_until = now() + %s, begun_at = NULL, attempts = mail.attempts + 1
     WHERE state = 'queued'
       AND set_config('synchronous_commit', 'on', true) = 'on'
       AND id = ANY (ARRAY(SELECT id FROM notifications_email
                            WHERE state = 'queued' AND due_at <= now() AND {which}
                            ORDER BY (kind = 'digest'), due_at, id
                            LIMIT %s FOR UPDATE SKIP LOCKED))
 RETURNING mail.*,
           EXISTS (SELECT FROM notifications_suppression WHERE address = lower(mail."to")) AS is_suppressed,
           (SELECT NOT is_active FROM accounts_user WHERE id = mail.user_id) AS is_of_closed_account,
           kind = 'reminder' AND EXISTS (SELECT FROM notifications_mute WHERE user_id = mail.user_id
                                         AND target IN ('everything', 'mail:' || mail.template)) AS is_unwanted
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
    while monotonic() < until and courier.ready():
        if not (batch := claim()):
            if not (digests := claim_digests()):
                break
            done += _send_digests(digests, courier, until)
            continue
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


def _claimed(which, most):
    found = Email.objects.raw(CLAIM.format(which=which), [timedelta(seconds=settings.MAIL_LEASE), most])
    return sorted(found, key=lambda email: (email.due_at, email.pk))


def claim():
    """Take the mails that have waited longest, in order; [] when nothing but digests is due.

    What was tried before comes one at a time, so that a mail that kills its senders takes no others with it.
    """
    return _claimed(FIRST, BATCH) or _claimed(RETRIED, 1)


def claim_digests():
    return _claimed("kind = 'digest'", DIGESTS)


# ── Digests ──────────────────────────────────────────────────────────────────────────────────────────────────────────
NEXT_SLICE = """
WITH ended AS (
    UPDATE notifications_email AS mail
       SET state = 'sent', sent_at = now(), lease_until = NULL, answer = outcome.answer
      FROM unnest(%(sent)s::bigint[], %(answers)s::text[]) AS outcome (id, answer)
     WHERE mail.id = outcome.id AND mail.state = 'sending'
), told AS (
    UPDATE notifications_notification SET told_at = now() WHERE digest_id = ANY(%(sent)s::bigint[]) AND id = ANY (
        ARRAY(SELECT id FROM notifications_notification WHERE digest_id = ANY(%(sent)s::bigint[])
               ORDER BY user_id, id FOR UPDATE))
)
UPDATE notifications_email AS mail SET begun_at = now()
  FROM unnest(%(begun)s::bigint[], %(attempts)s::int[]) AS mine (id, attempts)
 WHERE mail.id = mine.id AND mail.state = 'sending' AND mail.attempts = mine.attempts
   AND set_config('synchronous_commit', 'on', true) = 'on'
RETURNING mail.id
"""
GIVE_BACK = """
UPDATE notifications_email SET state = 'queued', lease_until = NULL, attempts = attempts - 1
 WHERE id = ANY(%s) AND state = 'sending' AND begun_at IS NULL
"""


def _send_digests(batch, courier, until):
    """Send claimed digests in slices; how many came to which state."""
    done, sent, words = Counter(), {}, _words_of(batch)
    end = min(until, monotonic() + settings.MAIL_LEASE * MARGIN)
    while batch:
        ours, batch = batch[:SLICE], batch[SLICE:]
        begun = _next_slice(sent, ours)
        sent = {}
        for email in ours:
            if email.pk not in begun:  # its lease ran out: somebody else judges it
                continue
            if courier.ready() and (not done or monotonic() < end):
                done[_deliver(email, courier, words.read, sent=sent)] += 1
            else:
                email.give_back()
        if monotonic() >= end or not courier.ready():
            break
    _next_slice(sent, [])
    if batch:
        with connection.cursor() as cursor:
            cursor.execute(GIVE_BACK, [[email.pk for email in batch]])
    return done


def _next_slice(sent, begun):
    """Write down what became of a slice and that the next one begins; the ids of those that are still ours."""
    if not sent and not begun:
        return set()
    values = {"sent": list(sent), "answers": list(sent.values())}
    values |= {"begun": [email.pk for email in begun], "attempts": [email.attempts for email in begun]}
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SLICE, values)
        return {pk for (pk,) in cursor.fetchall()}


def recover():
    """Give back what dead senders held: leases that have run out."""
    expired = Email.objects.filter(state=EmailState.SENDING, lease_until__lt=timezone.now())
    begun = expired.filter(kind=EmailKind.DIGEST, begun_at__isnull=False)
    begun.update(state=EmailState.UNKNOWN, lease_until=None, answer="the sender died while sending")
    expired.exclude(kind=EmailKind.DIGEST, begun_at__isnull=False).update(state=EmailState.QUEUED, lease_until=None)


def _deliver(email, courier, read=live.read, sent=None):
    """Bring one claimed mail to its next state and return that state. With `sent` the answer to a mail that was taken
    is put there, for the caller to write down with others."""
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
    if sent is not None:
        sent[email.pk] = answer
        return EmailState.SENT
    return _end(email, EmailState.SENT, answer)


def _ending_without_sending(email):
    """Who gets a mail is decided now, not when it was written."""
    if email.expires_at and email.expires_at <= timezone.now():
        return EmailState.WITHDRAWN, "too late: what it carries is no longer valid"
    if email.is_of_closed_account and email.kind != EmailKind.SECURITY:
        return EmailState.WITHDRAWN, "the account is closed"
    if email.is_unwanted:
        return EmailState.WITHDRAWN, "the person wants no such mails any more"
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
    if state in (EmailState.SENT, EmailState.UNKNOWN):
        email.end(state, answer)
        return state
    with transaction.atomic():
        if email.end(state, answer):
            telling.tell_after_all(email)
    return state
