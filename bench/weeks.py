"""`python -m bench.weeks [--people N]`: twelve weeks of 300 people in 30 spaces on a moved clock, with real rows and a
real mail server, three times with the same news: once as planned, once with scheduler runs left out, doubled and late,
once with senders that are stopped before they end.

What must hold: no digest twice, none empty, nobody told of the same thing twice, at most two mails that nobody wrote to
them in most people's weeks, and the same things told to the same people in all three.
"""

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from functools import partial

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")

from bench import databases
from bench.servers import free_port

WEEKS, PEOPLE, A_SPACE, EACH = 12, 300, 10, 3  # a space for so many people, and each is in so many spaces
START = datetime(2027, 3, 1, 0, 30, tzinfo=UTC)  # a Monday; the clock goes forward in the fourth week
WORKDAYS, DAY = 5, (5, 19)  # when something happens, and the hours of UTC at which the scheduler looks
HOW = ("planned", "disturbed", "stopped")


class Server:
    """A mail server that keeps what it takes: [(to, Message-ID, whether it is a digest, the things it tells)]."""

    def __init__(self):
        self.port, self.taken = free_port(), []
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()

    async def _serve(self):
        server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, limit=1 << 24)
        async with server:
            await server.serve_forever()

    async def _talk(self, reader, writer):
        writer.write(b"220 bench\r\n")
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"DATA":
                writer.write(b"354 go on\r\n")
                self._keep(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")
        writer.close()

    def _keep(self, data):
        mail = message_from_bytes(data, policy=default)
        text = mail.get_body(("plain",)).get_content()
        told = re.findall(r"Thing-\d+-\d+", text)
        self.taken.append((mail["To"], mail["Message-ID"], bool(mail["List-Id"]), set(told)))


def simulate(how, people, server):
    """Twelve weeks; what came of them."""
    import django  # noqa: PLC0415 - the other half of this module runs outside the hub

    django.setup()
    from django.conf import settings  # noqa: PLC0415

    from notifications import bell  # noqa: PLC0415
    from tests.clock import moved_clock  # noqa: PLC0415

    bell.ring = lambda *_task: True
    settings.EMAIL_DELIVERY, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", server.port
    with moved_clock(START) as clock:
        world = World(clock, people)
        for _day in range(WEEKS * 7):
            world.day(how)
        world.rest()
        return world.judged(server.taken)


class World:
    """People, spaces and what happens; the same for the same seed, however the mail goes."""

    def __init__(self, clock, people):
        from accounts.models import User  # noqa: PLC0415
        from notifications.models import DigestSetting  # noqa: PLC0415
        from platforms.models import Partnership, Space, SpaceMember  # noqa: PLC0415

        self.clock, self.news, self.luck = clock, random.Random(1), random.Random(2)
        self.people = [
            User.objects.create(
                email=f"w{number}@bench.example", name=f"Person {number}", language=("sv", "en")[number % 2]
            )
            for number in range(people)
        ]
        partnership = Partnership.objects.create(slug="bench", name_sv="Bench", purpose_sv="Mäta", is_published=True)
        self.spaces, self.threads, self.there = [], defaultdict(list), defaultdict(list)
        for number in range(people // A_SPACE):
            self.spaces.append(Space.objects.create(name=f"Space {number}", slug=f"s{number}", partnership=partnership))
        for number, person in enumerate(self.people):
            for step in range(EACH):
                where = (number + step * 7) % len(self.spaces)
                role = "coordinator" if not self.there[where] else "member"
                SpaceMember.objects.create(space=self.spaces[where], user=person, role=role)
                self.there[where].append(person)
        chosen = self.news.choices([2, 1, 16, 17, 127, 0], [70, 8, 8, 8, 3, 3], k=people)
        DigestSetting.objects.bulk_create(
            DigestSetting(user=person, days=days, hour=self.news.choice([7, 8, 12]), next_at=None)
            for person, days in zip(self.people, chosen, strict=True)
        )
        self._set_first()
        self.count = 0

    def _set_first(self):
        from notifications.models import DigestSetting  # noqa: PLC0415
        from notifications.schedule import next_due  # noqa: PLC0415

        rows = list(DigestSetting.objects.all())
        for row in rows:
            row.next_at = next_due(self.clock.at, row.days, row.hour)
        DigestSetting.objects.bulk_update(rows, ["next_at"])

    def looks(self, email):
        """Every third person opens what they come by."""
        return int(email[1:].partition("@")[0]) % 3 == 0

    def day(self, how):
        """A day of the clock; in the morning most people are seen on the site."""
        from notifications.models import DigestSetting  # noqa: PLC0415

        here = [person.pk for person in self.people if self.news.random() < 0.3]
        DigestSetting.objects.filter(user__in=here).update(silent=0, seen_at=self.clock.now())
        for hour in range(*DAY):
            self.clock.at = self.clock.at.replace(hour=hour, minute=30, second=0, microsecond=0)
            if self.clock.at.weekday() < WORKDAYS and self.news.random() < 0.5:
                self.happens()
            self.schedule_and_send(how)
        self.clock.move(days=1)

    def happens(self):
        """A post or a new discussion, by somebody, in some space; some follow it, some read it at once."""
        from platforms.actions import talk  # noqa: PLC0415

        where = self.news.randrange(len(self.spaces))
        writer, *others = self.news.sample(self.there[where], 5)
        threads = self.threads[where]
        if not threads or self.news.random() < 0.4:
            title = f"Thing-{where}-{len(threads)}"
            thread = talk.start(self.spaces[where], by=writer, title=title, body="Hello").thread
            threads.append(thread)
            talk.follow(thread, by=others[0], wanted=True)
        else:
            thread = self.news.choice(threads[-4:])
            body = f"@{others[1].name} hello" if self.news.random() < 0.2 else "Hello"
            talk.write(thread, by=writer, body=body)
        self.count += 1
        for person in others[2:]:
            if self.looks(person.email):
                talk.mark_seen(thread, person)

    def schedule_and_send(self, how):
        """What the scheduler and the worker do in an hour. `disturbed`: nothing at all in one hour of four, twice in
        another; `stopped`: a sender has time for one slice only, and the next goes on."""
        from notifications import digests, sending  # noqa: PLC0415

        runs = self.luck.choice([0, 1, 1, 2]) if how == "disturbed" else 1
        for _run in range(runs):
            digests.queue_due()
            if how == "stopped":
                sending.send_due(seconds=0.05)
            sending.send_due()

    def rest(self):
        """Nothing more happens: the last digests go."""
        from notifications.models import DigestSetting  # noqa: PLC0415

        for _day in range(36):
            DigestSetting.objects.update(silent=0)
            self.clock.move(days=1)
            self.schedule_and_send("planned")

    def judged(self, taken):
        """What came of it, and what was told to whom who never looks."""
        from notifications.models import Email, EmailKind, Notification  # noqa: PLC0415

        mails = {mail.message_id: mail for mail in Email.objects.all()}
        unasked = [one for one in mails.values() if one.sent_at and one.kind in (EmailKind.DIGEST, EmailKind.REMINDER)]
        weeks = Counter((mail.to, (mail.sent_at - START).days // 7) for mail in unasked)
        counts = sorted(weeks.get((one.email, week), 0) for one in self.people for week in range(WEEKS))
        wanting = Notification.objects.pending().exclude(user__digest_setting__days=0)
        digests = [one for one in taken if one[2]]
        return {
            "happened": self.count,
            "mails": len(taken),
            "digests": len(digests),
            "mails taken twice": sum(count - 1 for count in Counter(one[1] for one in taken).values()),
            "empty": sum(not told for *_facts, told in digests),
            "told again though nothing had happened": self.again(digests, mails),
            "mails that nobody wrote to them, of a person in a week: mean, p95, most": [
                round(sum(counts) / len(counts), 2),
                counts[int(0.95 * len(counts))],
                counts[-1],
            ],
            "not told to who wants digests": wanting.count(),
            "told": sorted(f"{to} {thing}" for to, thing in self.told() if not self.looks(to)),
        }

    def told(self):
        """Who was told of what, in a line of its own or among those that a long digest counts ("and 3 more")."""
        from notifications.models import Notification  # noqa: PLC0415

        return Notification.objects.exclude(told_at=None).values_list("user__email", "thing").iterator()

    def again(self, digests, mails):
        """How often a digest told a person of a thing in which nothing had happened since the digest before."""
        from platforms.models import Post  # noqa: PLC0415

        happened = defaultdict(list)
        for title, at, email in Post.objects.values_list("thread__title", "created_at", "by__email"):
            happened[title].append((at, email))
        before, found = {}, 0
        for to, ident, _is_digest, told in digests:
            now = mails[ident].sent_at
            for thing in told:
                since = before.get((to, thing), START)
                found += not any(since <= at <= now and by != to for at, by in happened[thing])
                before[to, thing] = now
        return found


def compared(found):
    """The results without what was told, and whether all told the same."""
    told = [set(one.pop("told")) for one in found.values()]
    return {**found, "told to people in all": len(told[0]), "told otherwise": sum(len(told[0] ^ one) for one in told)}


def simulated(people, how):
    """The results of one, on a database and in a process of its own."""
    name = f"{databases.region()}_weeks_{how}"
    databases.drop(name)
    databases.create(name, databases.region())
    command = [sys.executable, "-m", "bench.weeks", how, "--people", str(people)]
    done = subprocess.check_output(command, env=databases.environment(name), cwd=databases.BASE, text=True)
    databases.drop(name)
    return json.loads(done)


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.weeks", description=__doc__)
    parser.add_argument("how", nargs="?", choices=HOW, help="only this, on the database of the environment")
    parser.add_argument("--people", type=int, default=PEOPLE)
    chosen = parser.parse_args()
    if chosen.how:
        print(json.dumps(simulate(chosen.how, chosen.people, Server())))
        return
    databases.region()
    with ThreadPoolExecutor(len(HOW)) as pool:
        found = dict(zip(HOW, pool.map(partial(simulated, chosen.people), HOW), strict=True))
    print(json.dumps(compared(found), indent=1))


if __name__ == "__main__":
    main()
