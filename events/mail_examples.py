"""The mails of events as examples (`notifications.examples`)."""

from datetime import timedelta

from django.utils import timezone

from notifications.examples import LONG, Example
from notifications.models import EmailKind


def mails(say):
    return meetings(say)


def meetings(say):
    event = {"title": say("Matchning: mätning till havs", "Matchmaking: measuring at sea")}
    starts_at = timezone.now() + timedelta(days=7)
    base = {"event": event, "url": "https://example.org/m", "who": "Bo Berg", "organisation": "Berg Mätteknik AB"}
    base |= {"line": say("Er boj och vår givare.", "Your buoy and our sensor."), "starts_at": starts_at, "table": 4}
    long = {**base, "event": {"title": LONG}, "who": LONG, "organisation": LONG, "line": LONG}
    schedule = {**base, "what": "schedule", "meetings": [base, long]}
    asked = {"event": event, "url": "https://example.org/m", "names": ["Bo Berg", LONG]}
    return [
        Example("meeting_asked", live=base),
        Example("meeting_asked", "long", live=long),
        *(Example("meeting_news", what, live={**base, "what": what}) for what in ("booked", "declined", "cancelled")),
        Example("meeting_news", "schedule", live=schedule),
        Example("meeting_follow_up", kind=EmailKind.REMINDER, live=asked),
    ]
