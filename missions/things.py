"""What evidence points at, and who may read it: a thing of the mission's own, an address of the web, or a thing that
an app to the right of missions holds and names here ("event:12").
"""

from collections.abc import Callable
from dataclasses import dataclass

from missions.models import OWN_THINGS

SELECTED = ("document", "decision", "measurement__indicator")  # what rows of evidence are read with


@dataclass(frozen=True)
class Elsewhere:
    """A thing of another app as a reader may know it."""

    title: str
    url: str

    def __str__(self):
        return self.title


@dataclass(frozen=True)
class Kind:
    """A kind of thing of another app: `offered(mission)` is a query of those that can be chosen as evidence for it,
    `words(row)` tells one of them apart from the others; `read(ids, mission, inside)` returns {id: Elsewhere} of those
    that a reader inside or outside of the mission's space may know of, with one question."""

    name: str
    label: str
    offered: Callable
    words: Callable
    read: Callable


_kinds = {}


def register(kind):
    _kinds[kind.name] = kind


def kinds():
    return list(_kinds.values())


def kind_of(name):
    """The kind called `name`; None where no app holds such things."""
    return _kinds.get(name)


def show(rows, mission, *, inside):
    """Give rows of evidence of `mission` (a list, read with SELECTED) what a reader inside or outside of its space
    sees: `is_held`, whether the thing is kept from the reader, and `elsewhere`, the thing of another app. It asks one
    question for each kind of things of other apps that is among them, and returns the rows.

    What lies in another space than the mission's own is held back from everybody."""
    found = _read(rows, mission, inside)
    for row in rows:
        row.elsewhere = found.get(row.thing)
        row.is_held = row.elsewhere is None if row.thing else _is_held(row, mission, inside)
    return rows


def parted(rows):
    """(those that the reader may read, how many are held back) of rows that `show` has been through."""
    shown = [row for row in rows if not row.is_held]
    return shown, len(rows) - len(shown)


def _read(rows, mission, inside):
    ids = {}
    for row in rows:
        if row.thing:
            kind, _colon, pk = row.thing.partition(":")
            ids.setdefault(kind, []).append(int(pk))
    found = {}
    for kind, numbers in ids.items():
        if kind in _kinds:
            read = _kinds[kind].read(numbers, mission, inside)
            found |= {f"{kind}:{pk}": thing for pk, thing in read.items()}
    return found


def _is_held(row, mission, inside):
    """Also gives what lies in the space its space, which its address needs."""
    thing = row.document or row.decision
    if thing is None:
        return False
    if not inside or thing.space_id != mission.space_id:
        return True
    thing.space = mission.space
    return False


def names():
    """The names of the fields of a form that asks for one thing, in their order."""
    return [*OWN_THINGS, *_kinds, "url"]
