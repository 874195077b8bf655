"""Decisions: proposed, answered, written down; and the log that one can take along."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from platforms.actions import Frozen, NoEntry, Outdated, decisions
from platforms.models import Answer, Deciders, Decision, DecisionState, SpaceMember, SpaceState, Verb, Way
from tests.actors.test_register_list import questions
from tests.factories import make_actor, make_decision, make_space, make_user

pytestmark = pytest.mark.django_db
TEXT = {"title": "Five bays", "proposal": "We choose **five** bays.", "way": "consent", "deciders": "members"}


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def people():
    return [make_user(name=name) for name in ("Cora", "Mia", "Max", "Otto")]


@pytest.fixture
def space(people):
    cora, mia, max_, otto = people
    space = make_space("Bays", coordinator=cora, members=[mia, max_], observers=[otto])
    SpaceMember.objects.filter(user=mia).update(on_behalf_of=make_actor("Mias Works"))
    return space


def url(name, decision):
    return reverse(name, args=[decision.space.slug, decision.number])


def record(decision, by, state=DecisionState.DECIDED, **more):
    said = {"outcome": "So it is.", "decided_on": timezone.localdate(), **more}
    return decisions.record(decision, by=by, state=state, **said)


# ── Proposing ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_member_proposes_on_behalf_of_the_organisation_of_that_day(client, space, people):
    client.force_login(people[1])

    answer = client.post(reverse("decision_new", args=[space.slug]), TEXT | {"answer_by": "2026-12-01"})
    SpaceMember.objects.filter(user=people[1]).update(on_behalf_of=None)

    decision = space.decisions.get()
    assert answer["Location"] == url("decision", decision)
    assert (decision.number, decision.on_behalf_of.name, str(decision.answer_by)) == (1, "Mias Works", "2026-12-01")
    assert space.activities.get().verb == Verb.PROPOSED
    assert "<strong>five</strong>" in client.get(url("decision", decision)).content.decode()


def test_a_bad_proposal_comes_back_with_all_that_was_typed(client, space, people):
    client.force_login(people[1])
    sent = TEXT | {"title": "", "answer_by": "soon", "proposal": "Kept words"}

    html = client.post(reverse("decision_new", args=[space.slug]), sent).content.decode()

    assert "Kept words" in html and 'value="soon"' in html and "error-summary" in html
    assert not space.decisions.exists()


def test_a_proposal_is_changed_only_before_somebody_has_answered(client, space, people):
    decision = make_decision(space, by=people[1])
    client.force_login(people[1])
    sent = TEXT | {"title": "Six bays", "version": "1"}
    assert client.post(url("decision_edit", decision), sent).status_code == 302
    decision.refresh_from_db()
    assert (decision.title, decision.version) == ("Six bays", 2)

    decisions.answer(decision, by=people[2], answer=Answer.YES)

    html = client.post(url("decision_edit", decision), sent | {"title": "Seven", "version": "2"}).content.decode()
    assert "Somebody has answered" in html and "Seven" in html
    decision.refresh_from_db()
    assert decision.title == "Six bays"


def test_who_saves_over_somebody_else_sees_both(client, space, people):
    decision = make_decision(space, by=people[1])
    decisions.edit(decision, by=people[0], version=1, title="Hers")
    client.force_login(people[1])

    answer = client.post(url("decision_edit", decision), TEXT | {"title": "Mine", "version": "1"})
    html = answer.content.decode()

    assert answer.status_code == 409
    assert "<td>Hers</td><td>Mine</td>" in html
    assert 'name="version" value="2"' in html
    with pytest.raises(Outdated):
        decisions.edit(decision, by=people[1], version=1, title="Mine")


def test_another_members_proposal_is_not_changed(space, people):
    with pytest.raises(PermissionDenied):
        decisions.edit(make_decision(space, by=people[1]), by=people[2], version=1, title="x")


# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_answer_can_be_changed_and_counts_once(client, space, people):
    decision = make_decision(space, way=Way.VOTE)
    client.force_login(people[1])

    assert client.post(url("decision", decision), {"answer": "yes"}).status_code == 302
    assert client.post(url("decision", decision), {"answer": "no", "comment": "After all"}).status_code == 302

    assert list(decision.answers.values_list("answer", "comment", "on_behalf_of__name")) == [
        ("no", "After all", "Mias Works")
    ]


def test_an_objection_says_what_it_objects_to_and_is_seen(client, space, people):
    decision = make_decision(space)
    client.force_login(people[1])

    refused = client.post(url("decision", decision), {"answer": "no"})
    assert refused.status_code == 200 and "Say what you object to" in refused.content.decode()

    client.post(url("decision", decision), {"answer": "no", "comment": "Too <b>few</b>"})
    html = client.get(url("decision", decision)).content.decode()
    assert "1 objection" in html and "Too &lt;b&gt;few&lt;/b&gt;" in html


@pytest.mark.parametrize(
    ("deciders", "may"), [(Deciders.MEMBERS, ["Cora", "Mia", "Max"]), (Deciders.COORDINATORS, ["Cora"])]
)
def test_those_who_decide_answer_and_nobody_else(space, people, deciders, may):
    decision = make_decision(space, deciders=deciders)
    done = []
    for person in [*people, make_user(name="Stranger")]:
        try:
            decisions.answer(decision, by=person, answer=Answer.YES)
            done.append(person.name)
        except (PermissionDenied, NoEntry):
            continue

    assert done == may
    assert [p.name for p in people if Decision.objects.waiting_for(p).exists()] == []


def test_a_proposal_waits_for_those_who_decide_and_have_not_answered(space, people):
    decision = make_decision(space)
    decisions.answer(decision, by=people[1], answer=Answer.ABSTAIN)
    make_decision(space, deciders=Deciders.COORDINATORS, title="Led")
    make_decision(make_space(), title="Elsewhere")

    waiting = {p.name: [d.title for d in Decision.objects.waiting_for(p).order_by("pk")] for p in people}

    assert waiting == {"Cora": ["Five bays", "Led"], "Mia": [], "Max": ["Five bays"], "Otto": []}
    space.state = SpaceState.PAUSED
    space.save()
    assert not Decision.objects.waiting_for(people[2]).exists()
    with pytest.raises(Frozen):
        decisions.answer(decision, by=people[2], answer=Answer.YES)


# ── Writing down ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_outcome_says_what_when_by_whom_and_who_was_present(client, space, people):
    decision = make_decision(space)
    decisions.answer(decision, by=people[1], answer=Answer.YES)
    client.force_login(people[0])
    today = timezone.localdate()
    sent = {
        "state": "decided",
        "outcome": "Five bays.",
        "decided_on": str(today),
        "present": [people[1].pk, people[3].pk],
    }

    assert client.post(url("decision_record", decision), sent).status_code == 302
    people[1].name = "Another Name"
    people[1].save()
    SpaceMember.objects.filter(user=people[1]).delete()

    decision.refresh_from_db()
    assert (decision.state, decision.outcome, decision.decided_on, decision.decided_by) == (
        DecisionState.DECIDED, "Five bays.", today, people[0],
    )  # fmt: skip
    there = list(decision.presences.values_list("name", "on_behalf_of__name"))
    assert there == [("Mia", "Mias Works"), ("Otto", None)]
    html = client.get(url("decision", decision)).content.decode()
    assert "Mia for Mias Works" in html and "Five bays." in html


def test_nothing_is_changed_after_the_outcome(client, space, people):
    decision = record(make_decision(space, by=people[1]), people[0])

    for change in (
        lambda: decisions.answer(decision, by=people[1], answer=Answer.YES),
        lambda: decisions.edit(decision, by=people[1], version=1, title="x"),
        lambda: record(decision, people[0], DecisionState.REJECTED),
    ):
        with pytest.raises(ValidationError):
            change()
    client.force_login(people[1])
    html = client.post(url("decision", decision), {"answer": "yes", "comment": "Too late"}).content.decode()
    assert "The outcome has been written down" in html and "Too late" in html


def test_an_objection_blocks_until_it_is_written_how_it_was_dealt_with(client, space, people):
    decision = make_decision(space)
    decisions.answer(decision, by=people[1], answer=Answer.NO, comment="Too few")
    client.force_login(people[0])
    sent = {"state": "decided", "outcome": "Five.", "decided_on": str(timezone.localdate())}

    refused = client.post(url("decision_record", decision), sent)
    assert refused.status_code == 200 and "There is an objection" in refused.content.decode()

    client.post(url("decision_record", decision), sent | {"resolution": "A sixth bay next year."})
    decision.refresh_from_db()
    assert (decision.state, decision.resolution) == (DecisionState.DECIDED, "A sixth bay next year.")


@pytest.mark.parametrize(
    ("said", "suggested"),
    [("yes yes no", "decided"), ("yes no", "rejected"), ("abstain", "rejected"), ("", "rejected")],
)
def test_a_vote_needs_more_yes_than_no(client, space, people, said, suggested):
    decision = make_decision(space, way=Way.VOTE)
    for person, answer in zip(people, said.split(), strict=False):
        decisions.answer(decision, by=person, answer=answer)
    client.force_login(people[0])

    assert client.get(url("decision_record", decision)).context["form"]["state"].value() == suggested
    other = {"decided": "rejected", "rejected": "decided"}[suggested]
    if said:
        with pytest.raises(ValidationError):
            record(decision, people[0], other)
    record(decision, people[0], other, resolution="At the meeting more were present.")


def test_a_vote_is_shown_by_person_and_by_organisation(client, space, people):
    decision = make_decision(space, way=Way.VOTE)
    SpaceMember.objects.filter(user=people[2]).update(on_behalf_of=SpaceMember.objects.get(user=people[1]).on_behalf_of)
    for person, answer in zip(people, ("yes", "yes", "no"), strict=False):
        decisions.answer(decision, by=person, answer=answer)
    client.force_login(people[3])

    context = client.get(url("decision", decision)).context

    assert [number for _choice, _label, number in context["tally"]] == [2, 1, 0]
    assert [(str(actor), *said) for actor, *said in context["organisations"]] == [
        ("Mias Works", 1, 1, 0),
        ("None", 1, 0, 0),
    ]


def test_a_coordinator_records_and_the_proposer_may_only_withdraw(client, space, people):
    decision = make_decision(space, by=people[1])

    for person in people[1:3]:
        with pytest.raises(PermissionDenied):
            record(decision, person)
    with pytest.raises(PermissionDenied):
        record(decision, people[2], DecisionState.WITHDRAWN)
    client.force_login(people[1])
    sent = {"state": "decided", "decided_on": str(timezone.localdate()), "outcome": "Mine"}
    assert client.post(url("decision_record", decision), sent).status_code == 200
    assert client.post(url("decision_record", decision), sent | {"state": "withdrawn"}).status_code == 302
    decision.refresh_from_db()
    assert decision.state == DecisionState.WITHDRAWN


def test_a_decision_is_not_made_tomorrow_nor_without_words(client, space, people):
    decision = make_decision(space)
    with pytest.raises(ValidationError):
        record(decision, people[0], decided_on=timezone.localdate() + timedelta(days=1))
    client.force_login(people[0])
    sent = {"state": "decided", "decided_on": str(timezone.localdate()), "outcome": ""}
    assert "in words what was decided" in client.post(url("decision_record", decision), sent).content.decode()


def test_only_members_of_the_space_were_present(client, space, people):
    stranger = make_user(name="Stranger")
    decision = make_decision(space)
    client.force_login(people[0])
    sent = {"state": "decided", "outcome": "x", "decided_on": str(timezone.localdate()), "present": [stranger.pk]}

    assert client.post(url("decision_record", decision), sent).status_code == 200
    record(decision, people[0], present=[stranger.pk, people[1].pk])
    assert [one.name for one in decision.presences.all()] == ["Mia"]


@pytest.mark.django_db(transaction=True)
def test_answers_and_the_outcome_come_one_after_the_other(space, people):
    """Objections that arrive while the outcome is recorded are either before it, and block it, or too late."""
    for _round in range(4):
        decision = make_decision(space)

        def at_once(act):
            try:
                act()
                return True
            except ValidationError:
                return False
            finally:
                connection.close()

        acts = [
            lambda d=decision: decisions.answer(d, by=people[1], answer=Answer.NO, comment="No"),
            lambda d=decision: record(d, people[0]),
            lambda d=decision: decisions.answer(d, by=people[2], answer=Answer.NO, comment="No"),
        ]
        with ThreadPoolExecutor(3) as pool:
            first, recorded, second = pool.map(at_once, acts)

        decision.refresh_from_db()
        assert recorded == (decision.state == DecisionState.DECIDED) == (not (first or second))


# ── The log ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_log_is_filtered_by_state(client, space, people):
    make_decision(space, "Open")
    record(make_decision(space, "Made"), people[0])
    client.force_login(people[3])
    listed = reverse("decisions", args=[space.slug])

    assert [d.title for d in client.get(listed).context["page"].rows] == ["Made", "Open"]
    assert [d.title for d in client.get(listed, {"state": "decided"}).context["page"].rows] == ["Made"]
    assert client.get(listed, {"state": "x"}).status_code == 400


def exported(client, space, format):
    answer = client.get(reverse("decision_log", args=[space.slug, format]))
    return b"".join(answer.streaming_content)


def test_the_log_exports_whole_and_holds_no_formula(client, space, people):
    decision = make_decision(space, "=cmd()", by=people[1])
    decisions.answer(decision, by=people[1], answer=Answer.NO, comment="@SUM(1)")
    record(decision, people[0], resolution="+1", present=[people[3].pk])
    make_decision(make_space(), "Canary")
    client.force_login(people[3])

    headings, row = csv.reader(io.StringIO(exported(client, space, "csv").decode("utf-8-sig")), delimiter=";")
    facts = dict(zip(headings, row, strict=True))
    assert facts["What is to be decided"] == "'=cmd()"
    assert facts["How objections were dealt with"] == "'+1"
    assert (facts["No or objection"], facts["Who was present"], facts["Proposed by"]) == ("1", "Otto", "Mia")
    assert facts["Answers with a comment"] == "Mia (Mias Works): No – @SUM(1)"
    told = json.loads(exported(client, space, "json"))
    assert [one["title"] for one in told["decisions"]] == ["=cmd()"]
    sheet = openpyxl.load_workbook(io.BytesIO(exported(client, space, "xlsx"))).active
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"inlineStr", "s"}
    assert sheet["B2"].value == "=cmd()"
    assert client.get(reverse("decision_log", args=[space.slug, "pdf"])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_questions_does_not_follow_the_rows(client, space, people, rows):
    for _ in range(rows):
        decision = make_decision(space)
    for person in people[:rows]:
        decisions.answer(decision, by=person, answer=Answer.YES)
    client.force_login(people[0])

    assert questions(lambda: client.get(reverse("decisions", args=[space.slug]))) == 6
    assert questions(lambda: client.get(url("decision", decision))) == 9
    assert questions(lambda: client.get(url("decision_record", decision))) == 11
    assert questions(lambda: exported(client, space, "csv")) == 7
