"""Digests: 10,000 people with three spaces in which something is new, against `M`, into the same sink.

`python -m bench.digests fill COUNT` and `… send` run inside the hub. A row of a digest is read, judged and worded for
each person; the spaces have 20 members each.
"""

import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from bench import databases, mails, rounds

SIZES = (1_000, 10_000)
SPACES, MEMBERS = 3, 20


def inside(database, *arguments, port=0):
    environment = databases.environment(database) | {"STATEMENT_TIMEOUT": "600s"}
    environment |= {"EMAIL_URL": f"smtp://127.0.0.1:{port}"} if port else {}
    command = [sys.executable, "-m", "bench.digests", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=databases.BASE)
    if done.returncode:
        raise rounds.WrongAnswer((done.stderr or done.stdout).strip().splitlines()[-1])
    return json.loads(done.stdout or "{}")


def digests(line):
    """The lines of the table: speed, questions, memory with one worker; the gain of a second one."""
    found = {}
    for count in SIZES:
        with mails.sink() as port:
            first = mails.floor(port)
            found[count] = one = _sent(count, port, workers=1)
            one["M"] = one["rate"] / ((first + mails.floor(port)) / 2)
    small, large = (found[count] for count in SIZES)
    yield line("digests, 10,000 people with 3 spaces", f"{large['M']:.2f} M", "≥ 0.6 M", large["M"] >= 0.6)
    questions = large["questions"] / SIZES[1]
    yield line("digests, questions a mail", f"{questions:.3f}", "≤ 0.05", questions <= 0.05)
    yield line("digests, memory", f"{large['memory']:.0f} MiB", "≤ 110 MiB", large["memory"] <= 110)
    grown = large["memory"] / small["memory"]
    yield line("digests, memory 1,000 → 10,000", f"× {grown:.2f}", "flat", grown <= 1.1)
    with mails.sink() as port:
        two = _sent(SIZES[1], port, workers=2)
    gain = two["rate"] / large["rate"]
    yield line("digests, two workers against one", f"× {gain:.2f}", "≥ 1.5", gain >= 1.5)


def _sent(count, port, workers):
    """What it took to send the digests of `count` people."""
    name = databases.copied(f"digests_{count}", lambda made: inside(made, "fill", str(count)))
    inside(name, "queue")
    with ThreadPoolExecutor(workers) as pool:
        done = list(pool.map(lambda _n: inside(name, "send", port=port), range(workers)))
    if sum(one["sent"] for one in done) != count:
        raise rounds.WrongAnswer(f"{sum(one['sent'] for one in done)} digests went out, not {count}")
    spent = max(one["seconds"] for one in done)
    facts = {"questions": sum(one["questions"] for one in done), "memory": max(one["memory"] for one in done)}
    return {"rate": count / spent, **facts}


# ── Inside the hub ───────────────────────────────────────────────────────────────────────────────────────────────────
def fill(count):
    from accounts.models import User  # noqa: PLC0415 - the other half of this module runs outside the hub
    from bench.rooms import talk  # noqa: PLC0415
    from platforms.models import Partnership, Space, SpaceMember  # noqa: PLC0415

    partnership = Partnership.objects.create(slug="bench", name_sv="Bench", purpose_sv="Mäta", is_published=True)
    languages = ("sv", "en")
    people = User.objects.bulk_create(
        User(email=f"d{n}@bench.example", name=f"Person {n}", language=languages[n % 2]) for n in range(count)
    )
    for first in range(0, count, MEMBERS):
        there = people[first : first + MEMBERS]
        for number in range(SPACES):
            space = Space.objects.create(name=f"Bench {first}-{number}", partnership=partnership)
            SpaceMember.objects.bulk_create(SpaceMember(space=space, user=user) for user in there)
            talk(space, there, 1, 2)


def tell():
    """Something is new in every space, and everybody's digest is due."""
    from django.utils import timezone  # noqa: PLC0415

    from notifications.models import DigestSetting, Email, Notification, Why  # noqa: PLC0415
    from notifications.schedule import next_due  # noqa: PLC0415
    from platforms.actions.told import place_of, thing_of  # noqa: PLC0415
    from platforms.models import SpaceMember, Thread  # noqa: PLC0415

    Email.objects.all().delete()
    threads = {thread.space_id: thing_of(thread) for thread in Thread.objects.all()}
    Notification.objects.all().delete()
    members = SpaceMember.objects.values_list("user_id", "space_id")
    Notification.objects.bulk_create(
        Notification(
            user_id=user, thing=threads[space], place=place_of(space), kind="posted", part="c_new", why=Why.MEMBER
        )
        for user, space in members.iterator()
    )
    users = members.values_list("user_id", flat=True).distinct()
    DigestSetting.objects.bulk_create((DigestSetting(user_id=user) for user in users), ignore_conflicts=True)
    DigestSetting.objects.update(next_at=next_due(timezone.now() - timedelta(days=8), 127, 8), silent=0)


def queue():
    from notifications.digests import queue_due  # noqa: PLC0415

    tell()
    print(json.dumps({"queued": queue_due()}))


def schedule():
    """What the scheduler does, without a pause."""
    from notifications.digests import queue_due  # noqa: PLC0415

    while True:
        queue_due()
        time.sleep(0.05)


def send():
    from django.db import connection  # noqa: PLC0415

    from notifications.models import EmailState  # noqa: PLC0415
    from notifications.sending import send_due  # noqa: PLC0415

    questions = 0

    def count(execute, *arguments):
        nonlocal questions
        questions += 1
        return execute(*arguments)

    start = time.perf_counter()
    with connection.execute_wrapper(count):
        sent = send_due(seconds=900)[EmailState.SENT]
    facts = {"sent": sent, "seconds": time.perf_counter() - start, "questions": questions}
    print(json.dumps({**facts, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")
    import django

    django.setup()
    {"fill": lambda: fill(int(sys.argv[2])), "tell": tell, "queue": queue, "schedule": schedule, "send": send}[
        sys.argv[1]
    ]()
