"""The demo's events that people came to: past ones of which numbers are kept, and one at whose door somebody stands."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from actors.models import Actor, Area, Theme
from events import times
from events.actions import counting
from events.models import Event, EventState, Headcount, Registration
from missions.models import Output, OutputEvidence
from platforms.models import Space
from s3hub.demo import told
from s3hub.demo_events import weekday
from s3hub.demo_space import day

QUARTER, SOON = timedelta(minutes=15), timedelta(minutes=30)
SHARED = ("slug", "title_sv", "title_en", "text_sv", "text_en", "kind", "place")


@transaction.atomic
def make():
    """Make what `demo.toml` tells of events with people; nothing of what is there."""
    for row in told("attended"):
        if not Event.objects.filter(slug=row["slug"]).exists():
            _make(row)


def nine_o_clock(days):
    """In the morning of a working day so long ago."""
    return times.at(datetime.combine(weekday(day(-days)), time(9)))


def quarter(moment):
    """The next full quarter of an hour, as invitations say it."""
    past = timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
    return moment + -past % QUARTER


def _make(row):
    starts_at = nine_o_clock(row["days"]) if row["days"] else quarter(timezone.now() + SOON)
    space = Space.objects.filter(name=row.get("space")).select_related("partnership").first()
    event = Event.objects.create(
        **{name: row.get(name, "") for name in SHARED},
        state=EventState.HELD if row["days"] else EventState.PUBLISHED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=row["hours"]),
        space=space,
        partnership=space and space.partnership,
        published_at=starts_at - timedelta(days=30),
        created_at=starts_at - timedelta(days=30),
        is_example=True,
    )
    event.organisers.set(Actor.objects.filter(slug__in=row.get("organisers", [])))
    event.themes.set(Theme.objects.filter(slug__in=row.get("themes", [])))
    event.areas.set(Area.objects.filter(slug__in=row.get("areas", [])))
    for number, person in enumerate(row.get("people", [])):
        _sign_up(event, person, number)
    _count(event, row)
    if "shows" in row:
        _show(event, **row["shows"])


def _sign_up(event, person, number):
    user = User.objects.filter(email=person.get("email", "")).first()
    state = person.get("state", "confirmed")
    Registration.objects.create(
        event=event,
        user=user,
        name=person.get("name") or user.name,
        email=person.get("email") or f"deltagare{number}@example.org",
        actor=Actor.objects.filter(slug=person.get("actor", "")).first(),
        organisation=person.get("organisation", ""),
        state=state,
        is_listed=person.get("seen", False),
        came=person.get("came"),
        came_at=event.starts_at if person.get("came") else None,
        waits_since=timezone.now() if state == "waiting" else None,
        created_at=event.created_at + timedelta(days=number),
    )


def _count(event, row):
    """The numbers of a past event: of its people where there are any, else as they are told."""
    if "women" in row:
        numbers = {name: row[name] for name in ("women", "men", "other")}
        Headcount.objects.create(event=event, at=event.ends_at, **numbers)
    if "came" in row:
        counting.count(event)
        for slug, people in row["came"].items():
            event.attendance.create(actor=Actor.objects.filter(slug=slug).first(), people=people, hours=row["hours"])


def _show(event, *, mission, run, stage):
    """Let the event be evidence of what the stage brought forth."""
    outputs = Output.objects.filter(stage__run__mission__slug=mission, stage__run__number=run, stage__stage__slug=stage)
    for output in outputs:
        OutputEvidence.objects.create(output=output, thing=f"event:{event.pk}", by=output.by, at=output.at)
