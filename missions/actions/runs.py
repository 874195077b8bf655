"""A run: starting it with a version of a method, working in its stages, deciding at its gates.

Every change begins with `enter_run`: the mission locked, the person's right judged anew, the run as it is now. Stages
come one after the other; `STAGE_STEPS` and `docs/states.md` say which state follows which decision.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.actions.workflow import Step
from actors.models import Representative
from missions.actions import told
from missions.actions.evidence import column_of
from missions.actions.mission import enter_mission, log
from missions.models import (
    GateAnswer,
    GateDecision,
    GateVerdict,
    MethodVersion,
    MissionState,
    Output,
    OutputEvidence,
    Review,
    Run,
    RunRole,
    RunStage,
    RunState,
    Said,
    StageState,
    Tick,
)
from platforms.actions import Frozen, NoEntry, Outdated, next_number
from platforms.models import SpaceMember
from web.text import readers

# What becomes of a stage: the decisions at its gate, which are named as their verdicts are, and leaving it out.
STAGE_STEPS = {
    "begin": Step(_("Begin"), (StageState.WAITING,), StageState.OPEN, "when no stage is open"),
    GateVerdict.GO: Step(_("Go on"), (StageState.OPEN,), StageState.PASSED, "coordinator"),
    GateVerdict.ADJUST: Step(_("Adjust"), (StageState.OPEN,), StageState.OPEN, "coordinator", needs_reason=True),
    GateVerdict.STOP: Step(_("Stop"), (StageState.OPEN,), StageState.STOPPED, "coordinator", needs_reason=True),
    "skip": Step(
        _("Leave out this stage"),
        (StageState.OPEN, StageState.WAITING),
        StageState.SKIPPED,
        "coordinator",
        needs_reason=True,
    ),
}
RUN_STEPS = {
    "look_back": Step(_("Look back"), (RunState.RUNNING,), RunState.REVIEWED, "when no stage is left"),
    "close": Step(_("Close the run"), (RunState.REVIEWED,), RunState.CLOSED, "coordinator"),
}
NOT_A_RUN_FOR = _("A candidate, or a mission that has ended or is led elsewhere, is not run by a method.")
RUNS_ALREADY = _("The mission runs by a method already. Close that run first.")
NOT_CURRENT = _("This version can not start new runs any more. Choose a newer one.")
IS_OVER = _("The run is over. It can be read, but nothing is added any more.")
GATES_CLOSED = _("The mission has ended, so the gates of its runs are closed. Take it up again, and the run goes on.")
NOT_OPEN = _("This stage is not going on now. Nothing was changed.")
UNKNOWN = _("There is no such thing in this stage.")
OPEN_QUESTIONS = _("Answered with yes must be: %(questions)s")
NEEDS_LEARNING = _("Write in one line what you learnt in this stage.")
NEEDS_REASON = _("Write the reason.")
NO_MEMBER = _("This person is not a member of the space.")


# ── Beginning and entering ───────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def start_run(mission, *, by, version):
    """Run the mission by `version`, which stays pinned; its first stage is open. Raises ValidationError."""
    mission = enter_mission(mission, by, lead=True)
    if mission.state not in (MissionState.FORMING, MissionState.STARTED):
        raise ValidationError(NOT_A_RUN_FOR, code="state")
    if mission.runs.running().exists():
        raise ValidationError(RUNS_ALREADY, code="running")
    version = MethodVersion.objects.select_for_update(of=("self",)).filter(pk=version.pk).first()
    if version is None or not version.is_current:
        raise ValidationError(NOT_CURRENT, code="retired")
    run = Run.objects.create(mission=mission, number=next_number(mission.runs), method_version=version, started_by=by)
    stages = [RunStage(run=run, stage=stage, position=stage.position) for stage in version.stages.order_by("position")]
    RunStage.objects.bulk_create(stages)
    open_next(run)
    log(mission, "run", by=by, reason=str(version))
    told.tell_members(mission, told.RUN, by=by)
    return run


def open_next(run):
    """Open the first stage that waits; without one the run is looked back on."""
    waiting = run.stages.filter(state__in=STAGE_STEPS["begin"].sources).order_by("position").first()
    if waiting is None:
        look_back(run)
        return
    waiting.state, waiting.opened_on = STAGE_STEPS["begin"].target, timezone.localdate()
    waiting.save(update_fields=["state", "opened_on"])


def look_back(run, *, was_stopped=False):
    """No stage is left: the people of the space are asked the five questions."""
    run.state, run.was_stopped = RUN_STEPS["look_back"].target, was_stopped
    run.save(update_fields=["state", "was_stopped"])
    members = SpaceMember.objects.writers().filter(space=run.mission.space_id)
    asked = [Review(run=run, user_id=member.user_id, on_behalf_of_id=member.on_behalf_of_id) for member in members]
    Review.objects.bulk_create(asked, ignore_conflicts=True)
    told.ask([review.user_id for review in asked], run)


def enter_run(run, by, *, lead=False, states=(RunState.RUNNING,), ended=False):
    """Lock the run's mission and judge the person's right anew; the run as it is now. Must run in a transaction.

    Raises NoEntry, PermissionDenied, or Frozen when the run is in none of `states`, or its mission has ended; what was
    learnt may be said then too (`ended`).
    """
    mission = enter_mission(run.mission, by, lead=lead, ended=True)
    row = mission.runs.filter(pk=run.pk).first()
    if row is None:
        raise NoEntry
    row.mission = mission
    if row.state not in states:
        raise Frozen(IS_OVER, code="frozen")
    if mission.is_ended and not ended:
        raise Frozen(GATES_CLOSED, code="frozen")
    return row


def _entered(stage, by, *, lead=False):
    """The stage of a run as it is now, which must be open."""
    run = enter_run(stage.run, by, lead=lead)
    row = run.stages.select_related("stage").filter(pk=stage.pk).first()
    if row is None:
        raise NoEntry
    row.run = run
    if row.state != StageState.OPEN:
        raise Frozen(NOT_OPEN, code="frozen")
    return row


def _known(items, key):
    if key not in {item["key"] for item in items}:
        raise ValidationError(UNKNOWN, code="unknown")


# ── Working in a stage ───────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def tick(stage, activity, *, by, done):
    """Say that an activity is done, or that it is not after all. Saying so twice changes nothing."""
    stage = _entered(stage, by)
    _known(stage.stage.activities, activity)
    if done:
        Tick.objects.get_or_create(stage=stage, activity=activity, defaults={"by": by})
    else:
        stage.ticks.filter(activity=activity).delete()


@transaction.atomic
def save_output(stage, key, *, by, version, text):
    """Write an output in words. Raises Outdated, with the row as it is, when it was saved since `version` (0: new)."""
    stage = _entered(stage, by)
    _known(stage.stage.outputs, key)
    row = stage.outputs.filter(key=key).first()
    if row and row.text == text:
        return row
    if (row.version if row else 0) != version:
        raise Outdated(row or Output(stage=stage, key=key, version=0))
    if row is None:
        return Output.objects.create(stage=stage, key=key, text=text, by=by)
    row.text, row.by, row.at, row.version = text, by, timezone.now(), row.version + 1
    row.save(update_fields=["text", "by", "at", "version"])
    return row


@transaction.atomic
def attach(stage, key, *, by, thing, words=""):
    """Add evidence to an output; `thing` is {column: id or address} of one thing. The output may have no words yet."""
    stage = _entered(stage, by)
    _known(stage.stage.outputs, key)
    column = column_of(stage.run.mission, thing)
    output, _is_new = Output.objects.get_or_create(stage=stage, key=key, defaults={"by": by})
    return OutputEvidence.objects.create(output=output, by=by, words=words, **column)


@transaction.atomic
def detach(evidence, *, by):
    """Take evidence away from an output again."""
    stage = _entered(evidence.output.stage, by)
    OutputEvidence.objects.filter(pk=evidence.pk, output__stage=stage).delete()


@transaction.atomic
def set_roles(run, *, by, holders):
    """Say who has which role: {role: (users, actors)}. People must be members of the space."""
    run = enter_run(run, by)
    members = set(SpaceMember.objects.filter(space=run.mission.space_id).values_list("user_id", flat=True))
    rows = []
    for role, (users, actors) in holders.items():
        if {user.pk for user in users} - members:
            raise ValidationError(NO_MEMBER, code="member")
        rows += [RunRole(run=run, role=role, user=user) for user in users]
        rows += [RunRole(run=run, role=role, actor=actor) for actor in actors]
    run.roles.filter(role__in=holders).delete()
    RunRole.objects.bulk_create(rows)


# ── The gate ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def answer(stage, *, by, answers):
    """Answer questions of the gate: {key: (answer, note)}. An answer of "" takes the earlier one away."""
    stage = _entered(stage, by)
    save_answers(stage, by, answers)


def save_answers(stage, by, answers):
    for key, (said, note) in answers.items():
        _known(stage.stage.gate, key)
        if not said:
            stage.answers.filter(key=key).delete()
            continue
        now = {"answer": said, "note": note, "by": by, "at": timezone.now()}
        row = stage.answers.filter(key=key).first()
        if row is None or (row.answer, row.note) != (said, note):
            GateAnswer.objects.update_or_create(stage=stage, key=key, defaults=now)


def unanswered(stage):
    """The required questions of the gate whose answer is not yes."""
    said = dict(stage.answers.values_list("key", "answer"))
    return [question for question in stage.stage.gate if question["required"] and said.get(question["key"]) != Said.YES]


@transaction.atomic
def decide(stage, *, by, verdict, reason="", learning="", answers=None):
    """Decide at the gate of the open stage, together with answers given in the same form.

    Going on needs a yes to each required question, and the learning in one line; adjusting and stopping need a reason.
    Raises PermissionDenied for who does not lead, ValidationError by field.
    """
    stage = _entered(stage, by, lead=True)
    save_answers(stage, by, answers or {})
    _judge(stage, verdict, reason, learning)
    GateDecision.objects.create(stage=stage, verdict=verdict, reason=reason, by=by, on_behalf_of=_behalf(stage, by))
    target = STAGE_STEPS[verdict].target
    if target != StageState.OPEN:
        _close(stage, target, reason=reason if verdict == GateVerdict.STOP else "", learning=learning)
        _after(stage, was_stopped=verdict == GateVerdict.STOP)
    log(stage.run.mission, f"gate_{verdict}", by=by, reason=str(stage.stage))
    told.tell_members(stage.run.mission, told.GATE, by=by)
    return stage


def _judge(stage, verdict, reason, learning):
    """Say all that stands in the way at once, by field."""
    wrong = {}
    if STAGE_STEPS[verdict].needs_reason and not reason:
        wrong["reason"] = NEEDS_REASON
    if verdict != GateVerdict.ADJUST and not learning:
        wrong["learning"] = NEEDS_LEARNING
    if verdict == GateVerdict.GO and (missing := unanswered(stage)):
        names = " ".join(f"“{readers(question['sv'], question['en'])}”" for question in missing)
        wrong["verdict"] = ValidationError(OPEN_QUESTIONS, params={"questions": names})
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def skip(stage, *, by, reason):
    """Leave out a stage that is open or waits, with the reason. Raises PermissionDenied or ValidationError."""
    run = enter_run(stage.run, by, lead=True)
    row = run.stages.select_related("stage").filter(pk=stage.pk).first()
    if row is None:
        raise NoEntry
    row.run = run
    if row.state not in STAGE_STEPS["skip"].sources:
        raise Frozen(NOT_OPEN, code="frozen")
    if not reason:
        raise ValidationError({"reason": NEEDS_REASON})
    was_open = row.state == StageState.OPEN
    _close(row, STAGE_STEPS["skip"].target, reason=reason)
    if was_open:
        _after(row)
    log(run.mission, "stage_skip", by=by, reason=f"{row.stage}: {reason}")
    return row


def _close(stage, state, *, reason="", learning=""):
    stage.state, stage.closed_on, stage.reason, stage.learning = state, timezone.localdate(), reason, learning
    stage.save(update_fields=["state", "closed_on", "reason", "learning"])


def _after(stage, *, was_stopped=False):
    if was_stopped:
        look_back(stage.run, was_stopped=True)
    else:
        open_next(stage.run)


def _behalf(stage, by):
    """The organisation that the person decides for: that of their membership, else the one they represent alone."""
    member = SpaceMember.objects.filter(space=stage.run.mission.space_id, user=by).first()
    if member:
        return member.on_behalf_of
    theirs = Representative.objects.filter(user=by).select_related("actor")[:2]
    return theirs[0].actor if len(theirs) == 1 else None
