"""Registrations and meetings go from state to state as the tables say, and no other way."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.actions import matching, seat_states, seats
from events.models import ACTIVE, Meeting, MeetingState, Registration, RegistrationState
from notifications.models import Email
from tests.events.making import make_event, make_event_keeper, make_matchmaking, make_meeter, make_registration

pytestmark = pytest.mark.django_db


def back(row):
    seats.sign_up(row.event, name=row.name, email=row.email, language="sv")


def make_full(event):
    event.capacity = 1
    event.save()
    make_registration(event)


def back_where_it_is_full(row):
    make_full(row.event)
    back(row)


def lapse(row):
    make_full(row.event)
    Registration.objects.filter(pk=row.pk, state="offered").update(offered_until=timezone.now() - timedelta(hours=1))
    seats.expire_offers()


ACTS = {
    "sign_up": back,
    "wait": back_where_it_is_full,
    "offer": lambda row: seats.fill(row.event),
    "take_offer": seats.take_offer,
    "decline_offer": seats.decline_offer,
    "lapse": lapse,
    "leave": seats.leave,
}


def state_after(row, act):
    """(the state now, the template of the mail if there is one); an act that is refused changes nothing."""
    with suppress(ValidationError):
        act(row)
    row.refresh_from_db()
    return row.state, Email.objects.values_list("template", flat=True).first() or ""


@pytest.mark.parametrize("state", RegistrationState)
@pytest.mark.parametrize("name", seat_states.STEPS)
def test_an_act_leads_on_from_the_states_of_its_step_alone(name, state):
    step, row = seat_states.STEPS[name], make_registration(make_event(), email="eva@example.org", state=state)
    expected = (step.target, step.mail) if state in step.sources else (state, "")
    assert state_after(row, ACTS[name]) == expected


def test_whoever_counts_as_coming_can_leave():
    assert seat_states.STEPS["leave"].sources == ACTIVE


# ── Meetings ─────────────────────────────────────────────────────────────────────────────────────────────────────────
MEETING_ACTS = {
    "accept": lambda row: matching.accept(row, registration=row.asked),
    "fill": lambda row: matching.fill(row.event, by=make_event_keeper(), most=3),
    "decline": lambda row: matching.decline(row, registration=row.asked),
    "withdraw": lambda row: matching.cancel(row, registration=row.asker),
    "cancel": lambda row: matching.cancel(row, registration=row.asked),
    "leave": lambda row: matching.left(row.asker),
}


def make_meeting(state):
    event = make_matchmaking().event
    row = matching.ask(make_meeter(event), make_meeter(event))
    if state == MeetingState.BOOKED:
        matching.accept(row, registration=row.asked)
    Meeting.objects.filter(pk=row.pk).update(state=state)
    Email.objects.all().delete()
    return Meeting.objects.get()


@pytest.mark.parametrize("state", MeetingState)
@pytest.mark.parametrize("name", matching.STEPS)
def test_a_meeting_goes_on_from_the_states_of_its_step_alone(name, state):
    step, row = matching.STEPS[name], make_meeting(state)
    now, _mail = state_after(row, MEETING_ACTS[name])
    # One button takes back a question and cancels a meeting.
    taken = "cancel" if name == "withdraw" and state == MeetingState.BOOKED else name
    assert now == (step.target if state in matching.STEPS[taken].sources else state)
