"""Missions under way for tests, and what is in their portfolio: each makes the smallest valid row."""

from itertools import count

from django.utils import timezone

from missions.models import Commitment, Experiment, Indicator, Measurement, Mission, Statement
from tests.factories import make_actor

_number = count(1)


def make_mission(name=None, *, themes=(), areas=(), actors=(), **fields):
    """A public mission under way, without a space unless it is given one."""
    number = next(_number)
    name = name or f"Mission {number}"
    values = {"slug": f"filled-{number}", "goal_sv": "Levande vikar", "is_published": True, "state": "started"}
    if {**values, **fields}["state"] == "started":
        today = timezone.localdate()
        values |= {
            "measure_sv": "Vikar",
            "baseline": 10,
            "target": 50,
            "baseline_on": today.replace(year=today.year - 1, day=1),
            "started_on": today,
            "due_on": today.replace(year=today.year + 4, day=1),
        }
    mission = Mission.objects.create(name_sv=name, **{**values, **fields})
    mission.themes.set(themes)
    mission.areas.set(areas)
    mission.actors.set(actors)
    return mission


def make_statement(mission, **fields):
    number = mission.statements.count() + 1
    values = {"number": number, "if_text": f"vi mäter {number}", "then_text": "ser vi det"}
    return Statement.objects.create(mission=mission, **{**values, **fields})


def make_commitment(mission, text="Lend a boat", **fields):
    values = {"number": mission.commitments.count() + 1}
    if "actor" not in fields:
        values["actor"] = make_actor()
    return Commitment.objects.create(mission=mission, text=text, **{**values, **fields})


def make_experiment(mission, title="Sensors", **fields):
    values = {"number": mission.experiments.count() + 1, "hypothesis": "Cheap ones will do"}
    return Experiment.objects.create(mission=mission, title=title, **{**values, **fields})


def make_indicator(mission, name="Living bays", *, values=(), **fields):
    """An indicator with `values`, pairs of day and value."""
    indicator = Indicator.objects.create(
        mission=mission, name=name, **{"number": mission.indicators.count() + 1, **fields}
    )
    for on, value in values:
        Measurement.objects.create(indicator=indicator, on=on, value=value)
    return indicator
