"""Many people at the same moment: no seat twice, no place in line lost, one row and one mail for each."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from time import sleep

import pytest
from django.db import connection, transaction
from django.utils import timezone

from events.actions import reminders, seats
from events.models import Event, Registration, RegistrationState
from notifications.models import Email
from tests.events.making import make_event, make_registration
from tests.factories import make_user
from tests.missions.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
CONFIRMED, WAITING, OFFERED = RegistrationState.CONFIRMED, RegistrationState.WAITING, RegistrationState.OFFERED
PEOPLE, SEATS, ROUNDS = 50, 10, 20


def come(event, number):
    row, _is_new = seats.sign_up(event, name="Eva", email=f"p{number}@example.org", language="sv")
    return row.state


def line(event):
    """The waiting list as its people are told it: their places, in the order in which they came."""
    rows = event.registrations.waiting().with_number()
    return [row.number for row in rows]


def test_fifty_at_once_for_ten_seats_are_ten_seated_and_the_rest_in_line():
    for _ in range(ROUNDS):
        fifty_for_ten(make_event(capacity=SEATS))
    assert Email.objects.count() == ROUNDS * PEOPLE


def fifty_for_ten(event):
    said = at_once(*(partial(come, event, who) for who in range(PEOPLE)))
    assert sorted(said) == [CONFIRMED] * SEATS + [WAITING] * (PEOPLE - SEATS)
    assert event.registrations.seated().count() == SEATS
    assert line(event) == list(range(1, PEOPLE - SEATS + 1))
    last_seated = event.registrations.confirmed().latest("created_at").created_at
    assert last_seated < event.registrations.waiting().first().waits_since


def test_one_person_twice_at_once_is_one_row_and_one_mail():
    event, eva = make_event(capacity=2), make_user()

    def act():
        return seats.sign_up(event, name="Eva", email=eva.email, language="sv", user=eva)[1]

    assert sorted(at_once(*[act] * 6)) == [False] * 5 + [True]
    assert (event.registrations.count(), Email.objects.count()) == (1, 1)


def more_seats(event, capacity):
    with transaction.atomic():
        row = Event.objects.select_for_update().get(pk=event.pk)
        row.capacity = capacity
        row.save()
        seats.fill(row)


@pytest.mark.parametrize("number", range(5))
def test_leaving_while_there_are_more_seats_fills_each_once(number):
    event = make_event(capacity=3)
    seated = [make_registration(event) for _ in range(3)]
    for _ in range(6):
        make_registration(event, state=WAITING)
    acts = [partial(seats.leave, row) for row in seated[:2]] + [partial(more_seats, event, 5), seats.expire_offers]
    at_once(*acts)
    assert event.registrations.seated().count() == 5
    assert event.registrations.filter(state=OFFERED).count() == 4
    assert Email.objects.filter(context__what="offered").count() == 4
    first_four = Registration.objects.exclude(waits_since=None).order_by("waits_since", "pk")[:4]
    assert {row.state for row in first_four} == {OFFERED}


def test_an_offer_is_taken_or_given_to_the_next_and_never_both():
    event = make_event(capacity=1)
    first, second = make_registration(event, state=OFFERED), make_registration(event, state=WAITING)
    at_once(partial(seats.take_offer, first), partial(seats.decline_offer, first), seats.expire_offers)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) in {("confirmed", "waiting"), ("left", "offered")}


def test_a_form_that_waited_past_the_deadline_comes_too_late():
    event = make_event(closes_at=timezone.now() + timedelta(seconds=1))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Event.objects.select_for_update().get(pk=event.pk)
            outcome = pool.submit(at_once, partial(come, event, 1))
            sleep(1.5)
        assert outcome.result() == ["closed"]


def test_whoever_signs_up_waits_longer_for_the_event_than_others_do_for_anything():
    event = make_event()
    with transaction.atomic(), connection.cursor() as cursor:
        assert seats.lock(event) == event
        assert cursor.execute("SHOW lock_timeout").fetchone() == ("10s",)
    with connection.cursor() as cursor:
        assert cursor.execute("SHOW lock_timeout").fetchone() == ("2s",)


def test_two_schedulers_offer_a_seat_once_and_remind_once():
    event = make_event(capacity=2, starts_at=timezone.now() + timedelta(hours=20))
    make_registration(event)
    make_registration(event, state=WAITING)
    make_registration(event, state=WAITING)
    at_once(*[seats.expire_offers] * 3, *[reminders.queue_reminders] * 3)
    assert event.registrations.filter(state=OFFERED).count() == 1
    assert sorted(Email.objects.values_list("context__what", flat=True)) == ["offered", "reminder"]
