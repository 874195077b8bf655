"""Who is asked about a run, what a person's data tells of it, and what a version says of the run that taught it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone, translation

from missions.actions import learning, runs
from missions.actions.told import dates
from missions.difference import Place
from missions.lineage import lineage
from missions.models import Change, Method, Proposal, Review, StageState
from missions.run_mine import RunPart
from notifications.models import Notification, Part
from notifications.subjects import lines_of
from platforms.models import SpaceMember
from tests.factories import make_actor, make_space, make_user
from tests.missions.making import make_mission
from tests.missions.running import go, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def bo():
    return make_user("bo@example.org", name="Bo Berg")


@pytest.fixture
def run(eva, bo):
    space = make_space("Room", coordinator=eva, observers=[make_user("olle@example.org")])
    SpaceMember.objects.create(space=space, user=bo, on_behalf_of=make_actor("Coast Lab"))
    return runs.start_run(make_mission("Bays", space=space), by=eva, version=make_version("ett"))


def finish(run, eva):
    stage = run.stages.select_related("stage").get(state=StageState.OPEN)
    stage.run = run
    go(stage, eva)
    run.refresh_from_db()


def asked(run):
    rows = list(Notification.objects.filter(thing=f"run:{run.pk}").order_by("user"))
    lines = lines_of(rows)
    return {
        row.user.email: (row.part, str(lines[row.pk].text()), lines[row.pk].url()) for row in rows if row.pk in lines
    }


def test_those_who_write_in_the_space_are_asked_until_they_have_answered(run, eva, bo):
    finish(run, eva)
    question = (Part.NEEDS, "Five questions about a run to answer", "/en/missions/" + run.mission.slug)
    assert asked(run).keys() == {"eva@example.org", "bo@example.org"}
    assert asked(run)["bo@example.org"] == (*question[:2], f"{question[2]}/runs/1/learning/answers/")
    learning.answer_review(run, by=bo, worked="Much")
    assert asked(run).keys() == {"eva@example.org"}
    SpaceMember.objects.filter(user=eva).delete()
    assert asked(run) == {}


def test_the_last_day_to_answer_is_among_what_comes_up(run, eva, bo):
    finish(run, eva)
    last = timezone.localdate() + timedelta(days=14)
    found = dates([eva.pk, bo.pk], last)
    assert [(day, line.title) for day, line in found[bo.pk]] == [(last, "Bays")]
    assert dates([eva.pk, bo.pk], last - timedelta(days=1)) == {}
    learning.answer_review(run, by=bo, worked="Much")
    assert found.keys() - dates([eva.pk, bo.pk], last).keys() == {bo.pk}
    Review.objects.update(asked_at=timezone.now() - timedelta(days=15))
    assert dates([eva.pk], last) == {}, "what is past does not come up"


def test_who_led_a_run_that_is_over_may_write_the_next_version(run, eva, bo):
    method = run.method_version.method
    assert not Method.objects.editable_by(eva).filter(pk=method.pk).exists()
    finish(run, eva)
    assert Method.objects.editable_by(eva).filter(pk=method.pk).exists()
    assert not Method.objects.editable_by(bo).filter(pk=method.pk).exists()


# ── Why is it like this? ─────────────────────────────────────────────────────────────────────────────────────────────
def taught(run, bo):
    version = make_version("ett", "tva", method=run.method_version.method)
    learning.propose(run, by=bo, stage="ett", part="stage", text="Ask first", learning="It was late")
    Change.objects.create(version=version, stage="ett", run=run, proposal=Proposal.objects.get(), reason="Late")
    return version


def why(version, user):
    [answer] = lineage(version.method, user, upto=version.number)[Place("ett", "stage")]
    return answer


def test_a_version_credits_the_organisation_that_proposed_a_change(run, eva, bo):
    version = taught(run, bo)
    answer = why(version, AnonymousUser())
    assert (answer.run, answer.proposal.text, str(answer.proposer)) == (run, "Ask first", "Coast Lab")
    SpaceMember.objects.get(user=bo).on_behalf_of.__class__.objects.update(status="draft")
    assert why(version, AnonymousUser()).proposer is None, "an organisation that is not public is named nowhere"


def test_a_run_that_is_not_public_is_a_run_in_a_partnership_to_strangers(run, eva, bo):
    version = taught(run, bo)
    run.mission.__class__.objects.update(is_published=False)
    for stranger in (AnonymousUser(), make_user()):
        answer = why(version, stranger)
        assert (answer.is_of_a_run, answer.run, answer.proposal, answer.proposer) == (True, None, None, None)
    assert why(version, bo).run == run


# ── What is a person's own ───────────────────────────────────────────────────────────────────────────────────────────
def test_my_data_holds_what_i_said_and_names_a_run_only_while_i_may_see_it(run, eva, bo):
    stage = run.stages.select_related("stage").get()
    stage.run = run
    runs.save_output(stage, "ett-out", by=bo, version=0, text="My words")
    learning.propose(run, by=bo, stage="", part="stage", text="Ask first", learning="It was late")
    finish(run, eva)
    learning.answer_review(run, by=bo, worked="Much")
    told = RunPart().data(bo)
    assert told["looked_back"][0]["worked"] == "Much"
    assert told["proposed"][0] == {
        "run": "Bays, run 1",
        "text": "Ask first",
        "learning": "It was late",
        "state": "open",
    }
    assert told["outputs_last_written"] == [{"run": "Bays, run 1", "text": "My words"}]
    SpaceMember.objects.filter(user=bo).delete()
    run.mission.__class__.objects.update(is_published=False)
    assert RunPart().data(bo)["outputs_last_written"] == [{"run": None, "text": "My words"}]


def test_nobody_waits_for_who_has_closed_their_account(run, eva, bo):
    finish(run, eva)
    learning.answer_review(run, by=eva, worked="Much")
    assert not learning.are_shown(run)
    RunPart().close(bo)
    assert learning.are_shown(run)
    everybody = eva.__class__.objects.all()
    assert set(RunPart().is_used(everybody)) == {eva}
