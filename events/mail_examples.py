"""The mails of events as examples (`notifications.examples`): of rows that are never saved."""

from datetime import UTC, datetime

from events.models import Event
from notifications.examples import LONG, Example

SLUG = "exempel"


def mails(say):
    return [*invitations(say)]


def invitations(say):
    starts_at = datetime(2027, 5, 4, 7, tzinfo=UTC)
    event = Event(
        slug=SLUG,
        title_sv="Mätdag i hamnen",
        title_en="A day of measuring in the harbour",
        place=say("Sjöfartsmuseet", "The maritime museum"),
        starts_at=starts_at,
        ends_at=starts_at,
    )
    long = Event(slug=SLUG, title_sv=LONG, place=LONG, starts_at=starts_at, ends_at=starts_at)
    line = say("Du kan det här bäst av oss alla.", "You know this better than any of us.")
    return [
        Example("event_invitation", live={"event": event, "person": "Eva Ek", "line": line}),
        Example("event_invitation", "long", live={"event": long, "person": LONG, "line": ""}),
    ]
