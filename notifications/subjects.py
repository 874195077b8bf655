"""What a notification is about, in words: asked of the app that owns the thing when it is shown or mailed.

So a notification keeps no words of a closed room, and whoever may no longer read the thing is told nothing of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

_readers, _dates, _kinds = {}, [], {}


@dataclass(frozen=True)
class Line:
    """One thing as a reader may know it: `text` says what happened, `action` what there is to do, if anything.

    Address and words are functions or lazy, since people of several languages are asked for together: templates call
    them where they are shown."""

    title: str
    url: Callable[[], str]
    place: str
    text: Callable[[], str]
    action: str = ""


def register(kind_of_thing, reader):
    """`reader(rows)` returns {row.pk: Line} for those of the notifications whose person may read the thing now. Things
    are named "thread:12": `kind_of_thing` is what stands before the colon. It asks a bounded number of questions.

    Places ("space:3") have a reader as well, which is asked for the name of what somebody has muted."""
    _readers[kind_of_thing] = reader


def lines_of(rows):
    """{row.pk: Line} for the notifications that can be told, each for its own person."""
    by_kind = {}
    for row in rows:
        by_kind.setdefault(row.thing.partition(":")[0], []).append(row)
    found = {}
    for kind, those in by_kind.items():
        if reader := _readers.get(kind):
            found |= reader(those)
    return found


def register_kinds(names):
    """`names` says of each kind of news that an app tells of ("posted") what it is, as in "nothing more of …"."""
    _kinds.update(names)


def kind_name(target):
    """The name of a kind of news ("kind:posted"), "" for what is none."""
    return _kinds.get(target.removeprefix("kind:"), "") if target.startswith("kind:") else ""


def register_dates(reader):
    """`reader(users, until)` returns {user id: [(date, Line)]} of what is due for these people (ids) up to a day."""
    _dates.append(reader)


def dates_of(users, until):
    """{user id: [(date, Line)]}, the next first."""
    found = {}
    for reader in _dates:
        for user, dates in reader(users, until).items():
            found.setdefault(user, []).extend(dates)
    return {user: sorted(dates, key=lambda one: one[0]) for user, dates in found.items()}


def id_of(row):
    """The id of the thing."""
    return int(row.thing.partition(":")[2])
