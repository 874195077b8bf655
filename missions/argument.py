"""How the statements of a mission hang together: circles, layers, what is shown, and what nobody knows yet."""

from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Value
from django.utils import timezone

from missions import things
from missions.models import Confidence, Evidence, Statement, StatementLink
from platforms.models import SpaceMember


# ── Links, as {number: numbers that it leads to} ─────────────────────────────────────────────────────────────────────
def way(links, start, end):
    """The numbers on a shortest way from `start` to `end` along the links, both included; [] when there is none."""
    came_from, waiting = {start: None}, [start]
    for at in waiting:
        if at == end:
            found = [at]
            while (at := came_from[at]) is not None:
                found.append(at)
            return found[::-1]
        for onward in links.get(at, ()):
            if onward not in came_from:
                came_from[onward] = at
                waiting.append(onward)
    return []


def circle(links, number, targets):
    """The circle that arises when `number` leads to `targets`, as numbers from itself back to itself; [] for none."""
    others = {at: onward for at, onward in links.items() if at != number}
    for target in targets:
        if found := way(others, target, number):
            return [number, *found]
    return []


def layers(links):
    """{number: layer}: what nothing leads to lies in layer 0, everything else one layer after the last before it."""
    before = dict.fromkeys(links, 0)
    for onward in links.values():
        for number in onward:
            before[number] += 1
    found = {number: 0 for number, count in before.items() if not count}
    waiting = list(found)
    for at in waiting:
        for onward in links[at]:
            found[onward] = max(found.get(onward, 0), found[at] + 1)
            before[onward] -= 1
            if not before[onward]:
                waiting.append(onward)
    return found


def after(links, number):
    """Every number that rests on `number`, near or far."""
    found, waiting = set(), [number]
    for at in waiting:
        for onward in links.get(at, ()):
            if onward not in found:
                found.add(onward)
                waiting.append(onward)
    return found


def links_of(mission):
    """{number: numbers that it leads to} of all statements of the mission."""
    found = {number: [] for number in mission.statements.values_list("number", flat=True)}
    pairs = StatementLink.objects.filter(source__mission=mission).order_by("target__number")
    for source, target in pairs.values_list("source__number", "target__number"):
        found[source].append(target)
    return found


# ── The argument as a reader meets it ────────────────────────────────────────────────────────────────────────────────
@dataclass
class Said:
    """A statement with the evidence that the reader may see; `held` counts what only the partnership can read."""

    statement: Statement
    leads_to: list
    url: str = ""
    evidence: list = field(default_factory=list)
    held: int = 0


@dataclass(frozen=True)
class Argument:
    said: list

    @property
    def statements(self):
        return [one.statement for one in self.said]

    @property
    def links(self):
        return {one.statement.number: one.leads_to for one in self.said}

    @property
    def untested(self):
        return [one for one in self.statements if one.is_untested]

    @property
    def shown(self):
        return self._of(Confidence.SHOWN)

    @property
    def indicated(self):
        return self._of(Confidence.INDICATED)

    @property
    def refuted(self):
        return self._of(Confidence.REFUTED)

    def _of(self, confidence):
        return [one for one in self.statements if one.confidence == confidence]

    @property
    def without_owner(self):
        return [one for one in self.statements if not one.has_owner]

    @property
    def overdue(self):
        today = timezone.localdate()
        return [one for one in self.statements if one.review_on and one.review_on < today]

    @property
    def keystone(self):
        """(untested statement, how many rest on it): the one that most rests on; None when nothing rests on any."""
        counted = [(len(after(self.links, one.number)), -one.number, one) for one in self.untested]
        count, _number, one = max(counted, default=(0, 0, None), key=lambda each: each[:2])
        return (one, count) if count else None


def argument_of(mission, *, inside):
    """The theory of change for a reader who may (`inside`) or may not read the mission's space: two statements of SQL,
    and one for each kind of things of other apps that is evidence."""
    onward = StatementLink.objects.filter(source=OuterRef("pk")).order_by("target__number")
    rows = mission.statements.annotate(
        onward=ArraySubquery(onward.values("target__number")), has_left=has_left(mission, "owner")
    )
    said = [Said(row, row.onward) for row in rows.select_related("owner", "owner_actor").order_by("number")]
    by_id = {one.statement.pk: one for one in said}
    evidence = Evidence.objects.filter(mission=mission).exclude(statement=None)
    for row in things.show(list(evidence.select_related(*things.SELECTED)), mission, inside=inside):
        one = by_id[row.statement_id]
        if row.is_held:
            one.held += 1
        else:
            one.evidence.append(row)
    return Argument(said)


def has_left(mission, column):
    """Whether the person in `column` of a row is no member of the mission's space any more; one without a space has
    nobody who could leave."""
    if mission.space_id is None:
        return Value(False)
    here = SpaceMember.objects.filter(space=mission.space_id, user=OuterRef(column))
    return Q(~Exists(here), **{f"{column}__isnull": False})
