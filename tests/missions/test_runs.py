"""A run by a method: its stages in order, their gates, outputs and evidence, and what never changes."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from accounts.models import AuditEntry
from missions import content
from missions.actions import learning, moving, runs
from missions.models import (
    MethodRole,
    MethodVersion,
    Mission,
    MissionState,
    OutputEvidence,
    Review,
    Run,
    RunState,
    StageState,
)
from missions.runs import roles_of
from platforms.actions import Frozen, NoEntry, Outdated
from platforms.models import SpaceMember
from tests.factories import make_actor, make_decision, make_document, make_space, make_user
from tests.missions.making import make_mission
from tests.missions.running import go, make_said, make_version

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
def space(eva, bo):
    space = make_space(coordinator=eva)
    SpaceMember.objects.create(space=space, user=bo)
    return space


@pytest.fixture
def mission(space):
    return make_mission(space=space)


@pytest.fixture
def run(mission, eva):
    return runs.start_run(mission, by=eva, version=make_version())


def stages(run):
    return [(row.stage.slug, row.state) for row in run.stages.select_related("stage").order_by("position")]


def here(run):
    stage = run.stages.select_related("stage").get(state=StageState.OPEN)
    stage.run = run
    return stage


# ── Starting ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_run_pins_a_version_and_opens_its_first_stage(mission, eva):
    version = make_version()
    run = runs.start_run(mission, by=eva, version=version)

    assert (run.number, run.method_version, run.state) == (1, version, RunState.RUNNING)
    assert stages(run) == [("ett", "open"), ("tva", "waiting"), ("tre", "waiting")]
    assert AuditEntry.objects.filter(verb="mission.run", by=eva).count() == 1


@pytest.mark.parametrize("state", [MissionState.CANDIDATE, MissionState.DOCUMENTED])
def test_a_candidate_and_a_mission_led_elsewhere_are_not_run(mission, eva, state):
    mission.state = state
    mission.save()
    with pytest.raises(ValidationError, match="candidate"):
        runs.start_run(mission, by=eva, version=make_version())


def test_one_run_at_a_time_and_only_with_a_version_that_is_current(mission, eva):
    old, draft = make_version(), content.write(make_version().method, 9, make_said("ett"))
    MethodVersion.objects.filter(pk=old.pk).update(retired_at=timezone.now())
    for version in (old, draft):
        with pytest.raises(ValidationError, match="version"):
            runs.start_run(mission, by=eva, version=version)
    first = runs.start_run(mission, by=eva, version=make_version())
    with pytest.raises(ValidationError, match="already"):
        runs.start_run(mission, by=eva, version=make_version())
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(mission=mission, number=2, method_version=first.method_version)


def test_only_who_coordinates_the_space_starts_and_decides(run, mission, bo):
    with pytest.raises(PermissionDenied):
        runs.decide(here(run), by=bo, verdict="go", learning="x")
    with pytest.raises(PermissionDenied):
        runs.skip(here(run), by=bo, reason="x")
    with pytest.raises(NoEntry):
        runs.tick(here(run), "ett-act", by=make_user(), done=True)
    run.delete()
    with pytest.raises(PermissionDenied):
        runs.start_run(mission, by=bo, version=make_version())


# ── Working ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_activity_is_ticked_once_and_can_be_unticked(run, bo):
    for _twice in range(2):
        runs.tick(here(run), "ett-act", by=bo, done=True)
    assert [(tick.activity, tick.by) for tick in here(run).ticks.all()] == [("ett-act", bo)]
    runs.tick(here(run), "ett-act", by=bo, done=False)
    assert not here(run).ticks.exists()
    with pytest.raises(ValidationError):
        runs.tick(here(run), "other", by=bo, done=True)


def test_two_who_write_the_same_output_are_told_and_nothing_is_lost(run, eva, bo):
    first = runs.save_output(here(run), "ett-out", by=eva, version=0, text="Evas ord")
    with pytest.raises(Outdated) as error:
        runs.save_output(here(run), "ett-out", by=bo, version=0, text="Bos ord")
    assert (error.value.current.text, error.value.current.version) == ("Evas ord", 1)
    again = runs.save_output(here(run), "ett-out", by=bo, version=first.version, text="Båda")
    assert (again.text, again.version, again.by) == ("Båda", 2, bo)


def test_the_same_words_again_are_no_conflict(run, eva):
    runs.save_output(here(run), "ett-out", by=eva, version=0, text="Ord")
    assert runs.save_output(here(run), "ett-out", by=eva, version=0, text="Ord").version == 1


def test_a_stage_that_is_not_open_takes_no_work(run, eva):
    waiting = run.stages.get(stage__slug="tre")
    waiting.run = run
    for act in (
        lambda: runs.tick(waiting, "tre-act", by=eva, done=True),
        lambda: runs.save_output(waiting, "tre-out", by=eva, version=0, text="x"),
        lambda: runs.answer(waiting, by=eva, answers={"tre-must": ("yes", "")}),
        lambda: runs.decide(waiting, by=eva, verdict="go", learning="x"),
    ):
        with pytest.raises(Frozen):
            act()


def test_evidence_is_one_thing_of_the_missions_own_space(run, space, eva):
    document, decision = make_document(space, by=eva), make_decision(space, by=eva)
    elsewhere = make_document(make_space(coordinator=eva), by=eva)
    runs.attach(here(run), "ett-out", by=eva, thing={"document": document.pk}, words="Brief")
    runs.attach(here(run), "ett-out", by=eva, thing={"decision": decision.pk})
    runs.attach(here(run), "ett-out", by=eva, thing={"url": "https://example.org/"})
    with pytest.raises(ValidationError):
        runs.attach(here(run), "ett-out", by=eva, thing={"document": elsewhere.pk})
    assert OutputEvidence.objects.count() == 3
    runs.detach(OutputEvidence.objects.select_related("output").first(), by=eva)
    assert OutputEvidence.objects.count() == 2


def test_roles_are_held_by_members_and_who_has_left_holds_none(run, eva, bo):
    role = MethodRole.objects.create(slug="leader", name_sv="Ledare")
    actor = make_actor("Firm")
    runs.set_roles(run, by=eva, holders={role: ([bo], [actor])})
    [(_role, holders)], missing = roles_of(run, ["leader"])
    assert [(holder.user, holder.actor) for holder in holders] == [(bo, None), (None, actor)]
    assert missing == []
    with pytest.raises(ValidationError):
        runs.set_roles(run, by=eva, holders={role: ([make_user()], [])})
    runs.set_roles(run, by=eva, holders={role: ([bo], [])})
    SpaceMember.objects.filter(user=bo).delete()
    assert roles_of(run, ["leader"])[1] == [role]


# ── The gate ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_going_on_needs_a_yes_to_each_required_question_and_a_learning(run, eva):
    with pytest.raises(ValidationError) as error:
        runs.decide(here(run), by=eva, verdict="go", learning="x", answers={"ett-must": ("partly", "")})
    assert "verdict" in error.value.error_dict
    with pytest.raises(ValidationError) as error:
        runs.decide(here(run), by=eva, verdict="go", answers={"ett-must": ("yes", "")})
    assert "learning" in error.value.error_dict
    with pytest.raises(ValidationError) as error:
        runs.decide(here(run), by=eva, verdict="go", answers={"ett-must": ("no", "")})
    assert set(error.value.error_dict) == {"verdict", "learning"}, "both at once"
    assert stages(run)[0] == ("ett", "open")
    runs.decide(here(run), by=eva, verdict="go", learning="Ask earlier", answers={"ett-must": ("yes", "")})
    assert stages(run) == [("ett", "passed"), ("tva", "open"), ("tre", "waiting")]
    assert run.stages.get(position=1).learning == "Ask earlier"


def test_adjusting_leaves_the_stage_open_with_the_reason_and_stopping_ends_the_run(run, eva, bo):
    for verdict in ("adjust", "stop"):
        with pytest.raises(ValidationError) as error:
            runs.decide(here(run), by=eva, verdict=verdict, learning="x")
        assert "reason" in error.value.error_dict
    runs.decide(here(run), by=eva, verdict="adjust", reason="More data")
    assert stages(run)[0] == ("ett", "open")
    runs.decide(here(run), by=eva, verdict="stop", reason="No owner", learning="Find the owner first")
    run.refresh_from_db()
    assert (run.state, run.was_stopped, stages(run)[0]) == (RunState.REVIEWED, True, ("ett", "stopped"))
    assert [one.verdict for one in run.stages.get(position=1).decisions.all()] == ["adjust", "stop"]
    assert set(Review.objects.values_list("user", flat=True)) == {eva.pk, bo.pk}


def test_leaving_out_a_stage_needs_a_reason_and_opens_the_next(run, eva):
    with pytest.raises(ValidationError):
        runs.skip(here(run), by=eva, reason="")
    waiting = run.stages.get(stage__slug="tva")
    waiting.run = run
    runs.skip(waiting, by=eva, reason="Done before")
    assert stages(run) == [("ett", "open"), ("tva", "skipped"), ("tre", "waiting")]
    runs.skip(here(run), by=eva, reason="Done before")
    assert stages(run) == [("ett", "skipped"), ("tva", "skipped"), ("tre", "open")]


def test_the_gates_of_a_run_are_closed_while_its_mission_has_ended(run, mission, eva):
    stage = here(run)
    acts = (
        lambda: go(stage, eva),
        lambda: runs.answer(stage, by=eva, answers={"ett-must": ("yes", "")}),
        lambda: runs.skip(stage, by=eva, reason="No time"),
        lambda: runs.tick(stage, "ett-act", by=eva, done=True),
        lambda: runs.save_output(stage, "ett-out", by=eva, version=0, text="Too late"),
        lambda: runs.set_roles(run, by=eva, holders={}),
        lambda: moving.move(run, by=eva, version=make_version(method=run.method_version.method), seen=[]),
    )
    Mission.objects.filter(pk=mission.pk).update(state="ended", ended_on=timezone.localdate())
    for act in acts:
        with pytest.raises(Frozen, match="gates of its runs are closed"):
            act()
    learning.propose(run, by=eva, stage="", part="stage", text="Ask first", learning="We asked last")
    assert stages(run)[0] == ("ett", "open")
    Mission.objects.filter(pk=mission.pk).update(state="forming", ended_on=None)
    go(here(run), eva)
    assert stages(run)[:2] == [("ett", "passed"), ("tva", "open")]


def test_after_the_last_gate_the_run_is_looked_back_on(run, eva):
    for _stage in range(3):
        go(here(run), eva)
    run.refresh_from_db()
    assert run.state == RunState.REVIEWED
    with pytest.raises(Frozen):
        runs.skip(run.stages.first(), by=eva, reason="x")


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_close_the_stage_once(run, eva):
    stage, faults = here(run), []

    def decide():
        try:
            go(stage, eva)
        except Frozen:
            faults.append("frozen")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == ["frozen"]
    assert stages(run) == [("ett", "passed"), ("tva", "open"), ("tre", "waiting")]


# ── What never changes, and moving ───────────────────────────────────────────────────────────────────────────────────
def everything(run):
    """All that a run holds, as plain values."""
    found = [Run.objects.filter(pk=run.pk).values().get()]
    for stage in run.stages.order_by("position"):
        found.append(content.read_stage(stage.stage))
        for rows in (stage.ticks, stage.outputs, stage.answers, stage.decisions):
            found += list(rows.order_by("pk").values())
    return found


def test_publishing_and_retiring_other_versions_changes_no_byte_of_a_run(run, eva):
    runs.tick(here(run), "ett-act", by=eva, done=True)
    runs.save_output(here(run), "ett-out", by=eva, version=0, text="Ord")
    before = everything(run)

    make_version("ett", "nytt", method=run.method_version.method)
    MethodVersion.objects.filter(method=run.method_version.method).update(retired_at=timezone.now())

    assert everything(run) == before


def test_moving_shows_what_happens_first_and_then_does_just_that(run, eva):
    go(here(run), eva)
    runs.tick(here(run), "tva-act", by=eva, done=True)
    newer = make_version("ett", "tva", "fyra", method=run.method_version.method)

    shown = moving.preview(run, newer)
    assert moving.facts(shown) == [["frozen", "ett"], ["kept", "tva"], ["added", "fyra"], ["dropped", "tre"]]
    assert stages(run) == [("ett", "passed"), ("tva", "open"), ("tre", "waiting")]
    moving.move(run, by=eva, version=newer, seen=moving.facts(shown))

    run.refresh_from_db()
    assert (run.method_version, stages(run)) == (newer, [("ett", "passed"), ("tva", "open"), ("fyra", "waiting")])
    assert here(run).stage.version == newer
    assert here(run).ticks.get().activity == "tva-act"
    assert run.stages.get(position=1).stage.version != newer
    assert [(move.source.number, move.target.number) for move in run.moves.all()] == [(1, 2)]


def test_nothing_moves_when_something_changed_since_it_was_shown(run, eva):
    newer = make_version("ett", "tre", method=run.method_version.method)
    seen = moving.facts(moving.preview(run, newer))
    go(here(run), eva)
    with pytest.raises(ValidationError, match="changed"):
        moving.move(run, by=eva, version=newer, seen=seen)
    assert stages(run)[1] == ("tva", "open")


def test_an_open_stage_that_the_newer_version_lacks_keeps_its_work(run, eva):
    runs.save_output(here(run), "ett-out", by=eva, version=0, text="Ord")
    newer = make_version("noll", "tre", method=run.method_version.method)
    shown = moving.preview(run, newer)
    moving.move(run, by=eva, version=newer, seen=moving.facts(shown))
    assert stages(run) == [("ett", "open"), ("noll", "waiting"), ("tre", "waiting")]
    assert here(run).outputs.get().text == "Ord"


def test_a_run_is_moved_within_its_own_method_alone_and_by_who_leads(run, eva, bo):
    other, newer = make_version(), make_version("ett", method=run.method_version.method)
    for version, by, error in (
        (other, eva, ValidationError),
        (run.method_version, eva, ValidationError),
        (newer, bo, PermissionDenied),
    ):
        with pytest.raises(error):
            moving.move(run, by=by, version=version, seen=moving.facts(moving.preview(run, version)))


def test_only_who_coordinates_the_space_settles_proposals_and_closes_a_run(run, eva, bo):
    proposal = learning.propose(run, by=bo, stage="", part="stage", text="Ask first", learning="We asked last")
    runs.decide(here(run), by=eva, verdict="stop", reason="No owner", learning="Find the owner first")
    run.refresh_from_db()
    for act in (
        lambda by: learning.settle(proposal, by=by, state="taken"),
        lambda by: learning.close(run, by=by, outcome="It came to something"),
    ):
        for person, error in ((bo, PermissionDenied), (make_user(), NoEntry)):
            with pytest.raises(error):
                act(person)
    run.refresh_from_db()
    assert run.state == RunState.REVIEWED
