"""The share of runs in my data, closing an account and the purge."""

from django.db.models import Exists, OuterRef, Q

from accounts.mine import Part
from missions.actions.learning import QUESTIONS
from missions.models import (
    GateAnswer,
    GateDecision,
    Output,
    OutputEvidence,
    Proposal,
    ProposalVote,
    Review,
    Run,
    RunRole,
    Tick,
)

WRITERS = ((Run, "started_by"), (Review, "user"), (Proposal, "by"), (ProposalVote, "user"), (RunRole, "user"))
WRITERS += tuple((model, "by") for model in (Tick, Output, OutputEvidence, GateAnswer, GateDecision))


def _of(run, row, *names):
    return {"run": run, **{name: getattr(row, name) for name in names}}


class RunPart(Part):
    """What a person answered, proposed and wrote in runs. A run is named only while the person may see its mission."""

    key = "runs"
    order = 7

    def data(self, user):
        seen = {run.pk: str(run) for run in Run.objects.visible_to(user).select_related("mission")}
        reviews = Review.objects.filter(user=user).exclude(answered_at=None).order_by("pk")
        outputs = Output.objects.filter(by=user).select_related("stage").order_by("pk")
        return {
            "looked_back": [_of(seen.get(one.run_id), one, *QUESTIONS) for one in reviews],
            "proposed": [
                _of(seen.get(one.run_id), one, "text", "learning", "state")
                for one in Proposal.objects.filter(by=user).order_by("pk")
            ],
            "outputs_last_written": [_of(seen.get(one.stage.run_id), one, "text") for one in outputs],
            "votes": ProposalVote.objects.filter(user=user).count(),
        }

    def close(self, user):
        """Nobody waits for the answers of who has gone, and they hold no role any more."""
        Review.objects.filter(user=user, answered_at=None).delete()
        RunRole.objects.filter(user=user).delete()

    def is_used(self, users):
        found = Q()
        for model, name in WRITERS:
            found |= Q(Exists(model.objects.filter(**{name: OuterRef("pk")})))
        return users.filter(found)
