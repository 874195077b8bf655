"""After an event people become numbers: facts per organisation, a headcount, and then no row of anybody is left."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.purge import purge_now
from actors import actions as register
from events.actions import counting, door
from events.models import Answer, Attendance, Event, Headcount, Matchmaking, Question, Registration, WalkIn
from platforms.actions import Frozen, NoEntry
from tests.events.making import make_event, make_event_keeper, make_registration
from tests.factories import make_actor, make_curator, make_space, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva")


@pytest.fixture
def event(eva):
    """Held yesterday: two of Sjömätt and one of no organisation came, one did not."""
    event = make_event("Mätdag", slug="matdag", days=-1, space=make_space(coordinator=eva))
    sea = make_actor("Sjömätt")
    for number, fields in enumerate(({"actor": sea, "came": True}, {"came": True}, {"actor": sea}, {"came": False})):
        make_registration(event, email=f"p{number}@example.org", **fields)
    WalkIn.objects.create(event=event, name="Per", actor=sea)
    return event


def facts(event):
    return {(one.actor and one.actor.name, one.people, one.hours) for one in event.attendance.all()}


def refused(act, *args, **values):
    """The code with which `act` refuses."""
    with pytest.raises(ValidationError) as found:
        act(*args, **values)
    return found.value.code


EXPECTED = {("Sjömätt", 2, Decimal(2)), (None, 1, Decimal(2))}


def test_closing_makes_a_fact_for_each_organisation_of_those_who_came(event, eva):
    closed = counting.close(event, by=eva)
    assert facts(event) == EXPECTED
    assert closed.counted_at
    assert closed.state == "held"
    assert set(AuditEntry.objects.values_list("verb", flat=True)) == {"event.hold", "event.count"}


def test_closing_again_is_refused_and_opening_again_takes_the_facts_back(event, eva):
    counting.close(event, by=eva)
    with pytest.raises(Frozen):
        counting.close(event, by=eva)
    counting.open_again(event, by=eva)
    assert facts(event) == set()
    door.let_in(event, by=eva, name="Ada")
    counting.close(event, by=eva)
    assert facts(event) == {("Sjömätt", 2, Decimal(2)), (None, 2, Decimal(2))}


def test_hours_of_an_event_of_which_only_the_days_are_known_are_not_guessed(event, eva):
    Event.objects.update(is_whole_day=True)
    counting.close(event, by=eva)
    assert {hours for _name, _people, hours in facts(event)} == {None}


def test_an_event_is_not_closed_before_it_is_over_nor_by_somebody_else(event, eva):
    with pytest.raises(NoEntry):
        counting.close(event, by=make_space().members.get().user)
    coming = make_event(space=event.space)
    assert refused(counting.close, coming, by=eva) == "early"
    assert refused(counting.state_headcount, coming, by=eva, women=1, men=0, other=0) == "early"


# ── Women, men, others ───────────────────────────────────────────────────────────────────────────────────────────────
def test_more_than_were_ticked_are_asked_about_and_kept_when_sure(event, eva):
    assert refused(counting.state_headcount, event, by=eva, women=2, men=1, other=1) == "more"
    assert not Headcount.objects.exists()
    counting.state_headcount(event, by=eva, women=2, men=1, other=0)
    counting.state_headcount(event, by=eva, women=2, men=1, other=1, is_sure=True)
    one = Headcount.objects.get()
    assert (one.women, one.men, one.other, one.total, one.by) == (2, 1, 1, 4, eva)


def test_the_page_warns_keeps_what_was_typed_and_takes_it_when_sure(client, event, eva):
    client.force_login(eva)
    page = reverse("event_afterwards", args=["matdag"])
    assert "is_sure" not in client.get(page).content.decode()
    numbers = {"women": "7", "men": "1", "other": "0"}
    text = client.post(page, numbers).content.decode()
    assert "is_sure" in text and 'value="7"' in text
    assert client.post(page, {**numbers, "is_sure": "on"}).status_code == 302
    assert Headcount.objects.get().women == 7
    client.post(page, {"do": "close"})
    assert facts(event) == EXPECTED
    client.post(page, {"do": "open"})
    assert facts(event) == set()


# ── People go ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_after_thirty_days_nobody_is_left_and_the_facts_are(event):
    question = Question.objects.create(event=event, number=1, text_sv="Mat?")
    Answer.objects.create(registration=event.registrations.first(), question=question, text="Vegan")
    over = event.ends_at + counting.KEPT

    assert counting.forget_people(over - timedelta(seconds=1)) == 0
    purge_now(over)
    assert not Registration.objects.exists() and not WalkIn.objects.exists() and not Answer.objects.exists()
    assert facts(event) == EXPECTED
    assert counting.forget_people(over) == 0  # twice changes nothing
    assert facts(event) == EXPECTED


def test_facts_that_stand_are_not_counted_again_by_the_purge(event, eva):
    counting.close(event, by=eva)
    Registration.objects.filter(came=True).update(came=None)
    counting.forget_people(event.ends_at + counting.KEPT)
    assert facts(event) == EXPECTED


def test_who_met_at_a_matchmaking_stays_until_they_could_say_what_came_of_it(event):
    Matchmaking.objects.create(event=event, starts_at=event.starts_at, ends_at=event.ends_at)
    assert counting.forget_people(event.ends_at + counting.KEPT) == 0
    assert counting.forget_people(event.ends_at + counting.KEPT_FOR_MATCHES) == 5


def test_people_of_a_coming_event_stay(event):
    coming = make_registration(make_event())
    counting.forget_people(event.ends_at + counting.KEPT - timedelta(days=2))
    assert Registration.objects.filter(pk=coming.pk).exists()


def test_what_is_gone_cannot_be_counted_again(event, eva):
    event.ends_at -= counting.KEPT
    event.starts_at -= counting.KEPT
    event.save()
    counting.forget_people(timezone.now())
    assert refused(counting.open_again, event, by=eva) == "gone"
    assert facts(event) == EXPECTED


# ── Two organisations become one ─────────────────────────────────────────────────────────────────────────────────────
def test_the_facts_of_two_organisations_that_become_one_are_summed_and_parted_again():
    one, other = make_actor("Sjömätt AB"), make_actor("Sjömätt")
    both, alone = make_event(), make_event()
    for event, actor, people in ((both, one, 2), (both, other, 3), (both, None, 9), (alone, other, 4)):
        Attendance.objects.create(event=event, actor=actor, people=people, hours=2)
    registration = make_registration(both, actor=other)
    walk_in = WalkIn.objects.create(event=both, name="Per", actor=other)
    before = set(Attendance.objects.values_list("pk", "event", "actor", "people", "hours"))

    made = register.merge(one, other, by=make_curator())
    found = set(Attendance.objects.values_list("event", "actor", "people"))
    assert found == {(both.pk, one.pk, 5), (both.pk, None, 9), (alone.pk, one.pk, 4)}
    registration.refresh_from_db(), walk_in.refresh_from_db()
    assert registration.actor == walk_in.actor == one

    register.undo_merge(made, by=make_curator())
    assert set(Attendance.objects.values_list("pk", "event", "actor", "people", "hours")) == before


# ── Evidence ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def staff(client):
    return sign_in(client, make_event_keeper())


def test_the_evidence_is_for_staff_with_the_right(client, event, eva):
    for name, args in (("event_evidence", []), ("event_evidence_export", ["events", "csv"])):
        client.force_login(eva)
        assert client.get(reverse(name, args=args)).status_code == 403


def period(event):
    return {"since": f"{event.starts_at:%Y-%m-%d}", "until": f"{event.starts_at:%Y-%m-%d}"}


def test_the_evidence_tells_events_and_organisations_of_a_period(client, event, eva, staff):
    counting.close(event, by=eva)
    counting.state_headcount(event, by=eva, women=2, men=1, other=0)
    make_event("Coming"), make_event("Cancelled", days=-1, state="cancelled", reason="Storm")
    make_event("Other day", days=-9), make_event("Invented", days=-1, is_example=True)

    text = client.get(reverse("event_evidence"), period(event)).content.decode()
    assert "Mätdag" in text and "Sjömätt" in text
    for title in ("Coming", "Cancelled", "Other day", "Invented"):
        assert title not in text
    answer = client.get(reverse("event_evidence_export", args=["events", "json"]), period(event))
    (row,) = json.loads(answer.getvalue())["events"]
    wanted = {"title": "Mätdag", "people": 3, "organisations": 1, "hours": 2.0, "person_hours": 6.0, "closed": True}
    assert {key: row[key] for key in wanted} == wanted
    assert (row["women"], row["men"], row["other"]) == (2, 1, 0)
    answer = client.get(reverse("event_evidence_export", args=["organisations", "json"]), period(event))
    rows = {one["organisation"]: one["people"] for one in json.loads(answer.getvalue())["organisations"]}
    assert rows == {"Sjömätt": 2, None: 1}


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("what", ["events", "organisations"])
def test_the_evidence_names_no_person(client, event, eva, staff, what, format):
    counting.close(event, by=eva)
    answer = client.get(reverse("event_evidence_export", args=[what, format]), period(event))
    assert answer.status_code == 200
    if format == "csv":
        text = answer.getvalue().decode()
        assert "Mätdag" in text and "p0" not in text and "Per;" not in text


@pytest.mark.parametrize("query", [{"since": "x"}, {"since": "2026-02-02", "until": "2026-01-01"}, {"kind": "x"}])
def test_a_period_that_is_none_is_said(client, staff, query):
    answer = client.get(reverse("event_evidence"), query)
    assert answer.status_code == 200 and "summary" in answer.content.decode()


@pytest.mark.parametrize("args", [["people", "csv"], ["events", "pdf"]])
def test_there_are_no_other_files(client, staff, args):
    assert client.get(reverse("event_evidence_export", args=args)).status_code == 404
