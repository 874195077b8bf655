"""Missions for tests: each makes the smallest valid row, and takes what the test is about."""

from datetime import date
from itertools import count

from django.contrib.auth.models import Permission
from django.db.models import Max

from missions.models import Criterion, CriterionScore, Evidence, Indicator, Mission, Need, Statement, StatementLink
from tests.factories import make_user

_number = count(1)
MEASURED = {
    "measure_sv": "Vikar med levande botten",
    "unit": "vikar",
    "baseline": 1,
    "baseline_on": date(2026, 1, 1),
    "target": 5,
    "due_on": date(2032, 12, 31),
}


def make_mission(name=None, *, space=None, actors=(), themes=(), areas=(), **fields):
    """A public mission that is being formulated; in a `space` it belongs to that space's partnership."""
    number = next(_number)
    name = name or f"Mission {number}"
    values = {"slug": f"mission-{number}", "goal_sv": "Fem vikar lever 2032.", "is_published": True, "space": space}
    if space:
        values["partnership"] = space.partnership
    mission = Mission.objects.create(name_sv=name, **{**values, **fields})
    mission.actors.set(actors)
    mission.themes.set(themes)
    mission.areas.set(areas)
    return mission


def make_statement(mission, if_text="we measure", then_text="we know", *, leads_to=(), **fields):
    last = mission.statements.aggregate(last=Max("number"))["last"] or 0
    values = {"number": last + 1, "if_text": if_text, "then_text": then_text}
    statement = Statement.objects.create(mission=mission, **{**values, **fields})
    StatementLink.objects.bulk_create(StatementLink(source=statement, target=target) for target in leads_to)
    return statement


def make_evidence(shown, words="It was seen", **thing):
    """Evidence for a statement or an experiment."""
    thing = thing or {"url": "https://example.org/report"}
    column = "statement" if isinstance(shown, Statement) else "experiment"
    return Evidence.objects.create(mission=shown.mission, words=words, **{column: shown}, **thing)


def make_criteria(*names):
    return [
        Criterion.objects.create(slug=name, name_sv=name.title(), name_en=name.title(), position=place)
        for place, name in enumerate(names or ("bold", "clear"))
    ]


def judge(mission, criteria, points=2):
    for criterion in criteria:
        CriterionScore.objects.update_or_create(
            mission=mission, criterion=criterion, defaults={"points": points, "reason": "Because"}
        )


def make_indicator(mission, name="Living bays", **fields):
    values = {"number": mission.indicators.count() + 1, "unit": "bays"}
    return Indicator.objects.create(mission=mission, name=name, **{**values, **fields})


def make_need(mission, words="Somebody with a boat", **fields):
    last = mission.needs.aggregate(last=Max("number"))["last"] or 0
    return Need.objects.create(mission=mission, words=words, **{"number": last + 1, **fields})


def make_keeper(email=None):
    """A member of staff who keeps missions."""
    user = make_user(email, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_mission"))
    return user
