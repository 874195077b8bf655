"""A partnership's way from forming to closed, and the agreement that its organisations accept.

Buttons, checks and `docs/states.md` all read `STEPS`.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from actors.actions.workflow import CURATOR, Step
from actors.models import Representative
from platforms.models import Agreement, AgreementAcceptance, Partnership, PartnershipMember, PartnershipStatus

STEPS = {
    "start": Step(_("Start"), (PartnershipStatus.FORMING,), PartnershipStatus.ACTIVE, CURATOR),
    "pause": Step(_("Pause"), (PartnershipStatus.ACTIVE,), PartnershipStatus.PAUSED, CURATOR),
    "resume": Step(_("Resume"), (PartnershipStatus.PAUSED,), PartnershipStatus.ACTIVE, CURATOR),
    "close": Step(
        _("Close"),
        (PartnershipStatus.FORMING, PartnershipStatus.ACTIVE, PartnershipStatus.PAUSED),
        PartnershipStatus.CLOSED,
        CURATOR,
    ),
    "reopen": Step(_("Open again"), (PartnershipStatus.CLOSED,), PartnershipStatus.ACTIVE, CURATOR),
}
ALREADY = _("“%(name)s” is %(status)s now. Nothing was changed.")
NEWER = _("There is a newer version of the agreement. Read it before your organisation accepts.")
IS_CLOSED = _("The partnership is closed. Nothing is accepted any more.")
NOT_A_MEMBER = _("The organisation has left the partnership.")


def open_steps(partnership, by):
    """The names of the steps that `by` can take with `partnership` now: what buttons to show."""
    if not by.has_perm("platforms.change_partnership"):
        return []
    return [name for name, step in STEPS.items() if partnership.status in step.sources]


def _locked(partnership):
    return Partnership.objects.select_for_update().get(pk=partnership.pk)


@transaction.atomic
def move(partnership, step, *, by):
    """Take `step` (a key of STEPS) with `partnership`. Raises PermissionDenied, or ValidationError in another state."""
    if not by.has_perm("platforms.change_partnership"):
        raise PermissionDenied
    row, rule = _locked(partnership), STEPS[step]
    if row.status not in rule.sources:
        status = row.get_status_display().lower()
        raise ValidationError(ALREADY, code="state", params={"name": row.name, "status": status})
    row.status = rule.target
    row.save()
    AuditEntry.objects.record(by=by, verb=f"partnership.{step}", target=row)
    return row


@transaction.atomic
def add_agreement(partnership, *, by, text_sv, text_en="", dated_on=None):
    """Staff add the next version of the agreement; each organisation has to accept it anew. Raises PermissionDenied."""
    if not by.has_perm("platforms.add_agreement"):
        raise PermissionDenied
    row = _locked(partnership)
    last = row.agreements.order_by("-version").values_list("version", flat=True).first() or 0
    agreement = row.agreements.create(
        version=last + 1, text_sv=text_sv, text_en=text_en, dated_on=dated_on or timezone.localdate()
    )
    AuditEntry.objects.record(by=by, verb="partnership.agreement", target=row, reason=str(agreement.version))
    return agreement


@transaction.atomic
def accept_agreement(agreement, member, *, by):
    """Somebody who represents the member organisation accepts for it; True when it was not accepted before.

    Staff do not accept for others: only a representative's word binds. Raises PermissionDenied or ValidationError.
    """
    row = _locked(agreement.partnership)
    member = PartnershipMember.objects.select_related("actor").get(pk=member.pk, partnership=row)
    if not Representative.objects.filter(actor_id=member.actor_id, user_id=by.pk).exists():
        raise PermissionDenied
    if member.left_on:
        raise ValidationError(NOT_A_MEMBER, code="left")
    if row.status == PartnershipStatus.CLOSED:
        raise ValidationError(IS_CLOSED, code="closed")
    if Agreement.objects.filter(partnership=row, version__gt=agreement.version).exists():
        raise ValidationError(NEWER, code="newer")
    _acceptance, is_new = AgreementAcceptance.objects.get_or_create(
        agreement=agreement, member=member, defaults={"by": by}
    )
    if is_new:
        text = f"{member.actor.name}: {agreement.version}"
        AuditEntry.objects.record(by=by, verb="partnership.accept", target=row, reason=text)
    return is_new
