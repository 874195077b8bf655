"""Frameworks, rounds and what organisations say of themselves, for tests."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from actors.models import ActorKind
from events.models import AbilityStatement, Assessment, Dimension, Framework, Judgement, Round
from tests.factories import make_actor

_number = count(1)
LEVELS = [
    {"value": value, "sv": sv, "en": en}
    for value, (sv, en) in enumerate(
        [
            ("Finns inte", "Absent"),
            ("Påbörjat", "Started"),
            ("Sker ibland", "Sometimes"),
            ("På plats", "Established"),
            ("Förebild", "A model for others"),
        ]
    )
]


def make_framework(dimensions=2, statements=2):
    number = next(_number)
    framework = Framework.objects.create(
        slug=f"framework-{number}", name_sv="Förmåga", name_en="Ability", levels=LEVELS
    )
    for place in range(1, dimensions + 1):
        slug = f"dimension-{number}-{place}"
        names = {"name_sv": f"Område {place}", "name_en": f"Dimension {place}"}
        dimension = Dimension.objects.create(framework=framework, slug=slug, number=place, **names)
        for each in range(1, statements + 1):
            said = {"text_sv": f"Vi kan {place}.{each}.", "text_en": f"We can {place}.{each}."}
            AbilityStatement.objects.create(dimension=dimension, slug=f"{slug}-{each}", number=each, **said)
    return framework


def make_round(framework=None, kind="before", *, days=0, **fields):
    """An open round that began a week before now, `days` later."""
    today = timezone.localdate() + timedelta(days=days)
    values = {"opens_on": today - timedelta(days=7), "closes_on": today + timedelta(days=14)}
    values |= {"name_sv": f"Mätning {kind}", "name_en": f"Round {kind}", "kind": kind}
    return Round.objects.create(framework=framework or make_framework(), **{**values, **fields})


def make_supporter(name=None, **fields):
    return make_actor(name, kind=ActorKind.SUPPORT, **fields)


def make_assessment(round, actor=None, *, level=None, levels=None, **fields):
    """Asked; with a `level` for all statements, or `levels` in their order, it has been sent."""
    is_sent = level is not None or levels is not None
    values = {"sent_at": timezone.now() if is_sent else None, **fields}
    made = Assessment.objects.create(round=round, actor=actor or make_supporter(), **values)
    if is_sent:
        statements = statements_of(round)
        said = levels if levels is not None else [level] * len(statements)
        Judgement.objects.bulk_create(
            Judgement(assessment=made, statement=statement, level=value)
            for statement, value in zip(statements, said, strict=True)
        )
    return made


def statements_of(round):
    rows = AbilityStatement.objects.filter(dimension__framework=round.framework_id)
    return list(rows.order_by("dimension__number", "number"))


def close(round):
    """Closed by nobody's hand."""
    Round.objects.filter(pk=round.pk).update(closed_at=timezone.now())
    round.refresh_from_db()
    return round
