"""Rounds of floor, ours, floor; a round whose floors differ too much is void and made again."""

from dataclasses import dataclass
from html import unescape
from statistics import median

from bench import driver

ROUNDS = 3
TRIES = 9
DRIFT = 0.15


class WrongAnswer(Exception):
    """An answer was not what it should be: the figure is void."""


@dataclass(frozen=True)
class Round:
    floor: driver.Figure
    ours: driver.Figure


@dataclass(frozen=True)
class Ratio:
    """A multiple of the floor: the median of the rounds, and the lowest and highest of them."""

    values: tuple

    @property
    def middle(self):
        return median(self.values)

    def __str__(self):
        return f"{self.middle:.2f} ({min(self.values):.2f}–{max(self.values):.2f})"


def check(server, pages, cookie=""):
    """Ask for each page once and compare status and content."""
    for page in pages:
        status, body, _headers = server.get(page["path"], cookie=cookie)
        text = unescape(body.decode("utf-8", "replace"))
        missing = [part for part in page["expect"] if unescape(part) not in text]
        if status != page["status"] or missing:
            raise WrongAnswer(f"{page['path']}: status {status}, lacks {missing[:2]}")


def mean(first, second):
    pairs = ((getattr(first, name), getattr(second, name)) for name in ("median", "p95", "rate"))
    return driver.Figure(*(sum(pair) / 2 for pair in pairs))


def drift(first, second, connections):
    """How far two floors lie apart, as a share of the smaller one."""
    one, two = (first.median, second.median) if connections == 1 else (first.rate, second.rate)
    return abs(one - two) / min(one, two)


def measure(floor, server, pages, *, seconds, connections=1, cookie="", allowed=DRIFT):
    """At least three valid rounds on `pages`, with the content checked before and after."""
    paths = [page["path"] for page in pages]
    check(server, pages, cookie)
    rounds, void = [], 0
    before = driver.measure(floor, ["/"], seconds=seconds, connections=connections)
    for _try in range(TRIES):
        ours = driver.measure(server, paths, seconds=seconds, connections=connections, cookie=cookie)
        after = driver.measure(floor, ["/"], seconds=seconds, connections=connections)
        if ours.errors:
            raise WrongAnswer(f"{paths[0]}: {ours.errors} answers were errors")
        if drift(before, after, connections) <= allowed:
            rounds.append(Round(mean(before, after), ours))
        else:
            void += 1
        before = after
        if len(rounds) == ROUNDS:
            break
    check(server, pages, cookie)
    return rounds, void


def ratios(rounds, field):
    return Ratio(tuple(getattr(each.ours, field) / getattr(each.floor, field) for each in rounds))
