"""The demo's events with people: numbers of past ones, and a door to stand at."""

from datetime import timedelta

import pytest
from django.utils import timezone

from actors.region import load, read_folder
from events.models import Attendance, Event, Headcount, Registration
from s3hub import demo, demo_door, demo_space
from tests.actors.test_load_region import FIRST_REGION

pytestmark = pytest.mark.django_db


def test_the_demo_has_numbers_of_past_events_and_one_at_whose_door_somebody_stands():
    load(read_folder(FIRST_REGION))
    demo.make_people()
    demo_space.make()
    for _start in range(2):
        demo_door.make()

    events = Event.objects.exclude(attendance=None, registrations=None).filter(is_example=True).distinct()
    assert events.count() == 4
    assert Attendance.objects.exclude(actor=None).count() == 7
    assert Headcount.objects.count() == 2
    door = Event.objects.coming().get(slug="exempel-vikmote-idag")
    assert {one.starts_at.minute % 15 for one in events} == {0} and door.starts_at.second == 0
    assert {one.first_day.weekday() // 5 for one in events.exclude(pk=door.pk)} == {0}  # on no weekend
    assert timedelta(minutes=29) < door.starts_at - timezone.now() < timedelta(minutes=45)
    assert door.space and Registration.objects.filter(event=door, came=True).count() == 2
