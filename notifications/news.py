"""What is new for anybody: each app names its kinds of public news, and is asked for them when they are told.

News is about tags, told apart by keys ("a:12" is an area, as in the register); nothing else is known of them here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class News:
    """Something that happened `at` some moment with a public thing ("actor:12") that is about `tags`.

    Words and address are functions, since readers of several languages are told together: `text` says what happened,
    `about` is a sentence on the thing, or "".
    """

    thing: str
    at: datetime
    tags: frozenset
    title: Callable[[], str]
    url: Callable[[], str]
    text: Callable[[], str]
    about: Callable[[], str] = str


@dataclass(frozen=True)
class Kind:
    """`label` is the heading above its news; `reader(since, until)` returns those that happened after `since` and not
    after `until` and that anybody may see now, with a bounded number of questions; `url()` leads to all of them."""

    label: str
    reader: Callable
    url: Callable[[], str]


_kinds = []


def register(kind):
    """Kinds stand in the mail in the order in which they were named."""
    _kinds.append(kind)


def between(since, until):
    """[(kind, its news, the newest first)]; of a thing to which several things happened, the newest."""
    return [(kind, _newest(kind.reader(since, until))) for kind in _kinds]


def _newest(found):
    by_thing = {}
    for news in sorted(found, key=lambda one: one.at):
        by_thing.pop(news.thing, None)
        by_thing[news.thing] = news
    return list(reversed(by_thing.values()))
