"""What a run teaches: the five questions, proposals and their votes, and closing the run.

Answers are read by nobody before all are in, or the time for them is up.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.actions.workflow import Step
from missions.actions import told
from missions.actions.mission import log
from missions.actions.runs import RUN_STEPS, enter_run
from missions.models import Proposal, ProposalState, ProposalVote, Review, RunState
from platforms.actions import NoEntry, next_number
from platforms.models import SpaceMember

# Nothing is settled for good: a proposal that was not taken up may be, later on.
STEPS = {
    "take": Step(_("Take it up"), (ProposalState.OPEN, ProposalState.DECLINED), ProposalState.TAKEN, "coordinator"),
    "decline": Step(
        _("Not take it up"),
        (ProposalState.OPEN, ProposalState.TAKEN),
        ProposalState.DECLINED,
        "coordinator",
        needs_reason=True,
    ),
}
QUESTIONS = ("worked", "hindered", "missing", "surprise", "change")
READ_ALREADY = _("The answers are shown to all already, so none is changed any more.")
NOTHING_SAID = _("Answer at least one of the questions.")
NO_STAGE = _("There is no such stage in the run.")
NOT_YET = _("The answers are not all in yet. The run can be closed when they are, or when the time for them is up.")
NEEDS_OUTCOME = _("Write in words what the run came to.")


def reviews_of(run):
    """The reviews that count: of those who may write in the space still, and of those who have answered."""
    members = SpaceMember.objects.writers().filter(space=run.mission.space_id).values("user")
    rows = run.reviews.select_related("user", "on_behalf_of")
    return rows.filter(user__in=members) | rows.exclude(answered_at=None)


def are_shown(run):
    """Whether everybody inside may read the answers."""
    if run.state == RunState.CLOSED:
        return True
    waiting = reviews_of(run).filter(answered_at=None)
    return (
        run.state == RunState.REVIEWED
        and not waiting.filter(asked_at__gt=timezone.now() - told.TIME_TO_ANSWER).exists()
    )


@transaction.atomic
def answer_review(run, *, by, **answers):
    """Save one's answers to the five questions; they can be changed until all are shown. Raises ValidationError."""
    run = enter_run(run, by, states=(RunState.REVIEWED,), ended=True)
    if not any(answers.values()):
        raise ValidationError(NOTHING_SAID, code="empty")
    if are_shown(run) and run.reviews.exclude(user=by).exists():
        raise ValidationError(READ_ALREADY, code="shown")
    member = SpaceMember.objects.filter(space=run.mission.space_id, user=by).first()
    said = answers | {"answered_at": timezone.now(), "on_behalf_of": member and member.on_behalf_of}
    Review.objects.update_or_create(run=run, user=by, defaults=said)


# ── Proposals ────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose(run, *, by, stage, part, text, learning):
    """Propose a change of the method, with what taught it. `stage` is a slug of the run's stages, or ""."""
    run = enter_run(run, by, states=(RunState.RUNNING, RunState.REVIEWED), ended=True)
    if stage and not run.stages.filter(stage__slug=stage).exists():
        raise ValidationError({"stage": NO_STAGE})
    member = SpaceMember.objects.filter(space=run.mission.space_id, user=by).first()
    proposal = Proposal.objects.create(
        run=run,
        number=next_number(run.proposals),
        stage=stage,
        part=part,
        text=text,
        learning=learning,
        by=by,
        on_behalf_of=member and member.on_behalf_of,
    )
    told.tell_members(run.mission, told.PROPOSED, by=by)
    return proposal


def _open(proposal, by, *, lead=False):
    run = enter_run(proposal.run, by, lead=lead, states=tuple(RunState), ended=True)
    row = run.proposals.filter(pk=proposal.pk).first()
    if row is None:
        raise NoEntry
    row.run = run
    return row


@transaction.atomic
def vote(proposal, *, by, is_for):
    """Say yes or no to a proposal that is open; None takes the vote back."""
    proposal = _open(proposal, by)
    if proposal.state != ProposalState.OPEN:
        raise ValidationError(_("The proposal is settled."), code="settled")
    if is_for is None:
        proposal.votes.filter(user=by).delete()
    else:
        ProposalVote.objects.update_or_create(proposal=proposal, user=by, defaults={"is_for": is_for})


@transaction.atomic
def settle(proposal, *, by, state, answer=""):
    """Who leads the mission takes a proposal up, or not, and says why not."""
    proposal = _open(proposal, by, lead=True)
    step = next(step for step in STEPS.values() if step.target == state)
    if step.needs_reason and not answer:
        raise ValidationError({"answer": _("Say in a line why it is not taken up.")})
    proposal.state, proposal.answer = state, answer
    proposal.save(update_fields=["state", "answer"])


# ── The end of a run ─────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def close(run, *, by, outcome):
    """Close the run with its outcome in words. Raises PermissionDenied or ValidationError."""
    run = enter_run(run, by, lead=True, states=RUN_STEPS["close"].sources, ended=True)
    if not outcome:
        raise ValidationError({"outcome": NEEDS_OUTCOME})
    if not are_shown(run):
        raise ValidationError(NOT_YET, code="waiting")
    run.state, run.outcome, run.closed_on = RUN_STEPS["close"].target, outcome, timezone.localdate()
    run.save(update_fields=["state", "outcome", "closed_on"])
    log(run.mission, "run_close", by=by)
    told.tell_members(run.mission, told.RUN, by=by)
    return run
