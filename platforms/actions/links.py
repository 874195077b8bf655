"""A link for a meeting: lets in as many as its cap, until its time, whoever is in the room."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from platforms.actions.invitations import Unfit
from platforms.actions.members import has_been_in, let_in
from platforms.actions.rooms import enter, lock, log
from platforms.models import SpaceLink, SpaceMember

NO_LONGER = _("The link no longer works. Ask the person who showed it for a new one.")
BEEN_HERE = _("You have been in this space before. Ask a coordinator to invite you again.")


@transaction.atomic
def make_link(space, *, by, role, cap, expires_at):
    row, _member = enter(space, by, lead=True)
    link = SpaceLink.objects.create(space=row, by=by, role=role, cap=cap, expires_at=expires_at)
    log(row, "space.make_link", by=by, reason=str(cap))
    return link


@transaction.atomic
def revoke_link(space, pk, *, by):
    row, _member = enter(space, by, lead=True, frozen=True)
    if SpaceLink.objects.filter(space=row, pk=pk, revoked_at=None).update(revoked_at=timezone.now()):
        log(row, "space.revoke_link", by=by)


@transaction.atomic
def use_link(link, *, by):
    """Come in by a link; counted under the space's lock. A member stays what they are. Raises Unfit."""
    space = lock(link.space_id)
    member = SpaceMember.objects.filter(space=space, user=by).first()
    if member:
        member.space = space
        return member
    if not SpaceLink.objects.alive().filter(pk=link.pk).exists():
        raise Unfit(NO_LONGER)
    if has_been_in(space, by):
        raise Unfit(BEEN_HERE)
    SpaceLink.objects.filter(pk=link.pk).update(used=F("used") + 1)
    return let_in(space, by, role=link.role)
