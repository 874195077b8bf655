"""The demo's matchmaking: everybody has somebody to meet, and nothing is booked twice."""

import pytest

from actors.region import load, read_folder
from events import matching
from events.models import Event, Meeting, Seat
from notifications.models import Email
from s3hub import demo, demo_events, demo_matching
from tests.actors.test_load_region import FIRST_REGION

pytestmark = pytest.mark.django_db


def test_everybody_at_the_demos_matchmaking_has_somebody_to_meet():
    load(read_folder(FIRST_REGION))
    demo.make_people()
    demo_events.make()
    for _start in range(2):
        demo_matching.make()

    event = Event.objects.get(slug="exempel-kustens-behov")
    people = matching.people_of(event)
    assert len(people) == 7
    assert all(matching.suggest(me, people) for me in people)
    assert (Meeting.objects.count(), Seat.objects.count()) == (4, 4)
    assert not Email.objects.filter(template__startswith="meeting").exists()
