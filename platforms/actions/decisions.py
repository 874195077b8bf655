"""Decisions: proposing, answering, writing down what came of it. All under the space's lock, so that an answer and the
outcome come one after the other."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models import Why
from platforms.actions.rooms import Outdated, enter, next_number, tell
from platforms.actions.told import tell_closely
from platforms.models import Answer, Decision, DecisionAnswer, DecisionState, Presence, SpaceMember, Verb, Way
from platforms.names import name_of

TEXT = ("title", "proposal", "way", "deciders", "answer_by")
NO_SAY = _("This is decided by the coordinators.")
NOT_YOURS = _("Only the person who proposed it, or a coordinator, can do this.")
RECORDERS = _("A coordinator writes down the outcome. Whoever proposed it can withdraw it.")
IS_RECORDED = _("The outcome has been written down; nothing is changed after that.")
IS_ANSWERED = _("Somebody has answered, so the proposal stands as it is. Withdraw it and write a new one instead.")
WHY_OBJECTS = _("Say what you object to, and what would make it possible for you to live with it.")
OBJECTED = _("There is an objection. Write how it was dealt with before it can count as decided.")
CONTRADICTS = _("The answers here say otherwise. Write why the outcome is another.")
IN_FUTURE = _("The date lies in the future. Give the day when it was decided.")


@transaction.atomic
def propose(space, *, by, **text):
    """Put a proposal to the space; `text` holds the fields of TEXT."""
    row, member = enter(space, by, write=True)
    decision = Decision.objects.create(
        space=row, number=next_number(row.decisions), by=by, on_behalf_of=member.on_behalf_of, **text
    )
    decide = set(decision.deciding_members().values_list("user_id", flat=True)) - {by.pk}
    tell(member, Verb.PROPOSED, decision=decision, personal=decide)
    tell_closely(decide, decision, row.pk, verb=Verb.PROPOSED, why=Why.DECIDES)
    return decision


def _locked(decision, by, **rights):
    """Enter the decision's space; (the membership, the decision as it is now). Raises also when it is recorded."""
    row, member = enter(decision.space, by, **rights)
    decision = row.decisions.get(pk=decision.pk)
    decision.space = row
    if not decision.is_open:
        raise ValidationError(IS_RECORDED, code="recorded")
    return member, decision


@transaction.atomic
def edit(decision, *, by, version, **text):
    """Change a proposal that nobody has answered. Raises Outdated when it was saved since `version`."""
    member, decision = _locked(decision, by, write=True)
    if not (member.is_coordinator or decision.by_id == by.pk):
        raise PermissionDenied(NOT_YOURS)
    if decision.answers.exists():
        raise ValidationError(IS_ANSWERED, code="answered")
    if decision.version != version:
        raise Outdated(decision)
    for name, value in text.items():
        setattr(decision, name, value)
    decision.version += 1
    decision.save(update_fields=[*text, "version"])
    return decision


@transaction.atomic
def answer(decision, *, by, answer, comment=""):
    """Say yes, no or abstain, or change one's answer, until the outcome is recorded."""
    member, decision = _locked(decision, by, write=True)
    if not decision.is_decided_by(member):
        raise PermissionDenied(NO_SAY)
    if decision.way == Way.CONSENT and answer == Answer.NO and not comment:
        raise ValidationError({"comment": WHY_OBJECTS})
    said = {"answer": answer, "comment": comment, "at": timezone.now(), "on_behalf_of": member.on_behalf_of}
    DecisionAnswer.objects.update_or_create(decision=decision, user=by, defaults=said)


@transaction.atomic
def record(decision, *, by, state, outcome, decided_on, present=(), resolution=""):
    """Write down what came of a proposal. `present` holds ids of members; their names stand as they are today."""
    member, decision = _locked(decision, by, write=True)
    withdraws = state == DecisionState.WITHDRAWN and decision.by_id == by.pk
    if not (member.is_coordinator or withdraws):
        raise PermissionDenied(RECORDERS)
    if decided_on and decided_on > timezone.localdate():
        raise ValidationError({"decided_on": IN_FUTURE})
    if not resolution and (why := what_must_be_explained(decision, state)):
        raise ValidationError({"resolution": why})
    decision.state, decision.outcome, decision.resolution = state, outcome, resolution
    decision.decided_on, decision.decided_by = decided_on, by
    decision.save(update_fields=["state", "outcome", "resolution", "decided_on", "decided_by"])
    were_there = SpaceMember.objects.filter(space_id=decision.space_id, user_id__in=present)
    Presence.objects.bulk_create(
        Presence(decision=decision, user=one.user, name=name_of(one.user)[:120], on_behalf_of_id=one.on_behalf_of_id)
        for one in were_there.select_related("user")
    )
    tell(member, Verb.DECIDED, decision=decision)
    return decision


def what_must_be_explained(decision, state):
    """Why `state` needs an explanation, seen from the answers; "" when it needs none."""
    tally = tally_of(decision)
    if decision.way == Way.CONSENT:
        return OBJECTED if state == DecisionState.DECIDED and tally[Answer.NO] else ""
    if state == DecisionState.WITHDRAWN or not sum(tally.values()):
        return ""
    return "" if state == outcome_of(tally) else CONTRADICTS


def tally_of(decision):
    said = list(decision.answers.values_list("answer", flat=True))
    return {choice: said.count(choice) for choice in Answer.values}


def outcome_of(tally):
    """What a vote comes to: as many no as yes is not enough."""
    return DecisionState.DECIDED if tally[Answer.YES] > tally[Answer.NO] else DecisionState.REJECTED
