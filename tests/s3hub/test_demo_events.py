"""The demo's events: of every kind, all to come, one full, one moved, one cancelled; made once."""

import pytest

from actors.region import load, read_folder
from events.models import Event, EventKind
from s3hub import demo, demo_events, demo_space
from tests.actors.test_load_region import FIRST_REGION

pytestmark = pytest.mark.django_db


def test_the_demo_has_coming_events_of_every_kind_and_in_every_state():
    load(read_folder(FIRST_REGION))
    demo.make_people()
    demo_space.make()
    for _start in range(2):
        demo_events.make()

    made = Event.objects.filter(is_example=True)
    assert (made.count(), made.coming().count()) == (7, 7)
    assert set(made.values_list("kind", flat=True)) == set(EventKind.values)
    assert [made.filter(state="cancelled").count(), made.exclude(moved_from=None).count()] == [1, 1]
    full = [one.slug for one in made.with_seated() if one.capacity == one.seated]
    assert full == ["exempel-algrasangarna"]
    assert all(one.organisers.exists() and one.areas.exists() for one in made)
    assert {one.starts_at.weekday() for one in made} <= set(range(5))
