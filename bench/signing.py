"""An event to sign up to, made inside the hub on the database to measure: `python -m bench.signing fill` and `… facts`.

It has fewer seats than people, so that most of them come to the waiting list, as on the morning when an event opens.
"""

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.inside import HOST  # noqa: E402
from bench.rooms import client_of, cookie_of, make_people  # noqa: E402
from events.models import Event, EventState, Registration  # noqa: E402
from notifications.models import Email  # noqa: E402

PEOPLE, SEATS, SLUG = 800, 100, "bench"


def fill():
    make_people(PEOPLE)
    start = timezone.now() + timedelta(days=300)
    Event.objects.create(
        slug=SLUG,
        title_sv="Bench",
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        state=EventState.PUBLISHED,
        capacity=SEATS,
    )


def facts():
    """The address, how many statements form and POST take together, and the cookies of those who sign up."""
    forget()
    client, path = client_of("p0@bench.example"), reverse("event_sign_up", args=[SLUG])
    with CaptureQueriesContext(connection) as asked:
        shown = client.get(path, HTTP_HOST=HOST)
        sent = client.post(path, {"organisation": "Bench"}, HTTP_HOST=HOST)
    assert (shown.status_code, sent.status_code) == (200, 302)
    forget()
    people = User.objects.filter(email__endswith="@bench.example").order_by("pk").values_list("email", flat=True)
    cookies = [cookie_of(client_of(email)) for email in people]
    return {"path": path, "queries": len(asked), "cookies": cookies, "seats": SEATS}


def forget():
    """Nobody has signed up: every run is the same morning."""
    Registration.objects.all().delete()
    Email.objects.all().delete()


if __name__ == "__main__":
    setup_test_environment()
    settings.ALLOWED_HOSTS = [HOST]
    if sys.argv[1] == "fill":
        fill()
    else:
        print(json.dumps(facts()))
