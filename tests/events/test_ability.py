"""The ability before and after: what the public page and its files tell, and what they keep back."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from events.ability import ability_now
from events.between import evidence_of
from events.models import Attendance, EventKind, EventState, Participant, Programme, Round
from missions.models import MethodRole, RunRole
from tests.events.judging import close, make_assessment, make_framework, make_round, make_supporter
from tests.events.making import make_event
from tests.factories import make_actor, make_user
from tests.missions.filling import make_mission
from tests.missions.method_making import make_run
from tests.missions.running import make_version

pytestmark = pytest.mark.django_db


def answered(framework, kind, actors, level, *, days=0, **fields):
    """A closed round, `days` ago, in which all `actors` answered alike."""
    round_ = make_round(framework, kind)
    for place, actor in enumerate(actors):
        make_assessment(round_, actor, level=level[place] if isinstance(level, list) else level, **fields)
    Round.objects.filter(pk=round_.pk).update(closed_at=timezone.now() - timedelta(days=days))
    return Round.objects.get(pk=round_.pk)


def page(language="en"):
    with translation.override(language):
        return Client().get(reverse("ability")).content.decode()


def file(format):
    with translation.override("en"):
        answer = Client().get(reverse("ability_export", args=[format]))
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_without_rounds_the_page_says_what_will_stand_there():
    make_framework()

    assert "No round is closed yet" in page()


def test_two_organisations_are_too_few_and_three_are_shown():
    framework, helpers = make_framework(), [make_supporter() for _ in range(3)]
    answered(framework, "before", helpers[:2], 1)
    assert "Too few organisations have answered" in page()
    assert "<polyline" not in page() and 'class="rise"' not in page()

    answered(framework, "during", helpers, 2)
    assert "Dimension 1: During 2.0, 3 organisations" in page()


def test_a_rise_is_told_of_the_same_organisations_in_picture_table_and_words():
    framework, helpers = make_framework(dimensions=1), [make_supporter() for _ in range(3)]
    answered(framework, "before", helpers, [1, 2, 1], days=100)
    answered(framework, "after", helpers, [3, 3, 2])

    row = ability_now().whole.rows[0]
    assert [(one.value, one.organisations) for one in row.same] == [(Decimal("1.3"), 3), (Decimal("2.7"), 3)]
    shown = page()
    assert "It rose in 1 of 1 dimensions, from “before” to “after”, for the same 3 organisations." in shown
    assert 'aria-label="Dimension 1: Before 1.3, After 2.7, the same 3 organisations"' in shown
    assert shown.count("rose by 1.4") == 2


def test_no_change_is_told_when_one_organisation_is_missing():
    framework, helpers = make_framework(dimensions=1), [make_supporter() for _ in range(5)]
    answered(framework, "before", helpers, 1, days=100)
    answered(framework, "after", helpers[1:], 3)

    row = ability_now().whole.rows[0]
    assert (row.same, row.change) == ([], None)
    assert "Nothing can be said of a change yet" in page()
    assert 'class="way"' not in page()


def test_what_is_not_sent_does_not_count():
    framework = make_framework(dimensions=1)
    answered(framework, "before", [make_supporter() for _ in range(3)], 1, sent_at=None)

    assert not ability_now().is_told


def test_nothing_of_a_round_is_told_before_it_is_closed():
    framework, helpers = make_framework(), [make_supporter() for _ in range(3)]
    answered(framework, "before", helpers, 1)
    still_open = make_round(framework, "after")
    for helper in helpers:
        make_assessment(still_open, helper, level=4)

    assert [one.kind for one in ability_now().rounds] == ["before"]
    assert "A round is going on" in page()


def test_a_role_is_shown_when_three_answered_in_it_and_never_mixed_with_the_whole():
    framework, helpers = make_framework(dimensions=1), [make_supporter() for _ in range(3)]
    leader, other = (MethodRole.objects.create(slug=slug, name_sv=slug, position=1) for slug in ("ledare", "annan"))
    round_ = make_round(framework)
    for helper in helpers:
        make_assessment(round_, helper, level=1)
        make_assessment(round_, helper, level=3, role=leader)
    make_assessment(round_, helpers[0], level=3, role=other)
    close(round_)

    found = ability_now()
    assert [(part.role, part.rows[0].all[0].value) for part in found.parts] == [(None, 1), (leader, 3)]


def test_invented_rounds_show_nothing_beside_real_ones():
    framework, helpers = make_framework(), [make_supporter() for _ in range(3)]
    invented = make_round(framework, is_example=True)
    for helper in helpers:
        make_assessment(invented, helper, level=4)
    close(invented)
    assert "Invented example" in page()

    answered(framework, "before", helpers, 1)
    assert "Invented example" not in page()
    assert [one.is_example for one in ability_now().rounds] == [False]


# ── What was done ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def rounds():
    framework, helpers = make_framework(), [make_supporter(f"Helper {n}") for n in range(3)]
    return helpers, [
        answered(framework, "before", helpers, 1, days=100),
        answered(framework, "after", helpers, 3, days=10),
    ]


def held(days, actor, people=4, **fields):
    event = make_event(days=-days, state=EventState.HELD, **{"kind": EventKind.TRAINING, **fields})
    Attendance.objects.create(event=event, actor=actor, people=people, hours=2)
    return event


def test_trainings_between_the_rounds_count_for_organisations_of_the_support_system(rounds):
    helpers, _ = rounds
    held(50, helpers[0])
    held(40, helpers[1], people=2)
    held(200, helpers[0])  # before the first round
    held(30, make_actor())  # a company
    held(30, helpers[0], kind=EventKind.SEMINAR)
    held(30, helpers[0], audience="registered")
    held(5, helpers[2])

    between, since = evidence_of(ability_now())
    assert (len(between.trainings), between.people, between.hours, len(between.trained)) == (2, 6, 12, 2)
    assert (len(since.trainings), since.people) == (1, 4)


def test_completed_programmes_and_runs_that_were_led_are_counted_in_their_time(rounds):
    helpers, _ = rounds
    programme = Programme.objects.create(slug="p", title_sv="P", ability_sv="A")
    done = timezone.now() - timedelta(days=20)
    Participant.objects.create(programme=programme, user=make_user(), actor=helpers[0], completed_at=done)
    started = timezone.localdate() - timedelta(days=60)
    mine = make_mission("Led by us", owner=helpers[0])
    run = make_run(make_version(), mission=mine, started_on=started)
    RunRole.objects.create(run=run, role=MethodRole.objects.create(slug="leader", name_sv="Ledare"), actor=helpers[1])
    make_run(make_version(), mission=make_mission("Of others"), started_on=started)

    between, since = evidence_of(ability_now())
    assert (between.completed, between.begun, len(between.leading), between.runs) == (1, 1, 2, [run])
    assert (since.begun, since.runs) == (0, [run])
    assert run.get_absolute_url().removeprefix("/") in page("sv")


def test_a_run_of_a_mission_that_is_not_public_is_counted_and_not_named(rounds):
    helpers, _ = rounds
    secret = make_mission("Secret Errand", owner=helpers[0], is_published=False)
    make_run(make_version(), mission=secret, started_on=timezone.localdate() - timedelta(days=60))

    assert evidence_of(ability_now())[0].begun == 1
    assert "Secret Errand" not in page()


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_files_hold_what_the_page_shows_and_no_more(rounds):
    figures = json.loads(file("json"))["figures"]
    told = [one for one in figures if one["part"] != "What was done"]
    assert {(one["what"], one["when"], one["organisations"], one["value"]) for one in told} == {
        (f"Dimension {n}", name, 3, value) for n in (1, 2) for name, value in (("Round before", 1), ("Round after", 3))
    }
    assert len(file("csv").decode().strip().splitlines()) == len(figures) + 1
    assert file("xlsx").startswith(b"PK")


@pytest.mark.parametrize(("format", "heading"), [("md", "# Did the ability rise"), ("txt", "Did the ability rise")])
def test_the_text_says_the_same(rounds, format, heading):
    text = file(format).decode()

    assert text.startswith(heading)
    assert "- Dimension 1: all who answered: Before 1.0 (3 organisations), After 3.0 (3 organisations)" in text
    assert "Rose by 2." in text


def test_a_foreign_format_is_no_address():
    assert Client().get(reverse("ability_export", args=["exe"])).status_code == 404


@pytest.mark.parametrize("number", [3, 9])
def test_the_page_asks_as_much_for_many_organisations_as_for_few(number, django_assert_num_queries):
    framework, helpers = make_framework(), [make_supporter() for _ in range(number)]
    for kind in ("before", "during", "after"):
        answered(framework, kind, helpers, 2, days=3)

    with django_assert_num_queries(6):
        page()
