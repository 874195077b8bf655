"""The pages of a run: who reads what, working in a stage, deciding, and looking back."""

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from missions.actions import learning, runs
from missions.models import MethodRole, Mission, Output, Run, RunState, StageState
from platforms.models import SpaceMember
from tests.factories import make_document, make_space, make_user
from tests.missions.making import make_mission
from tests.missions.running import go, make_stage, make_version

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def bo():
    return make_user("bo@example.org", name="Bo Berg")


@pytest.fixture
def mission(eva, bo):
    space = make_space("Secret room", coordinator=eva)
    SpaceMember.objects.create(space=space, user=bo)
    return make_mission(space=space)


@pytest.fixture
def run(mission, eva):
    return runs.start_run(mission, by=eva, version=make_version())


def ask(client, name, *args, user=None, post=None, follow=True):
    if user:
        client.force_login(user, backend=BACKEND)
    else:
        client.logout()
    with translation.override("en"):
        url = reverse(name, args=args)
    return client.post(url, post, follow=follow) if post is not None else client.get(url)


def text(answer):
    return unescape(answer.content.decode())


def stage_url(run, slug="ett"):
    return run.mission.slug, run.number, slug


def test_a_coordinator_starts_a_run_and_lands_on_its_course(client, mission, eva):
    version = make_version("ett", "tva")
    assert "Start a run" in text(ask(client, "runs", mission.slug, user=eva))
    answer = ask(client, "run_new", mission.slug, user=eva, post={"version": version.pk})
    assert Run.objects.get().method_version == version
    assert "its first stage is open" in text(answer)
    again = ask(client, "run_new", mission.slug, user=eva, post={"version": version.pk})
    assert "runs by a method already" in text(again)
    assert ask(client, "run_new", mission.slug, user=make_user()).status_code == 404


def test_strangers_read_the_course_but_no_words_persons_or_documents(client, mission, run, eva):
    stage = run.stages.get(state=StageState.OPEN)
    stage.run = run
    document = make_document(mission.space, by=eva, name="Secret letter.txt")
    role = MethodRole.objects.create(slug="leader", name_sv="Ledare")
    runs.set_roles(run, by=eva, holders={role: ([eva], [])})
    runs.save_output(stage, "ett-out", by=eva, version=0, text="Secret words")
    runs.attach(stage, "ett-out", by=eva, thing={"document": document.pk}, words="Secret caption")
    runs.answer(stage, by=eva, answers={"ett-must": ("partly", "Secret note")})

    for name, args in (("run_stage", stage_url(run)), ("run", (mission.slug, 1)), ("runs", (mission.slug,))):
        said = text(ask(client, name, *args))
        assert "Secret" not in said
        assert "Eva Ek" not in said
    assert "Evidence held by the partnership" in text(ask(client, "run_stage", *stage_url(run)))
    inside = text(ask(client, "run_stage", *stage_url(run), user=eva))
    assert all(word in inside for word in ("Secret words", "Secret letter", "Secret caption", "Secret note"))
    mission.is_published = False
    mission.save()
    assert ask(client, "run_stage", *stage_url(run)).status_code == 404


def test_work_in_a_stage_by_its_pages(client, run, bo):
    ask(client, "stage_tick", *stage_url(run), user=bo, post={"activity": "ett-act", "done": "1"})
    page = ask(
        client, "stage_output", *stage_url(run), "ett-out", user=bo,
        post={"text": "Ord", "version": "0"},
    )  # fmt: skip
    assert "What you wrote is saved" in text(page)
    ask(client, "stage_evidence", *stage_url(run), "ett-out", user=bo, post={"url": "https://example.org/x"})
    output = Output.objects.get()
    assert (output.text, output.by, output.evidence.get().url) == ("Ord", bo, "https://example.org/x")
    evidence = output.evidence.get().pk
    ask(client, "stage_evidence_remove", *stage_url(run), evidence, user=bo, post={})
    assert not output.evidence.exists()


def test_the_later_of_two_who_write_gets_409_with_both_texts_and_can_save_over(client, run, eva, bo):
    url, first = stage_url(run), {"text": "Evas ord", "version": "0"}
    ask(client, "stage_output", *url, "ett-out", user=eva, post=first)
    answer = ask(client, "stage_output", *url, "ett-out", user=bo, post={**first, "text": "Bos ord"})
    assert answer.status_code == 409
    assert "Evas ord" in text(answer)
    assert "Bos ord" in text(answer)
    again = {"text": "Bos ord", "version": "1"}
    ask(client, "stage_output", *url, "ett-out", user=bo, post=again)
    assert Output.objects.get().text == "Bos ord"


def test_nothing_is_added_without_one_thing_as_evidence(client, run, bo):
    answer = ask(client, "stage_evidence", *stage_url(run), "ett-out", user=bo, post={"words": "Kept words"})
    assert "Choose one thing" in text(answer)
    assert "Kept words" in text(answer)


def test_the_gate_is_answered_by_members_and_decided_by_who_leads(client, run, eva, bo):
    page = text(ask(client, "stage_gate", *stage_url(run), user=bo))
    assert "Save the answers" in page
    assert "verdict" not in page
    ask(client, "stage_gate", *stage_url(run), user=bo, post={"said_ett-must": "no", "verdict": "stop", "reason": "x"})
    assert run.stages.get(position=1).state == StageState.OPEN
    refused = ask(client, "stage_gate", *stage_url(run), user=eva, post={"verdict": "go", "learning": "Kept line"})
    assert "Kept line" in text(refused)
    assert run.stages.get(position=1).state == StageState.OPEN
    done = {"said_ett-must": "yes", "verdict": "go", "learning": "Ask earlier"}
    assert "The decision is written down" in text(ask(client, "stage_gate", *stage_url(run), user=eva, post=done))
    assert run.stages.get(position=2).state == StageState.OPEN


def test_a_run_of_a_mission_that_has_ended_says_that_its_gates_are_closed(client, run, eva):
    Mission.objects.update(state="ended", ended_on=timezone.localdate())
    assert "the gates of this run are closed" in text(ask(client, "run", *stage_url(run)[:2], user=eva))
    page = text(ask(client, "run_stage", *stage_url(run), user=eva))
    assert "the gates of this run are closed" in page
    for link in ("/gate/", "/skip/", "/roles/", "data-autosave"):
        assert link not in page
    for name in ("stage_gate", "stage_skip"):
        ask(client, name, *stage_url(run), user=eva)
        assert "gates of its runs are closed" in text(ask(client, "mission", run.mission.slug, user=eva)), name


def test_a_stage_is_left_out_with_a_reason_by_who_leads(client, run, eva, bo):
    ask(client, "stage_skip", *stage_url(run), user=bo, post={"reason": "x"})
    assert run.stages.get(position=1).state == StageState.OPEN
    assert "required" in text(ask(client, "stage_skip", *stage_url(run), user=eva, post={"reason": " "}))
    ask(client, "stage_skip", *stage_url(run), user=eva, post={"reason": "Done before"})
    assert run.stages.get(position=1).reason == "Done before"


def test_a_run_is_moved_from_a_page_that_shows_it_first(client, run, eva):
    assert "no newer version" in text(ask(client, "run_move", run.mission.slug, 1, user=eva, post={}))
    newer = make_version("ett", "fyra", method=run.method_version.method)
    page = ask(client, "run_move", run.mission.slug, 1, user=eva)
    assert "Steg fyra (en)" in text(page)
    for seen in ("[]", "nonsense"):
        ask(client, "run_move", run.mission.slug, 1, user=eva, post={"seen": seen})
    run.refresh_from_db()
    assert run.method_version != newer
    ask(client, "run_move", run.mission.slug, 1, user=eva, post={"seen": page.context["seen"]})
    run.refresh_from_db()
    assert run.method_version == newer


def test_roles_are_set_on_a_page(client, run, eva, bo):
    role = MethodRole.objects.create(slug="leader", name_sv="Ledare", name_en="Leader")
    ask(client, "run_roles", run.mission.slug, 1, user=eva, post={f"user_{role.pk}": bo.pk})
    assert not run.roles.exists()  # no stage of this version names the role
    run.delete()
    stage = make_stage(1, "ett") | {"roles": ["leader"]}
    run = runs.start_run(run.mission, by=eva, version=make_version(stage))
    assert "Missing" in text(ask(client, "run_stage", *stage_url(run), user=eva))
    ask(client, "run_roles", run.mission.slug, 1, user=eva, post={f"user_{role.pk}": bo.pk})
    assert [holder.user for holder in run.roles.all()] == [bo]


# ── Looking back ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def finished(run, eva):
    for _stage in range(3):
        stage = run.stages.get(state=StageState.OPEN)
        stage.run = run
        go(stage, eva)
    run.refresh_from_db()
    return run


def test_answers_are_hidden_until_all_are_in_and_then_grouped(client, finished, eva, bo):
    where = finished.mission.slug, finished.number
    assert "Answer at least one" in text(ask(client, "run_review", *where, user=eva, post={}))
    ask(client, "run_review", *where, user=eva, post={"worked": "Evas svar"})
    for user in (eva, bo):
        page = text(ask(client, "run_learning", *where, user=user))
        assert "1 of 2 have answered" in page
        assert "Evas svar" not in page
    assert "not all in" in text(ask(client, "run_close", *where, user=eva, post={"outcome": "Kept outcome"}))
    ask(client, "run_review", *where, user=bo, post={"worked": "Bos svar"})
    page = text(ask(client, "run_learning", *where, user=bo))
    assert page.index("What worked well") < page.index("Evas svar") < page.index("Bos svar")
    assert "shown to all already" in text(ask(client, "run_review", *where, user=bo, post={"worked": "Annat"}))
    ask(client, "run_close", *where, user=eva, post={"outcome": "It worked"})
    finished.refresh_from_db()
    assert (finished.state, finished.outcome) == (RunState.CLOSED, "It worked")


def test_who_has_left_is_not_waited_for(client, finished, eva, bo):
    learning.answer_review(finished, by=eva, worked="Ja")
    assert not learning.are_shown(finished)
    SpaceMember.objects.filter(user=bo).delete()
    assert learning.are_shown(finished)


def test_nobody_outside_reads_what_a_run_teaches(client, finished):
    where = finished.mission.slug, finished.number
    assert ask(client, "run_learning", *where).url.startswith("/en/account/login/")
    assert ask(client, "run_learning", *where, user=make_user()).status_code == 404


def test_proposals_are_made_voted_on_and_settled(client, finished, eva, bo):
    where = finished.mission.slug, finished.number
    said = {"stage": "ett", "part": "gate", "text": "Ask for the owner", "learning": "We had none"}
    ask(client, "proposal_new", *where, user=bo, post=said)
    for user, vote in ((eva, "yes"), (bo, "no"), (bo, "yes")):
        ask(client, "proposal_vote", *where, 1, user=user, post={"for": vote})
    assert "2 for, 0 against" in text(ask(client, "run_learning", *where, user=eva))
    ask(client, "proposal_vote", *where, 1, user=bo, post={"for": ""})
    assert "1 for, 0 against" in text(ask(client, "run_learning", *where, user=eva))
    refused = ask(client, "proposal_settle", *where, 1, user=eva, post={"state": "declined"})
    assert "why it is not taken up" in text(refused)
    ask(client, "proposal_settle", *where, 1, user=bo, post={"state": "taken"})
    assert finished.proposals.get().state == "open"
    ask(client, "proposal_settle", *where, 1, user=eva, post={"state": "taken"})
    assert finished.proposals.get().state == "taken"
    assert "The proposal is settled." in text(ask(client, "proposal_vote", *where, 1, user=bo, post={"for": "no"}))
    assert finished.proposals.get().votes.count() == 1


def test_a_stage_page_costs_the_same_whatever_the_run_holds(client, mission, eva):
    def queries(run):
        with CaptureQueriesContext(
            connection,
        ) as taken:
            assert ask(client, "run_stage", *stage_url(run), user=eva).status_code == 200
        return len(taken)

    small = runs.start_run(mission, by=eva, version=make_version())
    few = queries(small)
    other = make_mission(space=mission.space)
    large = runs.start_run(other, by=eva, version=make_version("ett", *(f"steg-{n}" for n in range(12))))
    stage = large.stages.get(state=StageState.OPEN)
    stage.run = large
    for number in range(6):
        runs.attach(stage, "ett-out", by=eva, thing={"url": f"https://example.org/{number}"})
    assert queries(large) <= few + 2
    assert few <= 31
