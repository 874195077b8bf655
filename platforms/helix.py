"""The quadruple helix of a partnership: which legs its organisations fill, and how many of them are new."""

from collections import Counter
from dataclasses import dataclass

from platforms.models import LEG_OF, Leg


@dataclass(frozen=True)
class LegOf:
    """One leg: how many organisations fill it, and its length beside the longest, in per cent."""

    key: str
    name: str
    count: int
    share: int


@dataclass(frozen=True)
class Helix:
    """`support` fills no leg. `known` is for how many it is known whether they are new to such cooperation."""

    legs: list
    support: int
    new: int
    known: int
    total: int

    @property
    def empty(self):
        return [leg for leg in self.legs if not leg.count]

    @property
    def is_whole(self):
        return not self.empty

    @property
    def new_share(self):
        return round(100 * self.new / self.known) if self.known else None


def legs(filled):
    """The four legs, from a counter of how many organisations fill each."""
    longest = max(filled.values(), default=0) or 1
    return [LegOf(leg.value, leg.label, filled[leg], 100 * filled[leg] // longest) for leg in Leg]


def helix(members):
    """The helix of current members, pairs of (kind of actor, `is_new`): organisations are counted, not people."""
    members = list(members)
    filled = Counter(LEG_OF[kind] for kind, _is_new in members if kind in LEG_OF)
    known = [is_new for _kind, is_new in members if is_new is not None]
    return Helix(
        legs=legs(filled),
        support=len(members) - filled.total(),
        new=sum(known),
        known=len(known),
        total=len(members),
    )
