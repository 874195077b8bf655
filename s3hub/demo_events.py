"""The demo's invented events, all still to come: one is full, one was moved, one is cancelled."""

from datetime import datetime, time, timedelta

from django.db import transaction

from accounts.models import User
from actors.models import Actor, Area, Municipality, Theme
from events import times
from events.models import Event, EventState, Question, QuestionKind, Registration, RegistrationState
from missions.models import Mission
from platforms.models import Partnership
from s3hub.demo import told
from s3hub.demo_space import ago, day

SATURDAY = 5


@transaction.atomic
def make():
    """Make what `demo.toml` tells of events; one that is there stays as it is."""
    for row in told("event"):
        if not Event.objects.filter(slug=row["slug"]).exists():
            _fill(_make(row), row)


def _make(row):
    first = weekday(day(row["days"]))
    starts_at = _at(first, row["from"])
    state = EventState.CANCELLED if row.get("cancelled") else EventState.PUBLISHED
    return Event.objects.create(
        slug=row["slug"],
        title_sv=row["title"][0],
        title_en=row["title"][1],
        text_sv=row["text"][0],
        text_en=row["text"][1],
        kind=row["kind"],
        state=state,
        starts_at=starts_at,
        ends_at=_at(first + timedelta(days=row.get("lasts", 1) - 1), row["to"]),
        moved_from=starts_at - timedelta(days=row["moved"]) if "moved" in row else None,
        sequence=int("reason" in row),
        reason=row.get("reason", ""),
        place=row.get("place", ""),
        address=row.get("address", ""),
        municipality=Municipality.objects.filter(code=row.get("municipality", "")).first(),
        access_sv=row.get("access", ("", ""))[0],
        access_en=row.get("access", ("", ""))[1],
        video_link=row.get("video_link", ""),
        partnership=Partnership.objects.filter(slug=row.get("partnership", "")).first(),
        mission=Mission.objects.filter(slug=row.get("mission", "")).first(),
        capacity=row.get("capacity"),
        is_example=True,
        published_at=ago(4),
    )


def _fill(event, row):
    event.organisers.set(Actor.objects.filter(slug__in=row["organisers"]))
    event.areas.set(Area.objects.filter(slug__in=row["areas"]))
    event.themes.set(Theme.objects.filter(slug__in=row["themes"]))
    for number, (kind, text_sv, text_en, *options) in enumerate(row.get("questions", ()), 1):
        said = {"text_sv": text_sv, "text_en": text_en, "options": "".join(options)}
        is_required = kind == QuestionKind.CHOICE
        Question.objects.create(event=event, number=number, kind=kind, is_required=is_required, **said)
    for place, email in enumerate(row.get("seats", ())):
        user = User.objects.filter(email=email).first()
        name = user.name if user else email.partition("@")[0].replace(".", " ").title()
        Registration.objects.create(
            event=event, user=user, name=name, email=email, state=RegistrationState.CONFIRMED, created_at=ago(3 - place)
        )


def weekday(first):
    """The day, or the Monday after when it lies on a weekend."""
    return first + timedelta(days=max(0, 7 - first.weekday())) if first.weekday() >= SATURDAY else first


def _at(first, clock):
    return times.at(datetime.combine(first, time.fromisoformat(clock)))
