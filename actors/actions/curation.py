"""Decisions on who may speak for an actor."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from actors.models import Actor, Claim, ClaimState, Representative, RepresentativeRole
from notifications.actions import queue_email

CLAIM_MAILS = {ClaimState.APPROVED: "claim_approved", ClaimState.REFUSED: "claim_refused"}


def claim_mail(claim, state, *, text=""):
    """The mail that a decision on `claim` sends, as `queue_email` takes it, without the key."""
    person, actor = claim.user, claim.actor
    return {
        "to": person.email,
        "user": person,
        "template": CLAIM_MAILS[state],
        "language": person.language,
        "context": {"name": person.name, "actor": actor.name, "slug": actor.slug, "text": text},
    }


def may_decide(claim, by):
    """A curator, or an owner of the actor that the claim is about."""
    owners = Representative.objects.filter(actor=claim.actor_id, role=RepresentativeRole.OWNER)
    return by.has_perm("actors.curate_actor") or owners.filter(user=by.pk).exists()


def _lock_open(claim, by):
    Actor.objects.select_for_update().get(pk=claim.actor_id)
    if not may_decide(claim, by):
        raise PermissionDenied
    row = Claim.objects.select_for_update(of=("self",)).select_related("actor", "user").get(pk=claim.pk)
    if row.state != ClaimState.OPEN:
        text = _("The claim by %(person)s is already decided: %(state)s. Nothing was changed and no mail was sent.")
        params = {"person": row.user, "state": row.get_state_display()}
        raise ValidationError(text, code="state", params=params)
    return row


def _decide(claim, state, *, by, text):
    claim.state, claim.reason = state, text
    claim.decided_at, claim.decided_by = timezone.now(), by
    claim.save()
    verb = "claim.approve" if state == ClaimState.APPROVED else "claim.refuse"
    AuditEntry.objects.record(by=by, verb=verb, target=claim, reason=text)
    if claim.user.is_active:
        queue_email(**claim_mail(claim, state, text=text), key=f"{CLAIM_MAILS[state]}:{claim.pk}")
    return claim


@transaction.atomic
def approve_claim(claim, *, by, message=""):
    """Let the claimant edit the actor's profile: as its owner if it has none, else as an editor."""
    row = _lock_open(claim, by)
    owned = row.actor.representatives.filter(role=RepresentativeRole.OWNER).exists()
    role = RepresentativeRole.EDITOR if owned else RepresentativeRole.OWNER
    Representative.objects.get_or_create(actor=row.actor, user=row.user, defaults={"role": role})
    return _decide(row, ClaimState.APPROVED, by=by, text=message.strip())


@transaction.atomic
def refuse_claim(claim, *, by, reason):
    """Say no to a claim, with a reason that the claimant reads."""
    row = _lock_open(claim, by)
    if not reason.strip():
        raise ValidationError(_("Write a reason: it is sent to the person who asked."), code="reason")
    return _decide(row, ClaimState.REFUSED, by=by, text=reason.strip())
