"""The mails of accounts, the letter to the publisher, and the digest, as examples (`notifications.examples`)."""

from datetime import timedelta
from functools import partial

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from notifications import digests
from notifications.adapter import CODES, NOTICES
from notifications.examples import LONG, NOBODY, Example
from notifications.models import Email, EmailKind, Notification, Part, Why
from notifications.subjects import Line

security = partial(Example, kind=EmailKind.SECURITY)


def mails(say):
    return [*_codes(), *_notices(), *_doors(), *_letters(say), *_digests(say)]


def _codes():
    purposes = sorted({purpose for purpose, _timeout in CODES.values()})
    secret = {"code": "QWE-789"}
    return [security("account_code", one, context={"purpose": one, "minutes": 30}, secret=secret) for one in purposes]


def _notices():
    told = {
        "email_changed": {"from_email": "eva@example.org", "to_email": "eva.ek@example.org"},
        "email_deleted": {"deleted_email": "eva@example.org"},
    }
    always = {"at": timezone.now().isoformat(), "account_path": reverse("account_email")}
    return [
        security("account_notice", what, context={"what": what, **always, **told.get(what, {})})
        for what in sorted(NOTICES)
    ]


def _doors():
    return [
        security("account_exists", context={"sign_in_path": reverse("account_login")}),
        security("account_unknown", context={"signup_path": reverse("account_signup")}),
        security("password_reset", secret={"reset_url": "https://hub.example/losenord/exempel/"}),
    ]


def _letters(say):
    topic, message = say("Tillgänglighet", "Accessibility"), say("Hej!\n\nKartan går inte", "Hello!\n\nThe map cannot")
    message += say(" att läsa med skärmläsare.", " be read with a screen reader.")
    return [
        Example("contact", context={"topic": topic, "message": message, "email": "bo@example.org"}),
        Example("contact", "no-address", context={"topic": topic, "message": f"{LONG} {message}", "email": ""}),
    ]


# ── The digest ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _digests(say):
    things = _things(say)
    dates = [
        (
            timezone.localdate() + timedelta(days=3),
            _line(say, say("Skicka in ansökan", "Send the application"), say("Uppgift", "Task")),
        )
    ]
    return [
        _digest("full", things, dates),
        _digest("one", things[1:2]),
        _digest("news-only", things[2:4]),
        _digest("many", [*things, *[things[-1]] * 12], dates * 6),
        _digest("away", things, is_away=True),
        _digest("long-words", [(Part.NEEDS, Why.DECIDES, _line(say, LONG, LONG, say("Svara", "Answer")))]),
    ]


def _things(say):
    """(part, why, line) of things of every kind."""
    waits = say("Ett förslag väntar på ditt svar", "A proposal waits for your answer")
    decided = say("Beslut: ja, med ett villkor", "Decided: yes, with one condition")
    wrote = say("Anna Åkesson nämner dig", "Anna Åkesson speaks to you")
    posts, document = say("4 nya inlägg", "4 new posts"), say("Nytt dokument", "New document")
    answer = say("Svara", "Answer")
    return [
        (
            Part.NEEDS,
            Why.SPOKEN_TO,
            _line(say, say("Vem mäter i vår?", "Who measures?"), wrote, say("Svara", "Answer")),
        ),
        (Part.NEEDS, Why.DECIDES, _line(say, say("Köp två bojar", "Buy two buoys"), waits, answer)),
        (Part.DECIDED, Why.MEMBER, _line(say, say("Mätpunkter 2027", "Measuring points 2027"), decided)),
        (Part.NEW, Why.FOLLOWS, _line(say, say("Syret i Gåsefjärden", "The oxygen in Gåsefjärden"), posts)),
        (Part.NEW, Why.MEMBER, _line(say, say("Budget våren 2027.xlsx", "Budget spring 2027.xlsx"), document)),
    ]


def _line(say, title, text="", action=""):
    place = say("Levande vikar", "Living bays")
    return Line(title=title, url=lambda: reverse("notices"), place=place, text=lambda: text or place, action=action)


def _digest(case, things, dates=(), *, is_away=False):
    email = Email(key=f"example:digest:{case}", user_id=NOBODY, language=get_language())
    rows, lines = [], {}
    for number, (part, why, line) in enumerate(things):
        rows.append(Notification(pk=number, user_id=NOBODY, thing=f"thing:{number}", part=part, why=why))
        lines[number] = line
    words = digests.words(email, rows, lines, dates, is_away)
    return Example("digest", case, kind=EmailKind.DIGEST, live=words)
