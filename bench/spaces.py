"""Spaces and invitations: a view with all its requests, the same ten times larger, and 500 people invited at once."""

import contextlib
import http.client
import json
import re
import subprocess
import sys
import time
from functools import cached_property
from statistics import median
from urllib.parse import urlencode

from bench import databases, mails, rounds
from bench.driver import percentile
from bench.servers import Server, headers

FLOOR, HUB = "bench.floor:application", "s3hub.wsgi:application"
INVITED = 500
WARM = 6  # so that both workers have met the form


class Rooms:
    """A database with spaces in it, and both servers on it."""

    def __init__(self, seconds, drift):
        self.seconds, self.drift, self.stack = seconds, drift, contextlib.ExitStack()

    @cached_property
    def database(self):
        return databases.copied("rooms", lambda name: self._inside(name, "fill"))

    def _inside(self, database, what):
        command = [sys.executable, "-m", "bench.rooms", what]
        environment = databases.environment(database) | {"STATEMENT_TIMEOUT": "600s"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=databases.BASE)
        if done.returncode:
            raise rounds.WrongAnswer((done.stderr or done.stdout).strip().splitlines()[-1])
        return done.stdout

    @cached_property
    def facts(self):
        return json.loads(self._inside(self.database, "facts"))

    @cached_property
    def floor(self):
        return self.stack.enter_context(Server(FLOOR, self.database))

    @cached_property
    def hub(self):
        return self.stack.enter_context(Server(HUB, self.database, first="/health/"))

    def cookie(self, page):
        return self.facts["cookies"][{"five spaces": "few", "500 spaces": "many"}.get(page, "reader")]

    def unit(self, page):
        """The paths that a browser asks for when it opens the page for the first time."""
        path = self.facts["pages"][page]["path"]
        _status, body, _headers = self.hub.get(path, cookie=self.cookie(page))
        links = re.findall(r'<(?:link|script)[^>]+(?:href|src)="(/(?:static/|region\.css)[^"]+)"', body.decode())
        return [path, *sorted(set(links))]

    def measure(self, page, *, whole=True):
        """(median, 95th percentile) of the view in floors, each as the Ratio of three valid rounds."""
        unit = self.unit(page) if whole else [self.facts["pages"][page]["path"]]
        cookie, found = self.cookie(page), []
        before = walk(self.floor, ["/"], self.seconds)
        for _try in range(rounds.TRIES):
            ours, after = walk(self.hub, unit, self.seconds, cookie), walk(self.floor, ["/"], self.seconds)
            if abs(median(before) - median(after)) / min(median(before), median(after)) <= self.drift:
                floor = (median(before) + median(after)) / 2
                found.append((median(ours) / floor, percentile(ours, 0.95) / floor))
            before = after
            if len(found) == rounds.ROUNDS:
                return tuple(rounds.Ratio(tuple(each[place] for each in found)) for place in (0, 1))
        raise rounds.WrongAnswer("the floors moved too much: the machine is too busy")


def walk(server, unit, seconds, cookie=""):
    """The time of each whole unit in milliseconds, asked for over one connection as a browser would."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for path in unit:
            connection.request("GET", path, headers=headers(cookie, "br"))
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 400:
                raise rounds.WrongAnswer(f"{path} answers {answer.status}")
        times.append((time.perf_counter() - start) * 1e3)
    connection.close()
    return times


def spaces(line, at_most, count_line, rooms):
    """A member opens the overview or a discussion, all requests of the view; the same in a ten times larger space."""
    for what in ("overview", "discussion"):
        middle, late = rooms.measure(f"small {what}")
        page = rooms.facts["pages"][f"small {what}"]
        note = f"{len(rooms.unit(f'small {what}'))} requests"
        yield at_most(f"space, {what}, 20 members and 50 posts, whole view, median", middle, 15, note=note)
        yield at_most(f"space, {what}, whole view, p95", late, 25)
        yield count_line(f"space, {what}", page["queries"], 15)
        yield count_line(f"space, {what}, HTML", round(page["bytes"] / 1024), 80, "kB")
        larger = rooms.facts["pages"][f"large {what}"]
        more = larger["queries"] - page["queries"]
        yield line(f"space, {what}, 200 members and 2,000 posts", f"{more:+} queries", "equal", more == 0)
        _middle, large = rooms.measure(f"large {what}")
        grown = large.middle / late.middle
        yield line(f"space, {what}, p95 of the large against the small", f"× {grown:.2f}", "≤ 1.3", grown <= 1.3)
    yield count_line("space, poll without news", rooms.facts["pages"]["small poll"]["queries"], 5)
    few, _late = rooms.measure("five spaces", whole=False)
    many, _late = rooms.measure("500 spaces", whole=False)
    ratio = many.middle / few.middle
    yield line("my spaces, 500 against 5", f"× {ratio:.2f}", "≤ 1.5", ratio <= 1.5, f"{few} F → {many} F")


def invitations(line, at_most, rooms):
    """500 people are invited at once: the page's answer, and how fast the mails leave."""
    answers, rates = [], []
    for turn in range(rounds.ROUNDS):
        before = median(walk(rooms.floor, ["/"], rooms.seconds))
        spent = invite(rooms, turn)
        floor = (before + median(walk(rooms.floor, ["/"], rooms.seconds))) / 2
        answers.append(spent / floor)
        with mails.sink() as port:
            first = mails.floor(port)
            rate, sent = mails.hub(rooms.database, port)
            bare = (first + mails.floor(port)) / 2
        if sent != INVITED:
            raise rounds.WrongAnswer(f"{sent} mails went out, not {INVITED}")
        rates.append(rate / bare)
    yield at_most("500 invitations, the page's answer", rounds.Ratio(tuple(answers)), 20)
    ratio = rounds.Ratio(tuple(rates))
    yield line("500 invitations, mails a second", f"{ratio} M", "≥ 0.5 M", ratio.middle >= 0.5, f"M = {bare:.0f}/s")


def invite(rooms, turn):
    """Milliseconds until the page answers that the invitations are on their way."""
    host = rooms.facts["hosts"][turn]
    run = int(time.time())  # nobody is invited twice, also when the database is measured again
    people = "\n".join(f"Guest {n} <guest{run}-{n}@bench.example>" for n in range(INVITED))
    for _look in range(WARM):  # as everybody looks before sending
        _post(rooms, host, {"people": people, "do": "look"}, 200)
    return _post(rooms, host, {"people": people, "do": "send"}, 302)


def _post(rooms, host, values, expected):
    """Milliseconds that the form takes."""
    secret = "s" * 32  # a form may carry the cookie's own value
    path, cookie = host["path"], f"{host['cookie']}; csrf={secret}"
    form = {"csrfmiddlewaretoken": secret, "role": "member", "language": "sv", **values}
    sent = {**headers(cookie), "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection("127.0.0.1", rooms.hub.port, timeout=60)
    start = time.perf_counter()
    connection.request("POST", path, body=urlencode(form), headers={**sent, "Origin": "http://127.0.0.1"})
    status = connection.getresponse().status
    spent = (time.perf_counter() - start) * 1e3
    connection.close()
    if status != expected:
        raise rounds.WrongAnswer(f"{path} answers {status}")
    return spent
