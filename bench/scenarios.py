"""What is measured, and the goal of each: the table of goals in docs/performance.md, as code."""

import contextlib
import gzip
import http.client
import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cached_property

from bench import databases, digests, region, rounds, signing_up, spaces
from bench.servers import Server, headers

FLOOR, HUB = "bench.floor:application", "s3hub.wsgi:application"


@dataclass(frozen=True)
class Line:
    """One line of the table: what, measured, goal, and whether the goal is met (None when the figure is void)."""

    what: str
    measured: str
    goal: str
    met: bool | None
    note: str = ""


@dataclass
class Place:
    """A database of one size with both servers on it."""

    actors: int
    seconds: int
    drift: float
    measured: dict = field(default_factory=dict)
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @cached_property
    def database(self):
        return databases.seeded(self.actors)

    @cached_property
    def facts(self):
        command = [sys.executable, "-m", "bench.inside"]
        environment = databases.environment(self.database) | {"STATEMENT_TIMEOUT": "60s"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=databases.BASE)
        if done.returncode:
            raise rounds.WrongAnswer((done.stderr or done.stdout).strip().splitlines()[-1])
        return json.loads(done.stdout)

    @cached_property
    def floor(self):
        return self.stack.enter_context(Server(FLOOR, self.database))

    @cached_property
    def hub(self):
        return self.stack.enter_context(Server(HUB, self.database, first="/health/"))

    def pages(self, name):
        if name in self.facts["wrong"]:
            raise rounds.WrongAnswer(self.facts["wrong"][name])
        return self.facts["pages"][name]

    def measure(self, name, connections=1):
        """The rounds of one set of pages, measured once in a run."""
        if (name, connections) not in self.measured:
            self.measured[name, connections] = self._rounds(name, connections)
        return self.measured[name, connections]

    def _rounds(self, name, connections):
        pages, spent = self.pages(name), {"seconds": self.seconds, "connections": connections, "allowed": self.drift}
        found, _void = rounds.measure(self.floor, self.hub, pages, **spent)
        if len(found) < rounds.ROUNDS:
            raise rounds.WrongAnswer("the floors moved too much: the machine is too busy")
        return found

    def most(self, name, what):
        """The largest `queries`, `sql_ms` or `bytes` of the pages of a scenario."""
        return max(page[what] for page in self.pages(name))


class Places:
    """The sizes that have been asked for; servers start when first needed and all end together."""

    def __init__(self, seconds, drift):
        self.seconds, self.drift, self.made = seconds, drift, {}

    def __call__(self, actors):
        if actors not in self.made:
            self.made[actors] = Place(actors, self.seconds, self.drift)
        return self.made[actors]

    @cached_property
    def rooms(self):
        return spaces.Rooms(self.seconds, self.drift)

    @cached_property
    def door(self):
        return signing_up.Door(self.seconds, self.drift)

    def close(self):
        self.rooms.stack.close()
        self.door.stack.close()
        for place in self.made.values():
            place.stack.close()


def absolute(found):
    best = min(found, key=lambda each: each.ours.median)
    return f"{best.ours.median:.1f} ms, floor {best.floor.median:.1f} ms"


def at_most(what, ratio, limit, unit="F", note=""):
    return Line(what, f"{ratio} {unit}", f"≤ {limit} {unit}", ratio.middle <= limit, note)


def count_line(what, number, limit, unit="queries"):
    return Line(what, f"{number} {unit}", f"≤ {limit}", number <= limit)


def directory(places, actors):
    """The list, anonymous."""
    place = places(actors)
    one, many = place.measure("list"), place.measure("list", connections=8)
    rate = rounds.ratios(many, "rate")
    yield at_most("list, median", rounds.ratios(one, "median"), 6, note=absolute(one))
    yield at_most("list, p95", p95_floors(one), 10)
    pages = f"{many[0].ours.rate:.0f} pages/s, floor {many[0].floor.rate:.0f}"
    yield Line("list, 8 at once", f"{rate} Fc", "≥ 0.2 Fc", rate.middle >= 0.2, pages)
    yield count_line("list", place.most("list", "queries"), 6)
    yield count_line("list, HTML", round(place.most("list", "bytes") / 1024), 60, "kB")


def search(places, actors):
    """Searches with facets for planted words."""
    place = places(actors)
    rare = place.measure("search_rare")
    yield at_most("search, term in 0.01 to 2.8 %, p95", p95_floors(rare), 8, note=absolute(rare))
    common, statement = place.measure("search_common"), place.most("search_common", "sql_ms")
    beyond = rounds.Ratio(tuple((each.ours.p95 - 1.3 * statement) / each.floor.median for each in common))
    note = f"{absolute(common)}, S = {statement:.1f} ms; p95 {p95_floors(common)} F"
    yield at_most("search, term in 18 %, p95 − 1.3 S", beyond, 12, note=note)
    everywhere = place.measure("search_everywhere")
    yield at_most("search, term in 94 %, p95", p95_floors(everywhere), 25, note=absolute(everywhere))


def p95_floors(found):
    """95th percentiles as multiples of the floor's median, as the goals mean it."""
    return rounds.Ratio(tuple(each.ours.p95 / each.floor.median for each in found))


def chart(places, actors):
    """The county as a chart with counts."""
    place = places(actors)
    found = place.measure("chart")
    yield at_most("chart, p95", p95_floors(found), 15, note=absolute(found))
    yield count_line("chart", place.most("chart", "queries"), 4)
    yield count_line("chart, HTML", round(place.most("chart", "bytes") / 1024), 200, "kB")


def actor(places, actors):
    """One actor's page."""
    place = places(actors)
    found = place.measure("actor")
    yield at_most("actor page, p95", p95_floors(found), 8, note=absolute(found))
    yield count_line("actor page", place.most("actor", "queries"), 8)


def events(places, _actors):
    """The list of events and the archive, with 500 and with 10,000 events; a person's calendar of 500."""
    mine = places(500).measure("calendar")
    yield at_most("own calendar of 500 events, p95", p95_floors(mine), 20, note=absolute(mine))
    yield count_line("own calendar of 500 events", places(500).most("calendar", "queries"), 6)
    for number in (500, 10_000):
        for name in ("events", "archive"):
            found = places(number).measure(name)
            yield at_most(f"{name} of {number:,}, p95", p95_floors(found), 10, note=absolute(found))
            yield count_line(f"{name} of {number:,}", places(number).most(name, "queries"), 5)
            size = round(places(number).most(name, "bytes") / 1024)
            yield count_line(f"{name} of {number:,}, HTML", size, 60, "kB")


def menu(places, actors):
    """What being signed in adds to a page, and what a page that is not there costs."""
    place = places(actors)
    extra = place.most("list_signed_in", "queries") - place.most("list", "queries")
    yield count_line("menu, permissions, badge (signed in beyond anonymous)", extra, 4)
    yield count_line("404, signed in", place.most("missing", "queries"), 5)


GROWTHS = (
    ("list", 10_000, 100_000, 1.3),
    ("actor", 10_000, 100_000, 1.3),
    ("search_rare", 10_000, 100_000, 1.3),
    ("search_common", 10_000, 100_000, 3),
    ("search_everywhere", 10_000, 100_000, 3),
    ("search_rare", 5_000, 500_000, 4),
    ("search_common", 5_000, 500_000, 4),
    ("search_everywhere", 5_000, 500_000, 4),
)


def growth(places, _actors):
    """How the cost follows the size of the register."""
    seen = {}
    for name, small, large, limit in GROWTHS:
        for size in (small, large):
            if (name, size) not in seen:
                seen[name, size] = rounds.ratios(places(size).measure(name), "median").middle
        before, after = seen[name, small], seen[name, large]
        note = f"{before:.2f} F → {after:.2f} F"
        ratio = after / before
        yield Line(f"{name}, {small:,} → {large:,}", f"× {ratio:.2f}", f"≤ {limit}", ratio <= limit, note)


def first_byte(server, path):
    """Seconds to the first byte of the body, seconds to the last, bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    start = time.perf_counter()
    connection.request("GET", path, headers=headers())
    answer = connection.getresponse()
    if answer.status != 200:
        raise rounds.WrongAnswer(f"{path} answers {answer.status}")
    size = len(answer.read(1))
    first, lines = time.perf_counter() - start, 0
    while block := answer.read(65536):
        size += len(block)
        lines += block.count(b"\n")
    connection.close()
    return first, time.perf_counter() - start, size, lines


def export(places, actors):
    """The whole register as CSV."""
    place, path = places(actors), places(actors).facts["export"]
    for _worker in range(8):
        place.hub.get(place.pages("list")[0]["path"])
    floor = min(rounds.driver.measure(place.floor, ["/"], seconds=1).median for _ in range(3))
    before = place.hub.peak()
    first, whole, size, lines = min(first_byte(place.hub, path) for _ in range(3))
    if lines < place.facts["published"]:
        raise rounds.WrongAnswer(f"{lines} lines for {place.facts['published']} actors")
    grown, note = place.hub.peak() - before, f"{size / 1e6:.0f} MB in {whole:.1f} s, {lines} lines"
    ratio = rounds.Ratio((first * 1e3 / floor,))
    yield at_most("CSV export, first byte", ratio, 30, note=note)
    yield Line("CSV export, memory growth", f"{grown:.1f} MiB", "≤ 20 MiB", grown <= 20)


def cold(places, actors):
    """Start and memory of two workers, both after the same requests."""
    database, figures = places(actors).database, []
    paths = [places(actors).pages(name)[0]["path"] for name in ("list", "search_common", "actor")]
    for _turn in range(rounds.ROUNDS):
        with Server(FLOOR, database) as floor, contextlib.ExitStack() as stack:
            warm(floor, ["/"])
            bare = floor.started_in, floor.memory()
            hub = stack.enter_context(Server(HUB, database, first="/health/"))
            warm(hub, paths)
            figures.append((hub.started_in / bare[0], hub.memory() / bare[1], hub.started_in, hub.memory()))
    note = f"{min(figure[2] for figure in figures):.1f} s; {figures[0][3]:.0f} MiB together"
    yield at_most("cold start", rounds.Ratio(tuple(figure[0] for figure in figures)), 3, "× floor", note)
    yield at_most("memory of two workers", rounds.Ratio(tuple(figure[1] for figure in figures)), 2.2, "× floor")


def warm(server, paths):
    for path in paths * 6:
        server.get(path)


def first_view(places, actors):
    """JavaScript and style sheets that a first visit loads, as sent to a browser."""
    place = places(actors)
    _status, body, _headers = place.hub.get(place.facts["start"])
    html = body.decode()
    assets = re.findall(r'<script[^>]+src="([^"]+)"', html)
    assets += re.findall(r'<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"', html)
    assets += re.findall(r'<link[^>]+href="([^"]+)"[^>]+rel="stylesheet"', html)
    foreign = [path for path in assets if not path.startswith("/") or path.startswith("//")]
    if foreign or not assets:
        raise rounds.WrongAnswer(f"foreign or no assets: {foreign}")
    size = sum(sent(place.hub, path) for path in sorted(set(assets))) / 1024
    yield Line("first view, JS + CSS compressed", f"{size:.1f} kB", "≤ 70 kB", size <= 70, f"{len(set(assets))} files")
    yield count_line("first view, HTML", round(len(body) / 1024), 60, "kB")


def sent(server, path):
    """The bytes of an asset on the wire; one that is sent plain counts as its gzip would only if it is small."""
    status, body, answer = server.get(path, encoding="br, gzip")
    if status != 200:
        raise rounds.WrongAnswer(f"{path} answers {status}")
    small = len(body) < 1024 and "content-encoding" not in answer
    return len(gzip.compress(body)) if small else len(body)


def load(_places, _actors):
    """`load_region` with 10,000 actors on an empty database."""
    seconds, megabytes, rows = region.load(10_000)
    yield Line("load_region, 10,000 actors", f"{seconds:.1f} s", "≤ 60 s", seconds <= 60, f"{rows} actors")
    yield Line("load_region, memory", f"{megabytes:.0f} MiB", "≤ 300 MiB", megabytes <= 300)


def space(places, _actors):
    """A member's view of a space, and my spaces."""
    yield from spaces.spaces(Line, at_most, count_line, places.rooms)


def invitations(places, _actors):
    """500 invitations at once."""
    yield from spaces.invitations(Line, at_most, places.rooms)


def signing(places, _actors):
    """Signing up to an event."""
    yield from signing_up.signing_up(Line, at_most, count_line, places.door)


SCENARIOS = {
    "list": directory,
    "search": search,
    "chart": chart,
    "actor": actor,
    "events": events,
    "menu": menu,
    "growth": growth,
    "export": export,
    "cold": cold,
    "first": first_view,
    "load": load,
    "space": space,
    "invitations": invitations,
    "signing": signing,
    "digests": lambda _places, _actors: digests.digests(Line),
}
