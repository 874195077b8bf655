"""The page of a mission: what it says to whom, and what it costs."""

from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from missions.models import Mission
from tests.events.making import make_event
from tests.factories import (
    make_actor,
    make_area,
    make_decision,
    make_document,
    make_partnership,
    make_space,
    make_theme,
    make_user,
)
from tests.missions.filling import make_commitment, make_experiment
from tests.missions.making import (
    MEASURED,
    judge,
    make_criteria,
    make_evidence,
    make_indicator,
    make_mission,
    make_statement,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def space(eva):
    members = [make_actor("Firm"), make_actor("University", kind="academia")]
    return make_space("Secret room", partnership=make_partnership("Coast", members=members), coordinator=eva)


def page(client, mission, user=None):
    """The text of the mission's page in English, as `user` or as anybody meets it."""
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with translation.override("en"):
        answer = client.get(reverse("mission", args=[mission.slug]))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_goal_is_told_with_its_measure_and_how_far_it_is(client):
    mission = make_mission(goal_en="Five bays live in 2032.", **MEASURED)
    indicator = make_indicator(mission, is_goal=True, baseline=1, target=5)
    for day, value in ((1, 2), (9, 3)):
        indicator.measurements.create(on=date(2026, 6, day), value=value)
    make_indicator(mission, "Other").measurements.create(on=date(2026, 7, 1), value=77)

    text = page(client, mission)

    assert '<p class="errand-goal">Five bays live in 2032.</p>' in text
    for words in ("Vikar med levande botten", "measured 9 Jun 2026", "50 % of the way", "31 Dec 2032"):
        assert words in text
    assert "77" not in text.split("<footer")[0].split("errand-goal")[1].split("</dl>")[0]


@pytest.mark.parametrize(("value", "percent"), [(None, None), (1, 0), ("0.5", 0), (3, 50), (5, 100), (9, 100)])
def test_how_far_it_is_never_less_than_nothing_nor_more_than_all(value, percent):
    mission = make_mission(**MEASURED)
    if value is not None:
        make_indicator(mission, is_goal=True).measurements.create(on=date(2026, 6, 1), value=value)
    assert Mission.objects.with_latest_value().get().how_far == percent


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("candidate", "A candidate: this is a proposal. Nobody has decided to carry it out."),
        ("documented", "Documented: told here as its source tells it."),
    ],
)
def test_what_is_not_ours_to_carry_out_does_not_look_so(client, state, words):
    text = page(client, make_mission(state=state))
    assert words in text
    assert f'class="wrap errand {state}"' in text


def test_criteria_are_told_in_words_with_their_reasons(client):
    bold, _clear = make_criteria("bold", "clear")
    mission = make_mission()
    judge(mission, [bold], 1)
    text = page(client, mission)
    assert "1 of 3" in text
    assert "a little" in text
    assert "Because" in text
    assert "not judged yet" in text


def test_statements_are_told_with_what_they_lead_to_and_the_picture_holds_them_too(client):
    mission = make_mission()
    last = make_statement(mission, "the water clears", "eelgrass comes back", because_text="light reaches it")
    make_statement(mission, "boats change paint", "less copper leaks", leads_to=[last], confidence="shown")
    text = page(client, mission)
    assert "<b>If</b> the water clears, <b>then</b> eelgrass comes back, <b>because</b> light reaches it" in text
    assert 'leads to <a href="#s1">1</a>' in text
    assert "Shown</b>" in text
    assert ">less copper leaks</text>" in text
    assert text.split('<g class="to">')[1].split("</g>")[0].count("<path") == 1


def test_what_nobody_knows_is_listed(client, space):
    firm = make_actor("Firm")
    mission = make_mission(space=space)
    past = timezone.localdate() - timedelta(days=1)
    owned = make_statement(mission, owner_actor=firm, confidence="shown", review_on=past)
    make_statement(mission, leads_to=[owned])
    make_statement(mission, confidence="indicated", owner_actor=firm, review_on=timezone.localdate())
    text = page(client, mission)
    unknown = " ".join(text.split('id="unknown"')[1].split("</section>")[0].split())
    assert 'Untested assumptions <span class="num">1</span></dt><dd><a href="#s2">2</a>' in unknown
    assert 'Statements without an owner <span class="num">1</span></dt><dd><a href="#s2">2</a>' in unknown
    assert 'overdue <span class="num">1</span></dt><dd><a href="#s1">1</a>' in unknown
    assert 'Empty legs <span class="num">2</span></dt><dd>public sector, civil society' in unknown
    brief = text.split('id="brief"')[1].split("</section>")[0]
    assert "1 other statement follows from it" in brief
    assert '<a href="#unknown">5</a>' in brief


# ── Who sees what ────────────────────────────────────────────────────────────────────────────────────────────────────
HIDDEN = ("Hidden plan", "hidden finding", "Hidden decision", "hidden outcome", "Secret room")


@pytest.fixture
def proven(space):
    """A public mission of a private space whose statement rests on a document and a decision of that space."""
    mission = make_mission("Living bays", space=space)
    statement = make_statement(mission, "we measure", "we know", confidence="shown")
    make_evidence(statement, "hidden finding", document=make_document(space, "Hidden plan.txt"))
    make_evidence(statement, "hidden outcome", decision=make_decision(space, "Hidden decision"))
    make_evidence(statement, "An open report")
    return mission


def test_evidence_of_the_space_is_read_by_its_people_alone(client, proven, eva):
    mission = proven
    inside = page(client, mission, eva)
    assert [words for words in HIDDEN if words not in inside] == []
    client.logout()

    for user in (None, make_user(), make_user(is_staff=True, is_superuser=True)):
        outside = page(client, mission, user)
        assert "2 pieces of evidence held by the partnership" in outside
        assert "An open report" in outside
        assert [words for words in HIDDEN if words in outside] == []


def test_evidence_of_the_space_leaks_nowhere_else(client, proven, space):
    actor = make_actor()
    proven.actors.add(actor)
    addresses = [
        reverse("partnership_missions", args=[space.partnership.slug]),
        reverse("actor_missions", args=[actor.slug]),
        reverse("partnership", args=[space.partnership.slug]),
        reverse("sitemap_part", args=["missions-0"]),
        reverse("start"),
    ]
    for path in addresses:
        text = client.get(path).content.decode()
        assert [words for words in HIDDEN if words in text] == [], path


def test_evidence_that_lies_in_another_space_is_held_back_from_members_too(client, proven, eva):
    other = make_space(coordinator=make_user())
    statement = proven.statements.get()
    make_evidence(statement, "foreign finding", document=make_document(other, "Foreign plan.txt"))
    text = page(client, proven, eva)
    assert "evidence held by the partnership" in text
    assert "oreign" not in text


def test_a_person_is_named_to_the_space_alone(client, space, eva):
    firm = make_actor("Firm & Co")
    mission = make_mission(space=space)
    make_statement(mission, owner=make_user(name="Ulla Owner"), owner_actor=firm)
    assert "Ulla Owner" not in page(client, mission)
    assert "Firm & Co" in page(client, mission)
    assert "Ulla Owner" in page(client, mission, eva)


def test_an_organisation_that_is_not_public_is_named_nowhere(client, space):
    draft = make_actor("Secret Draft", status="draft")
    mission = make_mission(space=space, actors=[draft], owner=draft)
    make_statement(mission, owner_actor=draft)
    assert "Secret Draft" not in page(client, mission)


def test_before_it_is_public_only_its_people_and_staff_see_it(client, space, eva):
    mission = make_mission(space=space, is_published=False)
    path = mission.get_absolute_url()
    assert client.get(path).status_code == 404
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(path).status_code == 404
    assert "Not public yet" in page(client, mission, eva)


# ── What it costs ────────────────────────────────────────────────────────────────────────────────────────────────────
def fill(mission, count):
    """So many statements with owners, links and evidence; every third leads to the two after it."""
    firm = make_actor("Some organisation with a name")
    does, comes = "the boat clubs of the bay paint without copper", "less copper lies in the sea floor of the bay"
    why = "most of the copper in the mud comes from the paint of boats, by the survey"
    rows = [
        make_statement(mission, does, comes, because_text=why, owner_actor=firm, review_on=date(2027, 1, 1))
        for _ in range(count)
    ]
    for place, row in enumerate(rows):
        row.leads_to.set(rows[place + 1 : place + 3] if place % 3 == 0 else rows[place + 1 : place + 2])
        if place % 5 == 0:
            make_evidence(row, "What was seen in the bay this summer")
            make_evidence(row, "What was said when we met", thing=f"event:{make_event(days=-1).pk}")


def fill_portfolio(mission, commitments, experiments):
    firm = make_actor("Another organisation with a name")
    for number in range(commitments):
        make_commitment(mission, "Lends a boat with a crew for two days in June", actor=firm, wave=1 + number % 3)
    for _ in range(experiments):
        make_experiment(mission, "Light through the planks of a jetty")
    make_indicator(mission, is_goal=True, baseline=1, target=5)


def asked(client, mission):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(mission.get_absolute_url())
    assert answer.status_code == 200
    return len(queries), len(answer.content)


@pytest.mark.parametrize(("is_member", "limit"), [(False, 9), (True, 14)])
def test_a_hundred_statements_cost_as_many_questions_as_three(client, space, eva, is_member, limit):
    make_criteria()
    tags = {"themes": [make_theme(), make_theme()], "areas": [make_area()]}
    small, large = (make_mission(space=space, **MEASURED, **tags) for _ in range(2))
    fill(small, 3)
    fill(large, 100)
    fill_portfolio(small, 1, 1)
    fill_portfolio(large, 60, 40)
    if is_member:
        client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
        client.get(small.get_absolute_url())
    (few, _size), (many, size) = asked(client, small), asked(client, large)
    assert (few, many) == (limit, limit)
    assert size < 100 * 1024
