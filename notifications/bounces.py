"""Reports of mail servers that a mail of ours did not arrive (RFC 3464): they stop mail to the address.

Anybody can write such a report, so one counts only when it names the Message-ID of a mail that we sent to that very
address: whoever knows it has had the mail.
"""

import re
from email import message_from_bytes
from email.policy import default

from django.db import transaction

from notifications.models import Email, EmailState, Suppression
from web.text import clean_line

MOST_RECIPIENTS, LOOKED_AT = 20, 200
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


@transaction.atomic
def _stop(address, answer, ours):
    mails = Email.objects.filter(to__iexact=address).order_by("-pk")[:LOOKED_AT]
    email = next((mail for mail in mails if mail.message_id in ours), None)
    if email is None:
        return None
    Suppression.objects.get_or_create(address=address, defaults={"reason": answer})
    Email.objects.filter(pk=email.pk, state=EmailState.SENT).update(state=EmailState.FAILED, answer=answer)
    return email
