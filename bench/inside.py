"""Run inside the hub on the database to measure: which addresses to ask for, and what a right answer holds.

`python -m bench.inside` prints one JSON object. What is right is read from the table by other means than the page's
own: rows by their place in the order, planted words by plain text comparison.
"""

import json
import os
import re
import time
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Tally, User, token_hash  # noqa: E402
from actors.models import Actor, ActorStatus  # noqa: E402
from actors.seed import PLANTED  # noqa: E402
from events import seed  # noqa: E402
from events.models import CalendarFeed, Event, Registration, RegistrationState  # noqa: E402
from events.views.overview import PAGE_SIZE  # noqa: E402

HOST = "127.0.0.1"
PAGES = 4
CALENDARS, ENTRIES = 12, 500
READER = "reader@bench.example"
SEARCHES = {
    "search_rare": ("mareograf", "blåstång", "tryckkärl"),
    "search_common": ("tillverkning",),
    "search_everywhere": ("samverkan",),
}
MOST_EVENTS = 10_000
events = Event.objects.published()
published = Actor.objects.filter(status=ActorStatus.PUBLISHED)


class Meter:
    """Counts the statements of a request and the time that the database takes for them."""

    def __init__(self):
        self.statements, self.seconds = 0, 0.0

    def __call__(self, execute, sql, params, many, context):
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.statements += 1
            self.seconds += time.perf_counter() - start


def ask(client, path):
    """The answer on `path` and its meter: the fastest of four, when every cache is warm."""
    meters = []
    for _turn in range(5):
        meter = Meter()
        with connection.execute_wrapper(meter):
            answer = client.get(path, SERVER_NAME=HOST)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        meters.append(meter)
    return answer.status_code, body.decode(), min(meters[1:], key=lambda meter: meter.seconds)


class Wrong(Exception):
    """A page does not answer as it should."""


def page(client, path, *, status=200, expect=(), verify=None):
    """One address with what a right answer on it holds; `verify` gets the body and returns more to expect."""
    got, body, meter = ask(client, path)
    if got != status:
        raise Wrong(f"{path} answers {got}, not {status}")
    found = [*expect, *(verify(body) if verify else ())]
    missing = [text for text in found if text not in body]
    if missing:
        raise Wrong(f"{path} lacks {missing[:3]}")
    cost = {"queries": meter.statements, "sql_ms": round(meter.seconds * 1e3, 2), "bytes": len(body.encode())}
    return {"path": path, "status": status, "expect": found, **cost}


def link(slug):
    return f'href="{reverse("actor", args=[slug])}"'


def listed(client):
    """The first pages of A–Ö: each must link to exactly the actors that stand there in the table."""
    for number in range(PAGES):
        rows = published.order_by("name_sort", "id")[number * settings.PAGE_SIZE : (number + 1) * settings.PAGE_SIZE]
        path = reverse("actor_list") + (f"?page={number + 1}" if number else "")
        yield page(client, path, expect=[link(row.slug) for row in rows])


def linked_slugs(body):
    stem = re.escape(reverse("actor", args=["x"]).removesuffix("x/"))
    return set(re.findall(rf'href="{stem}([-a-z0-9]+)/"', body))


def holding(word):
    """A check that the page links to as many actors as it should, all of which have `word` in their text."""
    having = published.filter(description_sv__icontains=word)

    def verify(body):
        slugs = set(having.filter(slug__in=linked_slugs(body)).values_list("slug", flat=True))
        due = min(settings.PAGE_SIZE, having.count())
        if len(slugs) != due:
            raise Wrong(f"“{word}”: {len(slugs)} right rows on the page, {due} expected")
        return [link(slug) for slug in sorted(slugs)]

    return verify


def searched(client, words):
    here = reverse("actor_list")
    return [page(client, f"{here}?{urlencode({'q': word})}", verify=holding(word)) for word in words]


def profiles(client):
    rows = published.order_by("slug")[:20]
    return [page(client, reverse("actor", args=[row.slug]), expect=[f"<h1>{row.name}"[4:]]) for row in rows]


def signed_in():
    person, _made = User.objects.get_or_create(email=READER, defaults={"name": "Bench Reader"})
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def meets(client, name, rows):
    """The first pages of a list of events: each must link to exactly those that stand there in the table."""
    for number in range(PAGES):
        due = rows[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
        path = reverse(name) + (f"?page={number + 1}" if number else "")
        yield page(client, path, expect=[f'href="{event.get_absolute_url()}"' for event in due])


def calendars():
    """The calendars of some people with ENTRIES events each: one is not asked for more than a calendar program may."""
    Tally.objects.all().delete()
    due = list(events.filter(ends_at__gt=timezone.now() - timedelta(days=80)).order_by("pk")[:ENTRIES])
    for number in range(CALENDARS):
        person, _made = User.objects.get_or_create(email=f"calendar{number}@bench.example")
        if not person.registrations.exists():
            Registration.objects.bulk_create(_seat(event, person) for event in due)
        feed, _made = CalendarFeed.objects.get_or_create(user=person, revoked_at=None)
        yield page(Client(), reverse("calendar_feed", args=[feed.token]), verify=_all_entries)


def _seat(event, person):
    row = Registration(event=event, user=person, email=person.email, state=RegistrationState.CONFIRMED)
    row.token_hash = token_hash(row.token)
    return row


def _all_entries(body):
    found = re.findall(r"^UID:\S+", body, re.MULTILINE)
    if len(set(found)) != ENTRIES:
        raise Wrong(f"a calendar holds {len(set(found))} events, not {ENTRIES}")
    return found[:3]


def pages():
    """Every set of addresses by scenario, and by scenario what is wrong with it."""
    anonymous, reader = Client(), signed_in()
    makers = {
        "list": lambda: list(listed(anonymous)),
        "chart": lambda: [page(anonymous, reverse("actor_chart"), expect=["<svg"])],
        "actor": lambda: profiles(anonymous),
        "events": lambda: list(meets(anonymous, "event_list", events.coming().order_by("starts_at", "pk"))),
        "archive": lambda: list(meets(anonymous, "event_archive", events.past().order_by("-starts_at", "-pk"))),
        "calendar": lambda: list(calendars()),
        "list_signed_in": lambda: [page(reader, reverse("actor_list"), expect=["Bench Reader"])],
        "missing": lambda: [page(reader, reverse("actor", args=["no-such-actor"]), status=404)],
        **{name: partial(searched, anonymous, words) for name, words in SEARCHES.items()},
    }
    found, wrong = {}, {}
    for name, make in makers.items():
        try:
            found[name] = make()
        except Wrong as error:
            wrong[name] = str(error)
    return {"pages": found, "wrong": wrong}


def facts():
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (server,) = cursor.fetchone()
    return {
        "published": published.count(),
        "planted": PLANTED,
        "export": reverse("actor_export", args=["csv"]),
        "start": reverse("start"),
        "postgresql": server,
        "django": django.get_version(),
    }


if __name__ == "__main__":
    setup_test_environment()
    settings.ALLOWED_HOSTS = [HOST]
    seed.fill(min(published.count(), MOST_EVENTS))
    print(json.dumps({**facts(), **pages()}))
