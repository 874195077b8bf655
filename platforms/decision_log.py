"""The decision log of a space as rows: everything that one needs to know of each decision, in a table."""

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from platforms.models import Answer, DecisionAnswer
from platforms.names import name_of

COLUMNS = {
    "number": _("Number"),
    "title": _("What is to be decided"),
    "proposal": _("The proposal"),
    "state": _("Outcome"),
    "decided_on": _("Date of the decision"),
    "outcome": _("The decision in words"),
    "resolution": _("How objections were dealt with"),
    "present": _("Who was present"),
    "way": _("How it is decided"),
    "deciders": _("Who decides"),
    "yes": _("Yes"),
    "no": _("No or objection"),
    "abstain": _("Abstained"),
    "comments": _("Answers with a comment"),
    "proposed_by": _("Proposed by"),
    "proposed_for": _("On behalf of"),
    "created_at": _("Proposed"),
    "answer_by": _("Answer by"),
    "recorded_by": _("Recorded by"),
}


def rows(space):
    """One dict of COLUMNS for each decision of the space, oldest first."""
    answers = DecisionAnswer.objects.select_related("user", "on_behalf_of")
    decisions = space.decisions.order_by("number").select_related("by", "on_behalf_of", "decided_by")
    decisions = decisions.prefetch_related("presences__on_behalf_of", Prefetch("answers", answers))
    return (_row(decision) for decision in decisions.iterator(chunk_size=100))


def _row(decision):
    said = list(decision.answers.all())
    count = {choice: sum(one.answer == choice for one in said) for choice in Answer.values}
    comments = [
        f"{who(name_of(one.user), one.on_behalf_of)}: {one.get_answer_display()} – {one.comment}" for one in said
    ]
    return {
        "number": decision.number,
        "title": decision.title,
        "proposal": decision.proposal,
        "state": decision.get_state_display(),
        "decided_on": decision.decided_on,
        "outcome": decision.outcome,
        "resolution": decision.resolution,
        "present": ", ".join(who(one.name, one.on_behalf_of) for one in decision.presences.all()),
        "way": decision.get_way_display(),
        "deciders": decision.get_deciders_display(),
        **count,
        "comments": "\n".join(text for text, one in zip(comments, said, strict=True) if one.comment),
        "proposed_by": name_of(decision.by),
        "proposed_for": str(decision.on_behalf_of or ""),
        "created_at": decision.created_at,
        "answer_by": decision.answer_by,
        "recorded_by": name_of(decision.decided_by) if decision.decided_on else "",
    }


def who(person, organisation):
    return f"{person} ({organisation})" if organisation else person
