"""Two people at the same moment: a tick and the closing, two who ask the same people, two purges."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import transaction

from events.actions import counting, door, inviting
from events.models import Attendance, Event, Registration
from notifications.models import Email, Notification
from tests.actors.test_merge import when_it_waits_for_us
from tests.events.making import make_event, make_registration
from tests.factories import make_space, make_user
from tests.missions.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eva():
    return make_user("eva@example.org")


def test_a_tick_that_comes_while_the_event_is_closed_is_refused_and_the_facts_hold(eva):
    event = make_event(days=-1, space=make_space(coordinator=eva))
    one, late = make_registration(event, came=True), make_registration(event)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            counting.close(event, by=eva)
            outcome = when_it_waits_for_us(pool, partial(door.tick, event, late.pk, by=eva))
        assert outcome.result(timeout=10) == ["counted"]
    assert Attendance.objects.get().people == Registration.objects.filter(came=True).count() == 1
    assert one.came


def test_an_organiser_who_loses_the_space_while_ticking_ticks_nobody(eva):
    event = make_event(space=make_space(coordinator=eva))
    one = make_registration(event)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Event.objects.select_for_update().get(pk=event.pk)
            outcome = when_it_waits_for_us(pool, partial(door.tick, event, one.pk, by=eva))
            event.space.members.filter(user=eva).delete()
        with pytest.raises(door.NoEntry):
            outcome.result(timeout=10)
    assert not Registration.objects.filter(came=True).exists()


def test_two_who_ask_the_same_people_ask_each_once(eva):
    people = [make_user() for _ in range(5)]
    space = make_space(coordinator=eva, members=people)
    event = make_event(space=space)
    ask = partial(inviting.ask_members, event, by=eva, space=space, people=[one.pk for one in people])

    assert sorted(at_once(ask, ask)) == [0, 5]
    assert Email.objects.count() == Notification.objects.count() == 5


def test_two_purges_at_once_delete_each_row_once(eva):
    event = make_event(days=-40, space=make_space(coordinator=eva))
    for _ in range(3):
        make_registration(event, came=True)
    purge = partial(counting.forget_people, event.ends_at + counting.KEPT)

    assert sorted(at_once(purge, purge)) == [0, 3]
    assert Attendance.objects.get().people == 3
