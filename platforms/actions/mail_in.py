"""A mail to a reply address becomes a post, or its writer is told why not."""

import hashlib
from datetime import timedelta
from enum import Enum

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied

from accounts.models import Tally, User
from notifications import bounces, incoming
from notifications.stripping import strip
from platforms.actions import talk
from platforms.actions.rooms import Frozen, NoEntry
from platforms.actions.talk_mail import addressed, answer
from platforms.models import LONGEST_POST, Thread, Via

MOST_MAILS = 30  # of one person in an hour: more is a machine


class Outcome(Enum):
    """What became of a mail; the value is for the log and holds nobody's words."""

    POSTED = "posted"
    TOLD = "the writer was told why not"
    DROPPED = "dropped: automatic"
    STOPPED = "a mail of ours did not arrive: the address is stopped"
    NOBODY = "no such address"
    UNREADABLE = "not a mail"


def receive(raw, recipients=()):
    """Take in one mail (bytes); `recipients` are those of the envelope, else those in its head are looked at."""
    try:
        mail = incoming.read(raw)
    except incoming.Unreadable:
        return Outcome.UNREADABLE
    if mail.is_automatic:
        return Outcome.STOPPED if bounces.take(raw) else Outcome.DROPPED
    found = addressed(recipients or mail.recipients)
    thread = Thread.objects.select_related("space").filter(pk=found[0]).first() if found else None
    user = User.objects.filter(pk=found[1], is_active=True).first() if found else None
    if thread is None or user is None:
        return Outcome.NOBODY
    if not Tally.objects.spend("talk.mail", user.pk, limit=MOST_MAILS, per=timedelta(hours=1)):
        return Outcome.DROPPED
    return _from_person(mail, thread, user)


def _from_person(mail, thread, user):
    reason = _why_not(mail, user) or _post(mail, thread, user)
    if reason:
        answer(user, thread.pk, reason, cause=mail.message_id)
        return Outcome.TOLD
    if mail.attachments:
        answer(user, thread.pk, "attachments", cause=mail.message_id)
    return Outcome.POSTED


def _why_not(mail, user):
    if not _is_address_of(mail.sender, user):
        return "other_sender"
    text = strip(mail.text)
    if not text:
        return "empty"
    return "too_long" if len(text) > LONGEST_POST else ""


def _is_address_of(address, user):
    """Whether the address is proven to be the person's. That nobody else wrote it is the mail server's to judge."""
    verified = EmailAddress.objects.filter(user=user, email__iexact=address, verified=True)
    return bool(address) and verified.exists()


def _post(mail, thread, user):
    """Post it and return ""; else the reason why not."""
    once = hashlib.sha256(f"{thread.pk}:{mail.message_id}".encode()).hexdigest()
    try:
        talk.write(thread, by=user, body=strip(mail.text), via=Via.MAIL, message_id=once)
    except NoEntry:
        return "no_entry"
    except PermissionDenied:
        return "reads_only"
    except Frozen:
        return "frozen"
    except talk.Closed as error:
        return error.code
    return ""
