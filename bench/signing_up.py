"""Signing up to an event: the form and its POST, by one person after the other, and by eight at once."""

import contextlib
import http.client
import json
import subprocess
import sys
import threading
import time
from functools import cached_property
from itertools import count
from statistics import median
from urllib.parse import urlencode

import psycopg

from bench import databases, driver, rounds
from bench.outage import SECRET
from bench.servers import Server, headers

FLOOR, HUB = "bench.floor:application", "s3hub.wsgi:application"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Door:
    """A database with an event in it, and both servers on it."""

    def __init__(self, seconds, drift):
        self.seconds, self.drift, self.stack = seconds, drift, contextlib.ExitStack()

    @cached_property
    def database(self):
        return databases.copied("signing", lambda name: self._inside(name, "fill"))

    def _inside(self, database, what):
        command = [sys.executable, "-m", "bench.signing", what]
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

    def forget(self):
        """Nobody has signed up yet."""
        with psycopg.connect(databases.address(self.database), autocommit=True) as connection:
            connection.execute("DELETE FROM events_registration")
            connection.execute("DELETE FROM notifications_email")

    def seated(self):
        question = "SELECT count(*) FROM events_registration WHERE state = 'confirmed'"
        with psycopg.connect(databases.address(self.database)) as connection:
            return connection.execute(question).fetchone()[0]

    def sign_up(self, connections):
        """(milliseconds of each form with its POST, how many a second) of people who come for some seconds."""
        self.forget()
        turn, times, start = count(), [], time.perf_counter()
        crowd = [threading.Thread(target=self._come, args=(turn, times, start)) for _ in range(connections)]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
        spent = time.perf_counter() - start
        if not times or self.seated() > self.facts["seats"]:
            raise rounds.WrongAnswer("nobody signed up, or more than there are seats")
        return times, len(times) / spent

    def _come(self, turn, times, start):
        connection, cookies = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=30), self.facts["cookies"]
        body = urlencode({"organisation": "Bench", "csrfmiddlewaretoken": SECRET})
        while time.perf_counter() - start < self.seconds and (number := next(turn)) < len(cookies):
            known, begun = headers(f"{cookies[number]}; csrf={SECRET}", "br"), time.perf_counter()
            for method, status in (("GET", 200), ("POST", 302)):
                sent = {"body": body, "headers": known | FORM} if method == "POST" else {"headers": known}
                connection.request(method, self.facts["path"], **sent)
                answer = connection.getresponse()
                answer.read()
                if answer.status != status:
                    return times.clear()
            times.append((time.perf_counter() - begun) * 1e3)
        return connection.close()

    def valid(self, connections):
        """Rounds of floor, ours, floor: [(the floor before and after, times, rate)]."""
        found, before = [], self._floor(connections)
        for _try in range(rounds.TRIES):
            (times, rate), after = self.sign_up(connections), self._floor(connections)
            if rounds.drift(before, after, connections) <= self.drift:
                found.append((rounds.mean(before, after), times, rate))
            before = after
            if len(found) == rounds.ROUNDS:
                return found
        raise rounds.WrongAnswer("the floors moved too much: the machine is too busy")

    def _floor(self, connections):
        return driver.measure(self.floor, ["/"], seconds=self.seconds, connections=connections)


def signing_up(line, at_most, count_line, door):
    """Form and POST of somebody with an account, with the mail that is queued."""
    alone = door.valid(1)
    units = rounds.Ratio(tuple(median(times) / floor.median for floor, times, _rate in alone))
    note = f"{median(alone[0][1]):.1f} ms, floor {alone[0][0].median:.1f} ms"
    yield at_most("signing up, form + POST, median", units, 20, note=note)
    many = door.valid(8)
    rate = rounds.Ratio(tuple(ours / floor.rate for floor, _times, ours in many))
    note = f"{many[0][2]:.0f} people/s, floor {many[0][0].rate:.0f}"
    yield line("signing up, form + POST, 8 at once", f"{rate} Fc", "≥ 0.12 Fc", rate.middle >= 0.12, note)
    yield count_line("signing up, form + POST", door.facts["queries"], 25)
