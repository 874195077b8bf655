"""Promises are called to mind once before and once after their day, for those whom they concern."""

from datetime import timedelta

import pytest
from django.utils import timezone

from actors.models import Representative
from missions.actions import promises
from missions.models import Commitment, Mission
from missions.tasks import remind_of_promises
from notifications import subjects
from notifications.models import Notification
from platforms.models import SpaceMember
from tests.actors.test_register_list import questions
from tests.factories import make_actor, make_space, make_user
from tests.missions.filling import make_commitment, make_mission, make_statement

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture
def mia():
    return make_user("mia@example.org")


@pytest.fixture
def mission(mia):
    return make_mission("Levande vikar", space=make_space(coordinator=make_user("eva@example.org"), members=[mia]))


def said():
    """Who was told of what, and why."""
    rows = Notification.objects.order_by("user__email", "thing")
    return [(row.user.email.split("@")[0], row.kind, row.why) for row in rows.select_related("user")]


def test_what_is_due_within_a_week_is_told_once_to_its_person_and_the_coordinators(mission, mia):
    make_commitment(mission, due_on=TODAY + 7 * DAY, user=mia)
    make_commitment(mission, due_on=TODAY + 8 * DAY, user=mia)
    make_commitment(mission, user=mia)

    assert remind_of_promises() == 1
    assert said() == [("eva", "due", "decides"), ("mia", "due", "owns")]
    Notification.objects.all().delete()
    assert (remind_of_promises(), said()) == (0, [])


def test_what_is_late_is_told_once_more(mission, mia):
    make_commitment(mission, due_on=TODAY + 2 * DAY, user=mia)
    promises.remind()
    assert promises.remind(TODAY + 2 * DAY) == 0
    assert promises.remind(TODAY + 3 * DAY) == 1
    assert said() == [("eva", "late", "decides"), ("mia", "late", "owns")]
    assert promises.remind(TODAY + 30 * DAY) == 0


def test_what_was_written_down_late_is_told_as_late_only(mission, mia):
    make_commitment(mission, due_on=TODAY - DAY, user=mia)
    assert (promises.remind(), promises.remind()) == (1, 0)
    assert {kind for _person, kind, _why in said()} == {"late"}


@pytest.mark.parametrize(
    "change",
    [{"state": "done", "done_on": TODAY}, {"state": "declined"}, {"state": "offered"}, {"state": "withdrawn"}],
)
def test_only_open_promises_are_called_to_mind(mission, mia, change):
    make_commitment(mission, due_on=TODAY, user=mia, **change)
    assert (promises.remind(), said()) == (0, [])


def test_nothing_is_called_to_mind_of_a_mission_that_has_ended(mission, mia):
    make_commitment(mission, due_on=TODAY, user=mia)
    Mission.objects.update(state="ended", ended_on=TODAY)
    assert (promises.remind(), said()) == (0, [])
    assert subjects.dates_of([mia.pk], TODAY) == {}


def test_who_is_no_member_any_more_is_not_told(mission, mia):
    make_commitment(mission, due_on=TODAY, user=mia)
    SpaceMember.objects.filter(user=mia).delete()
    promises.remind()
    assert said() == [("eva", "due", "decides")]
    assert subjects.dates_of([mia.pk], TODAY) == {}


def test_who_speaks_for_the_organisation_is_told_without_being_a_member(mission):
    per = make_user("per@example.org")
    firm = make_actor(representatives=[per])
    make_commitment(mission, due_on=TODAY, user=per, actor=firm)
    promises.remind()
    assert said() == [("eva", "due", "decides"), ("per", "due", "owns")]
    assert list(subjects.dates_of([per.pk], TODAY)) == [per.pk]
    rows = Notification.objects.filter(user=per)
    assert len(subjects.lines_of(rows)) == 1
    Mission.objects.update(is_published=False)
    assert subjects.lines_of(rows) == {}
    Mission.objects.update(is_published=True)
    Representative.objects.all().delete()
    assert subjects.lines_of(rows) == {}
    assert subjects.dates_of([per.pk], TODAY) == {}


def test_a_line_is_gone_when_the_promise_is_kept_or_its_reader_has_left(mission, mia):
    make_commitment(mission, "Lend a boat", due_on=TODAY, user=mia)
    promises.remind()
    rows = list(Notification.objects.all())
    lines = subjects.lines_of(rows)
    assert sorted(line.title for line in lines.values()) == ["Lend a boat", "Lend a boat"]
    assert {str(line.place) for line in lines.values()} == {"Levande vikar"}
    assert all(line.url().endswith("#c1") for line in lines.values())
    SpaceMember.objects.filter(user=mia).delete()
    assert len(subjects.lines_of(rows)) == 1
    Commitment.objects.update(state="done", done_on=TODAY)
    assert subjects.lines_of(rows) == {}


def test_the_digest_knows_the_days_of_promises_and_of_statements_to_look_at(mission, mia):
    make_commitment(mission, "Lend a boat", due_on=TODAY + 2 * DAY, user=mia)
    make_statement(mission, owner=mia, review_on=TODAY + DAY)
    make_statement(mission, owner=mia, review_on=TODAY + 9 * DAY)
    gone = make_user()
    make_statement(mission, owner=gone, review_on=TODAY)

    found = subjects.dates_of([mia.pk, gone.pk], TODAY + 7 * DAY)
    assert [(day, line.title) for day, line in found[mia.pk]] == [
        (TODAY + DAY, str(mission.statements.first())),
        (TODAY + 2 * DAY, "Lend a boat"),
    ]
    assert list(found) == [mia.pk]


@pytest.mark.parametrize("rows", [1, 5])
def test_lines_and_days_cost_the_same_for_many(mission, mia, rows):
    for _ in range(rows):
        make_commitment(mission, due_on=TODAY, user=mia)
        make_statement(mission, owner=mia, review_on=TODAY)
    promises.remind()
    notices = list(Notification.objects.all())
    assert questions(lambda: subjects.lines_of(notices)) == 4
    assert questions(lambda: promises.dates([mia.pk], TODAY)) == 5
