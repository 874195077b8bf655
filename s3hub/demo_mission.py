"""The demo's invented mission, written as it would stand after some months of work in its space."""

from datetime import date

from actors.models import Actor, Area, Theme
from missions.models import (
    Criterion,
    CriterionScore,
    Evidence,
    Indicator,
    Measurement,
    Mission,
    Statement,
    StatementLink,
)

PLACES = ("goal_sv", "goal_en", "name_sv", "name_en", "challenge_sv", "challenge_en", "measure_sv", "measure_en")
FIGURES = ("unit", "baseline", "target")


def make(space, people, row):
    """Make the mission that `row` of the region's `demo.toml` tells of; `people` are users by their address."""
    actors = {one.slug: one for one in Actor.objects.filter(slug__startswith="exempel-")}
    mission = Mission.objects.create(
        slug=row["slug"],
        space=space,
        partnership=space.partnership,
        owner=actors[row["owner"]],
        state=row["state"],
        is_published=True,
        is_example=True,
        **{name: row[name] for name in PLACES + FIGURES},
        **{name: date.fromisoformat(row[name]) for name in ("baseline_on", "due_on", "started_on")},
    )
    mission.themes.set(Theme.objects.filter(slug__in=row["themes"]))
    mission.areas.set(Area.objects.filter(slug__in=row["areas"]))
    mission.actors.set(actors[slug] for slug in row["actors"])
    _judge(mission, row["criteria"])
    _measure(mission, row["measured"])
    for number, said in enumerate(row["statement"], 1):
        _say(mission, number, said, actors, people)
    _link(mission, row["statement"])
    return mission


def _judge(mission, said):
    criteria = {one.slug: one for one in Criterion.objects.all()}
    for slug, (points, reason) in said.items():
        CriterionScore.objects.create(mission=mission, criterion=criteria[slug], points=points, reason=reason)


def _measure(mission, values):
    """The series of the goal itself."""
    indicator = Indicator.objects.create(
        mission=mission,
        number=1,
        name=mission.measure_sv,
        unit=mission.unit,
        baseline=mission.baseline,
        target=mission.target,
        is_goal=True,
    )
    for day, value in values.items():
        Measurement.objects.create(indicator=indicator, on=date.fromisoformat(day), value=value)


def _say(mission, number, row, actors, people):
    statement = Statement.objects.create(
        mission=mission,
        number=number,
        if_text=row["if"],
        then_text=row["then"],
        because_text=row["because"],
        confidence=row.get("confidence", "assumed"),
        owner_actor=actors.get(row.get("owner")),
        owner=people.get(row.get("person")),
        review_on=date.fromisoformat(row["review"]) if "review" in row else None,
    )
    for one in row.get("evidence", ()):
        Evidence.objects.create(
            mission=mission,
            statement=statement,
            words=one["words"],
            is_against=one.get("against", False),
            document=mission.space.documents.filter(title=one.get("document", "")).first(),
            decision=mission.space.decisions.filter(title=one.get("decision", "")).first(),
            url=one.get("url", ""),
            dated_on=date.fromisoformat(one["on"]),
        )


def _link(mission, rows):
    by_number = {one.number: one for one in mission.statements.all()}
    StatementLink.objects.bulk_create(
        StatementLink(source=by_number[number], target=by_number[onward])
        for number, row in enumerate(rows, 1)
        for onward in row.get("leads_to", ())
    )
