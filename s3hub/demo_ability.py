"""The demo's invented rounds of self-assessment, trainings and a programme: told in the region's folder, made once."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from actors.models import Actor
from events.models import (
    AbilityStatement,
    Assessment,
    Attendance,
    Dimension,
    Event,
    EventKind,
    EventState,
    Framework,
    Judgement,
    Programme,
    Round,
)
from s3hub.demo import told
from s3hub.demo_space import ago, day


@transaction.atomic
def make():
    """Make what `demo.toml` tells of rounds, trainings and programmes; what is there already stays as it is."""
    if not Round.objects.exists() and Framework.objects.exists():
        for row in told("round"):
            _make_round(row)
    for row in told("training"):
        if not Event.objects.filter(slug=row["slug"]).exists():
            _make_training(dict(row))
    for row in told("programme"):
        if not Programme.objects.filter(slug=row["slug"]).exists():
            _make_programme(dict(row))


def _make_round(row):
    framework = Framework.objects.first()
    round_ = Round.objects.create(
        framework=framework,
        **{name: row[name] for name in ("kind", "name_sv", "name_en")},
        opens_on=day(row["opens"]),
        closes_on=day(row["closes"]),
        is_example=True,
    )
    statements = AbilityStatement.objects.filter(dimension__framework=framework).order_by("dimension__number", "number")
    asked_at = ago(max(-row["opens"], 1))
    for slug, levels in row["answers"].items():
        assessment = Assessment.objects.create(
            round=round_,
            actor=Actor.objects.get(slug=slug),
            asked_at=asked_at,
            sent_at=asked_at + timedelta(days=2) if levels else None,
        )
        Judgement.objects.bulk_create(
            Judgement(assessment=assessment, statement=statement, level=int(level))
            for statement, level in zip(statements, levels, strict=bool(levels))
        )
    if "closed" in row:
        Round.objects.filter(pk=round_.pk).update(closed_at=ago(row["closed"]))


def _make_training(row):
    """A training in `days` from now; what lies behind us was held, and `people` came to it."""
    people, organiser = row.pop("people", {}), row.pop("organiser")
    days, hours = row.pop("days"), row.pop("hours")
    starts_at = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=days)
    event = Event.objects.create(
        **row,
        kind=EventKind.TRAINING,
        state=EventState.HELD if days < 0 else EventState.PUBLISHED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        published_at=min(starts_at, timezone.now()) - timedelta(days=5),
        is_example=True,
    )
    event.organisers.set(Actor.objects.filter(slug=organiser))
    for slug, number in people.items():
        Attendance.objects.create(event=event, actor=Actor.objects.get(slug=slug), people=number, hours=hours)


def _make_programme(row):
    steps, dimension = row.pop("step"), row.pop("dimension")
    programme = Programme.objects.create(
        **row, dimension=Dimension.objects.filter(slug=dimension).first(), is_published=True, is_example=True
    )
    for number, step in enumerate(steps, 1):
        step = dict(step)
        event = Event.objects.get(slug=step.pop("event")) if "event" in step else None
        programme.steps.create(number=number, event=event, **step)
