"""From a row of the outbox to subject, text and HTML, in the reader's language and time zone."""

import textwrap
from dataclasses import dataclass, field

from django.conf import settings
from django.template.context import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation

from notifications.models import EmailKind
from notifications.tokens import SETTINGS, token
from web import region
from web.text import clean_line

MASK = "••••"
SUBJECT_LENGTH = 250
TEXT_WIDTH = 78


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str
    headers: dict = field(default_factory=dict)


def render(email, *, masked=False, live=None):
    """Render one mail; with `masked` each value of `secret`, and the link by which its reader ends such mails, reads
    ••••.

    The subject does not see `secret`: no code can reach a list, a log or a locked phone's screen that way. `live` is
    what `notifications.live` gave for this very sending, with headers of its own under `headers`.
    """
    live = live or {}
    with translation.override(email.language), timezone.override(settings.TIME_ZONE):
        stop = MASK if masked and stop_address(email) else stop_address(email)
        shared = {
            **email.context,
            **live,
            "language": email.language,
            "site_url": settings.SITE_URL,
            "region": region.current(),
            "to": email.to,
            "stop_kind": stop,
        }
        secret = dict.fromkeys(email.secret, MASK) if masked else email.secret
        body = {**shared, **secret}
        subject = clean_line(_fill(email, "subject.txt", shared))[:SUBJECT_LENGTH]
        return Rendered(
            subject=subject,
            text=in_lines(_fill(email, "body.txt", {**body, "subject": subject}).strip()) + "\n",
            html=_fill(email, "body.html", {**body, "subject": subject}),
            headers={**one_click(stop, email.template), **live.get("headers", {})},
        )


def stop_address(email):
    """Where the reader of a reminder says that they want no more of its kind; "" for other mails."""
    if email.kind != EmailKind.REMINDER or email.user_id is None:
        return ""
    return settings.SITE_URL + reverse("mail_stop", args=[token(SETTINGS, email.user_id), email.template])


def one_click(stop, name):
    """The headers by which a mail program offers it beside the mail (RFC 8058), and sorts the mails of the list of this
    name (RFC 2919); {} for ""."""
    if not stop:
        return {}
    return {
        "List-Id": f"<{name.replace('_', '-')}.{settings.MAIL_DOMAIN}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def in_lines(text):
    """Plain text in lines of 78 characters at most; addresses, and words that are longer, stay whole."""
    return "\n".join(_folded(line) if len(line) > TEXT_WIDTH else line for line in text.split("\n"))


def _folded(line):
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        TEXT_WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _fill(email, part, values):
    template = get_template(f"mail/{email.template}/{part}").template
    return template.render(Context(values, autoescape=part.endswith(".html")))
