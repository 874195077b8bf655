"""The portfolio of the demo's invented mission: told in the region's folder, made once, in the past.

Rows are written as they would stand after months of work, so that no mail of today is part of it; of the offer that
waits the coordinators hear, as they would.
"""

from decimal import Decimal

from django.db import transaction

from accounts.models import User
from actors.models import Actor
from missions.actions.promises import tell_leaders
from missions.models import Commitment, CommitmentState, Experiment, Indicator, Measurement, Mission
from platforms.actions.rooms import next_number
from s3hub.demo import told
from s3hub.demo_space import ago, day


@transaction.atomic
def make():
    """Make what `demo.toml` tells of portfolios; nothing where there is no mission, or something in it already."""
    for row in told("portfolio"):
        mission = Mission.objects.filter(partnership__slug=row["partnership"], is_example=True).first()
        if mission is not None and not mission.commitments.exists():
            _fill(mission, row)


def _fill(mission, row):
    for number, one in enumerate(row["commitment"], 1):
        _promise(mission, number, one)
    for number, one in enumerate(row["experiment"], 1):
        _try(mission, number, one)
    for one in row["indicator"]:
        if not (one.get("is_goal") and mission.indicators.filter(is_goal=True).exists()):
            _measure(mission, dict(one))


def _promise(mission, number, row):
    offered_by = _person(row.get("offered_by"))
    commitment = Commitment.objects.create(
        mission=mission,
        number=number,
        actor=Actor.objects.get(slug=row["actor"]),
        user=_person(row.get("user")),
        text=row["text"],
        wave=row.get("wave", 1),
        due_on=_day(row, "due"),
        state=_state(row),
        done_on=day(-row["done"]) if "done" in row else None,
        result=row.get("result", ""),
        offered_by=offered_by,
        created_at=ago(2 if offered_by else 80),
        statement=mission.statements.filter(number=number).first(),
    )
    if offered_by:
        tell_leaders(commitment)


def _state(row):
    if "offered_by" in row:
        return CommitmentState.OFFERED
    return CommitmentState.DONE if "done" in row else CommitmentState.PROMISED


def _try(mission, number, row):
    texts = {name: row.get(name, "") for name in ("title", "hypothesis", "test", "outcome", "learning", "verdict")}
    Experiment.objects.create(
        mission=mission,
        number=number,
        owner_actor=Actor.objects.get(slug=row["actor"]),
        starts_on=_day(row, "starts"),
        ends_on=_day(row, "ends"),
        statement=mission.statements.filter(number=number).first(),
        **texts,
    )


def _measure(mission, row):
    values = row.pop("values")
    levels = {name: Decimal(str(row.pop(name))) for name in ("baseline", "target") if name in row}
    indicator = Indicator.objects.create(mission=mission, number=next_number(mission.indicators), **levels, **row)
    Measurement.objects.bulk_create(
        Measurement(indicator=indicator, on=day(-one["days"]), value=Decimal(str(one["value"]))) for one in values
    )


def _person(email):
    return User.objects.filter(email=email).first() if email else None


def _day(row, name):
    return day(row[name]) if name in row else None
