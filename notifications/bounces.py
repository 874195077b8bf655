"""Reports that a mail of ours did not arrive, or was unwanted: they stop mail to the address.

They come as mails of mail servers (RFC 3464), or from the provider that sends for us. Anybody can write such a mail, so
it counts only when it names the Message-ID of a mail that we sent to that very address: whoever knows it has had the
mail.
"""

import re
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

from django.db import models, transaction
from django.db.models import Q

from accounts.models import Tally
from notifications.models import Cause, Email, EmailState, Suppression
from web.text import clean_line

MOST_RECIPIENTS, LOOKED_AT = 20, 200
REMEMBERED = timedelta(days=30)  # how long an event that comes again is known
OUR_ID = re.compile(r"<[0-9a-f]{40}@[^<>\s]{1,200}>")
PASSING = ("5.2.2", "5.3.4", "5.4.", "5.7.")  # a full box, too large, the way there, policy: not the address's fault


def take(raw):
    """Read one mail (bytes); the mails of ours that it says did not arrive, [] when it is no such report.

    An address that its server says is dead is stopped, and the mail has failed; of anything else nothing changes.
    """
    try:
        message = message_from_bytes(raw, policy=default)
        failed, ours = _failed(message), set(OUR_ID.findall(_original(message)))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []  # the parser of the standard library stumbles over some mails
    with transaction.atomic():
        return [email for address, answer in failed if ours and (email := _stop(address, answer, ours))]


def _failed(message):
    """(address, what its server said) of each recipient that was given up for good."""
    if message.get_content_type() != "multipart/report":
        return []
    groups = [
        group
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status" and part.is_multipart()
        for group in part.get_payload()
    ]
    found = []
    for group in groups[: MOST_RECIPIENTS + 1]:
        status, action = str(group.get("Status", "")).strip(), str(group.get("Action", "")).strip().lower()
        address = str(group.get("Original-Recipient") or group.get("Final-Recipient") or "").partition(";")[2].strip()
        if action == "failed" and status.startswith("5.") and not status.startswith(PASSING) and "@" in address:
            said = clean_line(str(group.get("Diagnostic-Code", "")).partition(";")[2])
            found.append((address.lower(), f"{status} {said}".strip()[:500]))
    return found


def _original(message):
    """The head of the mail that came back, as text."""
    heads = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
    parts = [part for part in message.walk() if part.get_content_type() in heads]
    return "\n".join(part.as_string()[:20_000] for part in parts[:3])


def _mails_to(address):
    """The latest mails of ours to an address, in whatever letters, and also when its domain is written as xn--…"""
    local, _at, domain = address.rpartition("@")
    with suppress(UnicodeError):  # it is written in its own letters, or is none that we ever wrote to
        domain = domain.encode("ascii").decode("idna")
    either = Q(to__iexact=address) | Q(to__iexact=f"{local}@{domain}")
    return Email.objects.filter(either).order_by("-pk")[:LOOKED_AT]


def _stop(address, answer, ours):
    email = next((mail for mail in _mails_to(address) if mail.message_id in ours), None)
    if email:
        _suppress(email.to, Cause.DEAD, answer)
        _fail(email, answer)
    return email


def _suppress(address, cause, answer):
    Suppression.objects.get_or_create(address=address.lower(), defaults={"cause": cause, "reason": answer})


def _fail(email, answer):
    Email.objects.filter(pk=email.pk, state=EmailState.SENT).update(state=EmailState.FAILED, answer=answer)


# ── What a mail provider reports of itself (`notifications.reports`) ─────────────────────────────────────────────────
class Kind(models.TextChoices):
    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"


class Outcome(models.TextChoices):
    STOPPED = "stopped"
    NOTED = "noted"
    SEEN = "seen before"
    UNKNOWN = "no mail of ours"


@transaction.atomic
def report(*, event, kind, address, diagnostic="", message_id=""):
    """Take in one event; what became of it. The same event twice is one, also after staff let mail go there again.

    The provider has proved who it is, so a mail to the address is enough; of addresses that we never wrote to nothing
    is kept.
    """
    if not Tally.objects.spend("mail.report", event, limit=1, per=REMEMBERED):
        return Outcome.SEEN
    mails = list(_mails_to(address))
    if not mails:
        return Outcome.UNKNOWN
    email = next((mail for mail in mails if mail.message_id == message_id), None)
    answer = f"{kind}: {clean_line(diagnostic)}"[:500]
    if kind == Kind.HARD:
        _suppress(mails[0].to, Cause.DEAD, answer)
    elif kind == Kind.COMPLAINT:
        _suppress(mails[0].to, Cause.COMPLAINT, answer)
    if email and kind == Kind.HARD:
        _fail(email, answer)
    elif email:
        Email.objects.filter(pk=email.pk).update(answer=answer)
    return Outcome.NOTED if kind == Kind.SOFT else Outcome.STOPPED
