"""Did the ability rise, and on what evidence: what the rounds that are closed say together, and what was done between.

Everybody reads the same. Which sums may be told is decided in `events.disclosure`; a mean is told with one decimal, and
never so near an end of the scale that it would tell what everyone answered.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.db.models import Count, F, Sum

from events.disclosure import told_of
from events.models import HIGHEST, Dimension, Framework, Judgement, Round, RoundKind
from missions.models import MethodRole

NEAREST = Decimal("0.3")  # to an end of the scale
STEP = Decimal("0.1")


@dataclass(frozen=True)
class Figure:
    """A mean of organisations, and how many they are."""

    value: Decimal
    organisations: int


@dataclass
class Row:
    """One dimension: `all` has a Figure or None for each round; `same` one for each round of the comparison, else None.
    Without a comparison `same` is empty, and nothing is said of a change."""

    dimension: Dimension
    all: list
    same: list

    @property
    def shown(self):
        """What the picture shows: the same organisations where that can be told, else all."""
        return self.same if self.is_compared else self.all

    @property
    def is_compared(self):
        return any(self.same)

    @property
    def is_told(self):
        return any(self.all) or any(self.same)

    @property
    def change(self):
        """How far the same organisations came from the first round to the last; None when nobody is compared."""
        figures = [one for one in self.same if one]
        return figures[-1].value - figures[0].value if figures else None


@dataclass
class Part:
    """The organisations as a whole (`role` is None), or in one role."""

    role: MethodRole | None
    rows: list

    @property
    def is_told(self):
        return any(row.is_told for row in self.rows)

    @property
    def is_split(self):
        """Whether all who answered are others than the same organisations anywhere."""
        return any(row.is_compared and row.same != row.all for row in self.rows)


@dataclass
class Ability:
    """`rounds` are closed, in the order of closing; `open` is the one that goes on, if any."""

    framework: Framework | None
    rounds: list = field(default_factory=list)
    open: Round | None = None
    whole: Part | None = None
    roles: list = field(default_factory=list)

    @property
    def is_invented(self):
        return any(one.is_example for one in [*self.rounds, self.open] if one)

    @property
    def is_told(self):
        return bool(self.whole and self.whole.is_told)

    @property
    def parts(self):
        return [self.whole, *self.roles] if self.whole else []

    @property
    def risen(self):
        """The dimensions that can be compared: how many rose, how many stood still, how many fell."""
        changes = [row.change for row in self.whole.rows if row.change is not None] if self.whole else []
        return {
            "up": sum(one > 0 for one in changes),
            "same": sum(one == 0 for one in changes),
            "down": sum(one < 0 for one in changes),
            "all": len(changes),
        }


def ability_now():
    """The rounds of the framework that was used last. Invented rounds show nothing beside real ones."""
    rows = list(
        Round.objects.select_related("framework").order_by(F("closed_at").asc(nulls_last=True), "opens_on", "pk")
    )
    rows = [one for one in rows if not one.is_example] or rows
    if not rows:
        return Ability(Framework.objects.first())
    framework = rows[-1].framework
    rows = [one for one in rows if one.framework_id == framework.pk]
    closed = [one for one in rows if one.closed_at]
    found = Ability(framework, closed, next((one for one in rows if one.is_open), None))
    if closed:
        _fill(found)
    return found


def _fill(found):
    dimensions = list(framework_dimensions(found.framework))
    said = _answers(found.rounds)
    roles = MethodRole.objects.in_bulk({role for role, _dimension in said if role})
    found.whole = _part(None, dimensions, found.rounds, said)
    parts = [
        _part(role, dimensions, found.rounds, said) for role in sorted(roles.values(), key=lambda one: one.position)
    ]
    found.roles = [part for part in parts if part.is_told]


def framework_dimensions(framework):
    return Dimension.objects.filter(framework=framework).order_by("number", "pk")


def _answers(rounds):
    """{(role, dimension): {round: {organisation: mean}}} of what was sent."""
    rows = Judgement.objects.filter(assessment__round__in=rounds, assessment__sent_at__isnull=False)
    keys = ("assessment__role", "statement__dimension", "assessment__round", "assessment__actor")
    found = defaultdict(lambda: defaultdict(dict))
    summed = rows.values_list(*keys).annotate(total=Sum("level"), number=Count("pk"))
    for role, dimension, round_, actor, total, number in summed.order_by():
        found[role, dimension][round_][actor] = Fraction(total, number)
    return found


def _part(role, dimensions, rounds, said):
    key = role.pk if role else None
    return Part(role, [_row(one, rounds, said.get((key, one.pk), {})) for one in dimensions])


def _row(dimension, rounds, said):
    answers = [said.get(one.pk, {}) for one in rounds]
    told = told_of([frozenset(one) for one in answers])
    whole = [_figure(answers[place], told.wholes.get(place)) for place in range(len(rounds))]
    comparison = told.comparison
    same = [
        _figure(answers[place], comparison.organisations if place in comparison.rounds else None)
        for place in range(len(rounds))
    ] if comparison else []  # fmt: skip
    return Row(dimension, whole, same)


def _figure(answers, organisations):
    if not organisations:
        return None
    return Figure(mean_of([answers[one] for one in organisations]), len(organisations))


def mean_of(values):
    """The mean as it is told."""
    mean = sum(values, Fraction(0)) / len(values)
    told = (Decimal(mean.numerator) / Decimal(mean.denominator)).quantize(STEP, ROUND_HALF_UP)
    return min(max(told, NEAREST), HIGHEST - NEAREST)


def label_of(round_):
    """Before, during or after: what a round is called beside a picture."""
    return RoundKind(round_.kind).label
