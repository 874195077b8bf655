"""Which sums of answers may be told, so that none, and no difference of any, is about fewer than FEWEST organisations.

An answer of a closed round never changes, and whoever reads keeps what was told before. So everything that was ever
told counts: the rounds are gone through in the order in which they were closed, as the public saw them, and at each
step a set of organisations is told of only when it goes together with all sets told of before. Sets go together when
every piece that they cut each other into has no organisation or at least FEWEST: whatever is added and subtracted then,
what is left is a sum over whole pieces.
"""

from collections import Counter
from dataclasses import dataclass, field

from events.models import FEWEST


@dataclass(frozen=True)
class Comparison:
    """The same organisations in several rounds, which are named by their places."""

    rounds: tuple
    organisations: frozenset


@dataclass
class Told:
    """`wholes` maps the place of a round to all who answered in it, where that may be told."""

    wholes: dict = field(default_factory=dict)
    comparisons: list = field(default_factory=list)
    families: dict = field(default_factory=dict)  # place of a round → every set that was told of in it

    @property
    def comparison(self):
        """The one to show: the last that could be told."""
        return self.comparisons[-1] if self.comparisons else None


def go_together(sets):
    """Whether the sets cut each other into pieces none of which is too small."""
    sets = [one for one in set(sets) if one]
    pieces = Counter(tuple(member in one for one in sets) for member in frozenset().union(*sets))
    return all(size >= FEWEST for size in pieces.values())


def told_of(answered):
    """What may be told when `answered` holds, for each round in the order of closing, those who answered in it."""
    told = Told()
    for place, organisations in enumerate(answered):
        told.families[place] = []
        _compare(told, answered[: place + 1])
        if organisations and go_together([*told.families[place], organisations]):
            told.families[place].append(organisations)
            told.wholes[place] = organisations
    return told


def _compare(told, answered):
    """Tell of those who answered in all rounds up to the last; else in the first and the last, else in the last two.

    A round in which too few answered is left out, for nothing of it is told.
    """
    last = len(answered) - 1
    places = [place for place, organisations in enumerate(answered) if len(organisations) >= FEWEST]
    if len(places) < 2 or places[-1] != last:
        return
    for chosen in (tuple(places), (places[0], last), (places[-2], last)):
        same = frozenset.intersection(*(answered[place] for place in chosen))
        if same and all(go_together([*told.families[place], same]) for place in chosen):
            for place in chosen:
                told.families[place].append(same)
            told.comparisons.append(Comparison(chosen, same))
            return
