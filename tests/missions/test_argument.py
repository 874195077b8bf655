"""The theory of change on the way: statements, links without circles, and the evidence that moves how sure they are."""

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from missions.actions import argument as actions
from missions.argument import circle, layers, links_of, way
from missions.models import Evidence, Statement, StatementLink
from notifications import subjects
from notifications.models import Notification
from platforms.actions import Frozen, NoEntry, Outdated, documents
from platforms.models import Space, SpaceMember
from tests.factories import make_actor, make_decision, make_document, make_partnership, make_space, make_user
from tests.missions.making import make_evidence, make_indicator, make_mission, make_statement

pytestmark = pytest.mark.django_db
DECIDED = {"state": "decided", "decided_on": date(2026, 5, 1)}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def people():
    return [make_user(f"{name}@example.org", name=f"{name.title()} Ek") for name in ("eva", "bo", "ulf")]


@pytest.fixture
def mission(people):
    eva, bo, ulf = people
    together = make_partnership(members=[make_actor("Firm")])
    return make_mission(
        "Living bays",
        space=make_space("Room", partnership=together, coordinator=eva, members=[bo], observers=[ulf]),
    )


@pytest.fixture
def bo(client, people):
    """Bo, who writes in the space, signed in."""
    client.force_login(people[1], backend="django.contrib.auth.backends.ModelBackend")
    return people[1]


def address(name, mission, *args):
    return reverse(name, args=[mission.slug, *args])


def text(answer):
    return answer.content.decode()


# ── Circles and layers ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("links", "number", "targets", "found"),
    [
        ({1: [2], 2: [3], 3: []}, 3, [1], [3, 1, 2, 3]),
        ({1: [2], 2: []}, 2, [1], [2, 1, 2]),
        ({1: []}, 1, [1], [1, 1]),
        ({1: [2, 3], 2: [4], 3: [4], 4: []}, 1, [2, 3, 4], []),
        ({1: [2], 2: [1]}, 1, [], []),
        ({1: [2], 2: [3], 3: []}, 2, [1], [2, 1, 2]),
        ({}, 1, [7], []),
    ],
)
def test_a_circle_is_found_and_named(links, number, targets, found):
    assert circle(links, number, targets) == found


def test_the_shortest_way_is_told():
    assert way({1: [2, 3], 2: [4], 3: [5], 4: [5], 5: []}, 1, 5) == [1, 3, 5]


def test_what_is_led_to_lies_after_everything_that_leads_there():
    assert layers({1: [2, 3], 2: [3], 3: [], 4: [], 5: [3]}) == {1: 0, 2: 1, 3: 2, 4: 0, 5: 0}
    assert layers({}) == {}


# ── Writing statements ───────────────────────────────────────────────────────────────────────────────────────────────
def typed(**more):
    return {"if_text": "boats change paint", "then_text": "less copper leaks", "leads_to": [], **more}


def test_a_statement_is_added_with_its_number_owner_and_links(client, mission, bo):
    last = make_statement(mission)
    firm = mission.partnership.members.get().actor
    sent = typed(because_text="paint leaks", leads_to=[last.number], owner_actor=firm.pk, owner=bo.pk)
    answer = client.post(address("statement_new", mission), sent)

    made = mission.statements.get(number=2)
    assert answer["Location"] == f"{mission.get_absolute_url()}#s2"
    assert (made.if_text, made.then_text, made.because_text) == (
        "boats change paint",
        "less copper leaks",
        "paint leaks",
    )
    assert (made.owner, made.owner_actor, made.confidence) == (bo, firm, "assumed")
    assert links_of(mission) == {1: [], 2: [1]}


def test_the_first_statement_is_not_asked_where_it_leads(client, mission, bo):
    page = address("statement_new", mission)

    assert "It leads on to" not in text(client.get(page))
    make_statement(mission)
    assert "It leads on to" in text(client.get(page))


def test_a_circle_is_refused_by_name_and_nothing_that_was_typed_is_lost(client, mission, bo):
    third = make_statement(mission, "c", "d")
    second = make_statement(mission, "b", "c", leads_to=[third])
    first = make_statement(mission, "a", "b", leads_to=[second])
    sent = typed(if_text="typed with care", leads_to=[first.number], version=third.version)
    answer = client.post(address("statement", mission, third.number), sent)

    assert answer.status_code == 200
    assert "This would close a circle: 1 → 3 → 2 → 1." in text(answer)
    assert 'value="typed with care"' in text(answer)
    assert f'name="leads_to" value="{first.number}"' in text(answer)
    third.refresh_from_db()
    assert (third.if_text, third.version) == ("c", 1)
    assert not third.leads_to.exists()


def test_a_statement_is_changed_and_its_links_are_those_that_were_chosen(client, mission, bo):
    one, two = make_statement(mission), make_statement(mission)
    three = make_statement(mission, leads_to=[one])
    client.post(address("statement", mission, 3), typed(leads_to=[2], version=1))
    three.refresh_from_db()
    assert (three.if_text, three.version) == ("boats change paint", 2)
    assert links_of(mission) == {1: [], 2: [], 3: [2]}
    assert list(StatementLink.objects.values_list("target", flat=True)) == [two.pk]


def test_two_who_change_a_statement_are_shown_both_texts(client, mission, bo):
    make_statement(mission)
    path = address("statement", mission, 1)
    client.post(path, typed(version=1, if_text="theirs"))
    answer = client.post(path, typed(version=1, if_text="mine"))
    assert answer.status_code == 409
    assert "<td>theirs</td><td>mine</td>" in text(answer)
    sent = {"version": "2", **typed(if_text="mine")}
    assert client.post(path, sent).status_code == 302
    assert mission.statements.get().if_text == "mine"


def test_a_statement_goes_with_its_links_and_evidence_after_a_page_that_says_so(client, mission, bo):
    one = make_statement(mission)
    two = make_statement(mission, leads_to=[one])
    make_evidence(one)
    path = address("statement_remove", mission, 1)
    page = text(client.get(path))
    assert "1 link to another statement goes with it." in page
    assert "1 piece of evidence goes with it" in page
    assert client.post(path)["Location"] == f"{mission.get_absolute_url()}#change"
    assert list(mission.statements.all()) == [two]
    assert (StatementLink.objects.count(), Evidence.objects.count()) == (0, 0)
    assert client.get(path).status_code == 404


def test_a_statement_of_another_mission_is_not_reached_through_this_one(client, mission, bo):
    make_statement(make_mission())
    for name in ("statement", "statement_remove", "evidence_new"):
        assert client.get(address(name, mission, 1)).status_code == 404
    assert client.post(address("statement_new", mission), typed(leads_to=[1])).status_code == 200
    assert not mission.statements.exists()


def test_only_a_writer_of_the_space_becomes_the_owner(mission, people):
    eva, bo, ulf = people
    for person in (ulf, make_user()):
        with pytest.raises(ValidationError, match="not a member of the space"):
            actions.add(mission, by=bo, owner=person, if_text="a", then_text="b")
    statement = actions.add(mission, by=bo, owner=eva, if_text="a", then_text="b")
    SpaceMember.objects.filter(user=eva).delete()
    kept = {"if_text": "c", "then_text": "b", "owner": eva}
    assert actions.edit(statement, by=bo, version=1, leads_to=[], **kept).owner == eva


def test_there_is_a_limit(monkeypatch, mission, people):
    monkeypatch.setattr(actions, "MOST", 2)
    for _ in range(2):
        actions.add(mission, by=people[1], if_text="a", then_text="b")
    with pytest.raises(ValidationError, match="room for 2 statements"):
        actions.add(mission, by=people[1], if_text="a", then_text="b")


def test_observers_and_strangers_change_nothing(client, mission, people):
    statement = make_statement(mission)
    names = (("statement_new",), ("statement", 1), ("statement_remove", 1), ("evidence_new", 1))
    for person, status in ((people[2], 302), (make_user(), 404)):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for name, *args in names:
            for method in (client.get, client.post):
                assert method(address(name, mission, *args)).status_code == status
    for act in (
        lambda by: actions.remove(statement, by=by),
        lambda by: actions.add(mission, by=by, if_text="a", then_text="b"),
    ):
        with pytest.raises(NoEntry):
            act(make_user())
    assert mission.statements.count() == 1


def test_what_was_removed_meanwhile_is_not_there(mission, people):
    statement = make_statement(mission)
    stale = Statement.objects.get()
    actions.remove(statement, by=people[1])
    with pytest.raises(NoEntry):
        actions.edit(stale, by=people[1], version=1, leads_to=[], if_text="x", then_text="y")
    other = make_statement(mission)
    with pytest.raises(ValidationError, match="removed meanwhile"):
        actions.edit(other, by=people[1], version=1, leads_to=[99], if_text="x", then_text="y")
    with pytest.raises(Outdated):
        actions.edit(other, by=people[1], version=7, leads_to=[], if_text="x", then_text="y")


def test_in_a_mission_that_has_ended_nothing_is_changed(mission, people):
    statement = make_statement(mission)
    type(mission).objects.update(state="ended", ended_on="2026-01-01")
    with pytest.raises(Frozen):
        actions.remove(statement, by=people[1])


# ── Evidence ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def statement(mission):
    return make_statement(mission)


def proof(**more):
    return {"words": "It was seen", "dated_on": "2026-05-01", "confidence": "shown", **more}


def test_evidence_moves_how_sure_a_statement_is(client, mission, statement, bo):
    space = mission.space
    plan, chosen = make_document(space, "Plan.txt"), make_decision(space, **DECIDED)
    value = make_indicator(mission).measurements.create(on="2026-05-01", value=3)
    path = address("evidence_new", mission, 1)
    for thing in ({"document": plan.pk}, {"decision": chosen.pk}, {"measurement": value.pk}, {"url": "example.org/x"}):
        answer = client.post(path, proof(**thing, is_against=thing.get("url", "")))
        assert answer["Location"] == f"{mission.get_absolute_url()}#s1", text(answer)

    statement.refresh_from_db()
    assert (statement.confidence, statement.version) == ("shown", 5)
    found = list(
        statement.evidence.order_by("pk").values_list("document", "decision", "measurement", "url", "is_against")
    )
    assert found == [
        (plan.pk, None, None, "", False),
        (None, chosen.pk, None, "", False),
        (None, None, value.pk, "", False),
        (None, None, None, "https://example.org/x", True),
    ]
    assert set(statement.evidence.values_list("by", flat=True)) == {bo.pk}


def test_what_evidence_can_be_is_asked_for_in_the_words_of_people(client, mission, statement, bo):
    make_indicator(mission, "Depth").measurements.create(on="2026-05-01", value="2.200")

    page = text(client.get(address("evidence_new", mission, statement.number)))

    assert "Depth: 2.2 (1 May 2026)" in page
    assert "Choose one thing from the lists, or give a web address." in page


def test_evidence_is_exactly_one_thing(client, mission, statement, bo):
    plan = make_document(mission.space)
    path = address("evidence_new", mission, 1)
    for sent in (proof(), proof(document=plan.pk, url="https://example.org/")):
        answer = client.post(path, sent)
        assert "Choose one thing from the lists" in text(answer)
    assert not Evidence.objects.exists()


def test_evidence_from_another_space_is_not_taken(client, mission, statement, people, bo):
    foreign = make_space()
    hidden, decided = make_document(foreign, "Foreign.txt"), make_decision(foreign, **DECIDED)
    measured = make_indicator(make_mission()).measurements.create(on="2026-05-01", value=3)
    path = address("evidence_new", mission, 1)
    for thing in ({"document": hidden.pk}, {"decision": decided.pk}, {"measurement": measured.pk}):
        assert client.post(path, proof(**thing)).status_code == 200
        [(name, value)] = thing.items()
        with pytest.raises(ValidationError, match="not in the mission's space"):
            actions.prove(statement, by=bo, confidence="shown", thing={name: value}, words="x")
    assert "Foreign" not in text(client.get(path))
    assert not Evidence.objects.exists()


def test_a_document_that_was_removed_is_no_evidence_any_more(mission, statement, people):
    plan = make_document(mission.space)
    documents.remove(plan, by=people[0])
    with pytest.raises(ValidationError, match="not in the mission's space"):
        actions.prove(statement, by=people[0], confidence="shown", thing={"document": plan.pk}, words="x")


def test_a_statement_without_evidence_is_an_assumption_again(client, mission, statement, bo):
    first, second = (make_evidence(statement, words) for words in ("one", "two"))
    Statement.objects.update(confidence="shown")
    client.post(address("evidence_remove", mission, 1, first.pk))
    statement.refresh_from_db()
    assert statement.confidence == "shown"
    page = text(client.get(address("evidence_remove", mission, 1, second.pk)))
    assert "It is the last evidence" in page
    client.post(address("evidence_remove", mission, 1, second.pk))
    statement.refresh_from_db()
    assert (statement.confidence, statement.evidence.count()) == ("assumed", 0)


# ── Telling ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_other_members_are_told_in_one_row_and_the_space_lives(mission, people):
    eva, bo, ulf = people
    Space.objects.update(active_at="2026-01-01T12:00Z", asked_at="2026-03-01T12:00Z")
    for _ in range(3):
        actions.add(mission, by=bo, if_text="a", then_text="b")
    rows = list(Notification.objects.order_by("user"))
    assert [(row.user_id, row.thing, row.count) for row in rows] == [
        (eva.pk, f"mission:{mission.pk}", 3),
        (ulf.pk, f"mission:{mission.pk}", 3),
    ]
    lines = subjects.lines_of(rows)
    assert {(line.title, line.place, line.text()) for line in lines.values()} == {
        ("Living bays", "Room", "3 changes in the theory of change")
    }
    space = Space.objects.get(pk=mission.space_id)
    assert (space.asked_at, space.active_at.date()) == (None, timezone.now().date())


def test_whoever_has_left_is_told_nothing_and_looking_at_the_page_is_seeing_it(client, mission, people):
    eva, bo, ulf = people
    actions.add(mission, by=bo, if_text="a", then_text="b")
    SpaceMember.objects.filter(user=ulf).delete()
    assert {
        row.user for row in Notification.objects.filter(pk__in=subjects.lines_of(list(Notification.objects.all())))
    } == {eva}
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    client.get(mission.get_absolute_url())
    assert Notification.objects.get(user=eva).read_at


def test_a_mission_without_a_space_tells_nobody():
    boss = make_user(is_superuser=True, is_staff=True)
    actions.add(make_mission(), by=boss, if_text="a", then_text="b")
    assert not Notification.objects.exists()


# ── Two at once ──────────────────────────────────────────────────────────────────────────────────────────────────────
def at_once(*acts):
    """What each of `acts` came to, all begun at the same moment: "done" or "refused"."""
    gate, outcome = threading.Barrier(len(acts)), []

    def run(act):
        gate.wait()
        try:
            act()
            outcome.append("done")
        except ValidationError:
            outcome.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcome)


@pytest.mark.django_db(transaction=True)
def test_two_links_made_at_once_close_no_circle():
    boss = make_user(is_superuser=True, is_staff=True)
    mission = make_mission()
    one, two = make_statement(mission), make_statement(mission)
    words = {"if_text": "a", "then_text": "b"}
    outcome = at_once(
        lambda: actions.edit(one, by=boss, version=1, leads_to=[2], **words),
        lambda: actions.edit(two, by=boss, version=1, leads_to=[1], **words),
    )
    assert outcome == ["done", "refused"]
    assert StatementLink.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_statements_added_at_once_get_numbers_of_their_own():
    boss = make_user(is_superuser=True, is_staff=True)
    mission = make_mission()
    outcome = at_once(*[lambda: actions.add(mission, by=boss, if_text="a", then_text="b")] * 4)
    assert outcome == ["done"] * 4
    assert sorted(mission.statements.values_list("number", flat=True)) == [1, 2, 3, 4]
