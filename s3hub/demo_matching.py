"""The demo's matchmaking: people with what they offer and look for, two booked meetings, two questions that wait.

Rows are written as they would stand, so that no mail of today is part of it.
"""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from actors.models import Actor, Competence
from events import matching, times
from events.models import (
    Event,
    Matchmaking,
    Meeting,
    MeetingState,
    Profile,
    Registration,
    RegistrationState,
    Seat,
)
from s3hub.demo import told


@transaction.atomic
def make():
    """Make what `demo.toml` tells of matchmakings; one that is there stays as it is."""
    for row in told("matchmaking"):
        event = Event.objects.filter(slug=row["event"], is_example=True, matchmaking=None).first()
        if event:
            _make(event, row)


def _make(event, row):
    matchmaking = Matchmaking.objects.create(
        event=event,
        starts_at=_at(event, row["from"]),
        ends_at=_at(event, row["to"]),
        minutes=row["minutes"],
        tables=row["tables"],
    )
    people = {one["email"]: _person(event, one) for one in row["person"]}
    slots = matching.slots_of(matchmaking)
    for number, (asker, asked) in enumerate(row["booked"]):
        place = {"starts_at": slots[number], "table": 1}
        pair = {"asker": people[asker], "asked": people[asked]}
        meeting = Meeting.objects.create(event=event, state=MeetingState.BOOKED, **pair, **place)
        Seat.objects.bulk_create(
            Seat(meeting=meeting, registration=one, starts_at=slots[number]) for one in pair.values()
        )
    for asker, asked, line in row["asked"]:
        Meeting.objects.create(event=event, asker=people[asker], asked=people[asked], line=line)


def _at(event, clock):
    return times.at(datetime.combine(timezone.localdate(event.starts_at), time.fromisoformat(clock)))


def _person(event, row):
    user = User.objects.filter(email=row["email"]).first()
    values = {
        "user": user,
        "name": user.name if user else row["name"],
        "actor": Actor.objects.filter(slug=row.get("actor", "")).first(),
        "organisation": row.get("organisation", ""),
        "state": RegistrationState.CONFIRMED,
        "created_at": timezone.now() - timedelta(days=2),
    }
    registration, _is_new = Registration.objects.get_or_create(event=event, email=row["email"], defaults=values)
    profile = Profile.objects.create(registration=registration, offers=row["offers"], wishes=row["wishes"])
    profile.offered.set(Competence.objects.filter(slug__in=row["offered"]))
    profile.wished.set(Competence.objects.filter(slug__in=row["wished"]))
    return registration
