"""The mails of events as examples (`notifications.examples`): of rows that are never saved."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import User
from events.models import Event, EventState, Registration, RegistrationState
from notifications.examples import LONG, NOBODY, READER, Example
from notifications.models import EmailKind


def _at(hour):
    return datetime(2027, 5, 18, hour, tzinfo=ZoneInfo(settings.TIME_ZONE))


def _event(**fields):
    values = {
        "pk": NOBODY,
        "slug": "exempel",
        "title_sv": "Testmiljöer i kustvatten",
        "title_en": "Test sites in coastal water",
        "place": "Stationshuset",
        "address": "Hamngatan 1",
        "access_sv": "Ingång från kajen, utan trappor.",
        "access_en": "Entrance from the quay, without stairs.",
        "video_link": "https://video.example.org/kust",
        "starts_at": _at(9),
        "ends_at": _at(12),
        "state": EventState.PUBLISHED,
    }
    return Event(**values | fields)


def _seat(event, **fields):
    row = Registration(pk=NOBODY, event=event, name="Eva Ek", email=READER, nonce="0" * 32, **fields)
    row.ahead = 2
    return row


def mails(say):
    event, bo = _event(), User(pk=NOBODY, name="Bo Berg", email="bo.berg@example.org")
    seat = _seat(event, state=RegistrationState.CONFIRMED)
    kept = _seat(event, state=RegistrationState.OFFERED, offered_until=_at(8))
    brought = _seat(event, state=RegistrationState.CONFIRMED, by=bo)
    why = say("Talaren är sjuk.", "The speaker is ill.")
    moved = _event(moved_from=_at(8), reason=why, sequence=1)
    cancelled = _event(state=EventState.CANCELLED, reason=why)
    long = _event(title_sv=LONG, title_en=LONG, place=LONG, access_sv=LONG, access_en=LONG)
    return [
        _example("event_seat", "confirmed", seat),
        _example("event_seat", "confirmed", brought, case="colleague"),
        _example("event_seat", "confirmed", _seat(long, state=RegistrationState.CONFIRMED), case="long-words"),
        _example("event_seat", "waiting", _seat(event, state=RegistrationState.WAITING), case="waiting"),
        _example("event_seat", "offered", kept, case="offered"),
        _example("event_seat", "left", _seat(event, state=RegistrationState.LEFT), case="left"),
        _example("event_seat", "lapsed", _seat(event, state=RegistrationState.LEFT), case="lapsed"),
        _example("event_changed", "moved", _seat(moved, state=RegistrationState.CONFIRMED)),
        _example("event_changed", "cancelled", _seat(cancelled, state=RegistrationState.WAITING), case="cancelled"),
        _example("event_reminder", "reminder", seat),
        *invitations(say),
        *_meetings(say, event),
    ]


def _example(template, what, seat, case="usual"):
    return Example(template, case, live={"seat": seat, "event": seat.event, "what": what})


def invitations(say):
    starts_at = datetime(2027, 5, 4, 7, tzinfo=UTC)
    event = Event(
        slug="exempel",
        title_sv="Mätdag i hamnen",
        title_en="A day of measuring in the harbour",
        place=say("Sjöfartsmuseet", "The maritime museum"),
        starts_at=starts_at,
        ends_at=starts_at,
    )
    long = Event(slug="exempel", title_sv=LONG, place=LONG, starts_at=starts_at, ends_at=starts_at)
    line = say("Du kan det här bäst av oss alla.", "You know this better than any of us.")
    return [
        Example("event_invitation", live={"event": event, "person": "Eva Ek", "line": line}),
        Example("event_invitation", "long", live={"event": long, "person": LONG, "line": ""}),
    ]


def _meetings(say, event):
    base = {"event": event, "url": "https://example.org/m", "who": "Bo Berg", "organisation": "Berg Mätteknik AB"}
    base |= {"line": say("Er boj och vår givare.", "Your buoy and our sensor."), "starts_at": _at(10), "table": 4}
    long = {**base, "event": _event(title_sv=LONG, title_en=LONG), "who": LONG, "organisation": LONG, "line": LONG}
    asked = {"event": event, "url": "https://example.org/m", "names": ["Bo Berg", LONG]}
    return [
        Example("meeting_asked", live=base),
        Example("meeting_asked", "long", live=long),
        Example("meeting_news", live={**base, "what": "booked"}),
        *(Example("meeting_news", what, live={**base, "what": what}) for what in ("declined", "cancelled")),
        Example("meeting_news", "schedule", live={**base, "what": "schedule", "meetings": [base, long]}),
        Example("meeting_follow_up", kind=EmailKind.REMINDER, live=asked),
    ]
