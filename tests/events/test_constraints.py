"""What the database promises of events, programmes and rounds: each constraint refuses a row that breaks it, whoever
writes."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import models
from django.db.models import F
from django.db.models.base import ModelBase
from django.utils import timezone

from events.models import (
    AbilityStatement,
    Answer,
    Assessment,
    Attendance,
    CalendarFeed,
    Dimension,
    Event,
    FollowUp,
    Headcount,
    Judgement,
    Matchmaking,
    Meeting,
    Participant,
    ProgrammeStep,
    Question,
    Registration,
    Round,
    Seat,
    StepDone,
    WalkIn,
)
from missions.models import MethodRole
from tests.events.judging import make_assessment, make_round
from tests.events.making import make_matchmaking, make_meeter
from tests.events.test_follow_up import make_meeting
from tests.events.test_programmes import make_programme
from tests.factories import make_user
from tests.missions.test_constraints import broken, row_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 1)
MOMENT = timezone.now()
TASK = {"kind": "task"}

# name: (model, which row of it, [what breaks it when it is written over the row, from each side])
BROKEN_BY = {
    "attendance_of_somebody": (Attendance, {}, [{"people": 0}]),
    "event_cancelled_says_why": (Event, {}, [{"state": "cancelled"}]),
    "event_choice_has_options": (Question, {}, [{"kind": "choice"}]),
    "event_ends_after_it_starts": (Event, {}, [{"ends_at": F("starts_at")}]),
    "event_for_a_partnership_names_it": (Event, {}, [{"audience": "partnership"}]),
    "event_has_a_seat": (Event, {}, [{"capacity": 0}]),
    "event_opens_before_it_closes": (Event, {}, [{"opens_at": MOMENT, "closes_at": MOMENT}]),
    "judgement_0_to_4": (Judgement, {}, [{"level": 5}]),
    "matchmaking_ends_after_it_starts": (Matchmaking, {}, [{"ends_at": F("starts_at")}]),
    "meeting_booked_has_time_and_table": (Meeting, {}, [{"starts_at": None}, {"table": None}]),
    "meeting_of_two": (Meeting, {}, [{"asker": F("asked")}]),
    "programme_step_is_an_event_or_has_a_title": (ProgrammeStep, TASK, [{"title_sv": ""}, {"kind": "event"}]),
    "registration_address_in_lower_case": (Registration, {}, [{"email": "Eva@example.org"}]),
    "registration_offered_until": (Registration, {}, [{"state": "offered"}]),
    "registration_waits_since": (Registration, {}, [{"state": "waiting"}]),
    "round_closes_after_it_opens": (Round, {}, [{"opens_on": DAY, "closes_on": DAY - timedelta(days=1)}]),
    "walk_in_has_a_name": (WalkIn, {}, [{"name": ""}]),
}
# name: (model, which row of it, what of its twin is otherwise: the rest is the same, and may not be there twice)
TWICE = {
    "ability_statement_once": (AbilityStatement, {}, {}),
    "assessed_once_a_round": (Assessment, {"role": None}, {}),
    "attendance_once": (Attendance, {"actor": None}, {}),
    "calendar_feed_one_works": (CalendarFeed, {}, {"token_hash": "other"}),
    "dimension_once": (Dimension, {}, {}),
    "event_question_answered_once": (Answer, {}, {}),
    "event_question_numbered": (Question, {}, {}),
    "followed_up_once": (FollowUp, {}, {}),
    "judged_once": (Judgement, {}, {}),
    "meeting_table_taken_once": (Meeting, {"state": "booked"}, {}),
    "one_meeting_at_a_time": (Seat, {}, {"meeting": Meeting}),
    "participant_once": (Participant, {}, {}),
    "programme_step_numbered": (ProgrammeStep, TASK, {}),
    "registered_once": (Registration, {}, {"token_hash": "other"}),
    "seat_once_a_meeting": (Seat, {}, {"starts_at": MOMENT}),
    "step_done_once": (StepDone, {}, {}),
}


@pytest.fixture
def full():
    """A row of everything: an event with people who meet, a programme that somebody takes part in, and a round."""
    event = make_matchmaking().event
    eva, bo = make_meeter(event), make_meeter(event)
    FollowUp.objects.create(meeting=make_meeting(event, eva, bo), registration=eva)
    Meeting.objects.create(event=event, asker=bo, asked=eva, state="declined")
    Answer.objects.create(registration=eva, question=event.questions.create(number=1, text_sv="Mat?"), text="Ja")
    event.walk_ins.create(name="Per")
    event.attendance.create(people=3)
    Headcount.objects.create(event=event)
    CalendarFeed.objects.create(user=make_user())
    step = make_programme("task").steps.get()
    participant = Participant.objects.create(programme=step.programme, user=make_user())
    StepDone.objects.create(participant=participant, step=step)
    make_assessment(make_round(), level=3)


def test_every_constraint_is_broken_here():
    found = {one.name for model in apps.get_app_config("events").get_models() for one in model._meta.constraints}
    assert set(BROKEN_BY) | set(TWICE) == found


@pytest.mark.parametrize("name", BROKEN_BY)
def test_the_database_refuses_what_breaks_it(full, name):
    model, which, sides = BROKEN_BY[name]
    rows = model._base_manager.filter(pk=row_of(model, which).pk)
    for values in sides:
        assert broken(lambda values=values: rows.update(**values)) == name


def twin_of(row, others):
    """The same row once more; for a model among `others` its last row is taken."""
    for field, value in others.items():
        setattr(row, field, value.objects.order_by("pk").last() if isinstance(value, ModelBase) else value)
    row.pk = None
    return row


@pytest.mark.parametrize("name", TWICE)
def test_the_database_takes_nothing_twice(full, name):
    model, which, others = TWICE[name]
    twin = twin_of(row_of(model, which), others)
    assert broken(lambda: models.Model.save(twin, force_insert=True)) == name


def test_what_is_taken_once_for_nobody_is_taken_once_for_somebody_too(full):
    """The other side of what is unique where it is empty as well."""
    role = MethodRole.objects.create(slug="lead", name_sv="Ledare")
    in_role = twin_of(row_of(Assessment, {}), {})
    in_role.role = role
    in_role.save()
    assert broken(twin_of(in_role, {}).save) == "assessed_once_a_round"
    of_firm = Attendance.objects.create(event=Event.objects.get(), actor=in_role.actor, people=1)
    assert broken(twin_of(of_firm, {}).save) == "attendance_once"


def test_what_ends_makes_room(full):
    """A meeting that is cancelled leaves its table, and a calendar's address that has ended its place."""
    meeting = row_of(Meeting, {"state": "booked"})
    Meeting.objects.filter(pk=meeting.pk).update(state="cancelled")
    assert broken(twin_of(meeting, {}).save) is None
    CalendarFeed.objects.update(revoked_at=MOMENT)
    assert broken(twin_of(row_of(CalendarFeed, {}), {"revoked_at": None, "token_hash": "other"}).save) is None


# ── Fields that are unique by themselves ─────────────────────────────────────────────────────────────────────────────
UNIQUE = [
    (model, field.name)
    for model in apps.get_app_config("events").get_models()
    for field in model._meta.fields
    if field.unique and not field.primary_key
]
APART = {"slug": "other", "uid": "00000000-0000-0000-0000-000000000001", "token_hash": "other", "email": "o@x.example"}


@pytest.mark.parametrize(("model", "field"), UNIQUE)
def test_an_address_a_key_and_a_part_are_taken_once(full, model, field):
    row = row_of(model, {})
    twin = twin_of(row, {name: value for name, value in APART.items() if name != field and hasattr(row, name)})
    name = broken(lambda: models.Model.save(twin, force_insert=True))
    assert name.startswith(f"{model._meta.db_table}_{model._meta.get_field(field).column}")
