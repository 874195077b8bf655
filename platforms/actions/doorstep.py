"""Where somebody stands who holds the link of an invitation, and the one thing to do next.

`TABLE` has an answer for every state of a link and every way of coming with it. Nobody learns from it who is a member
or who has an account: only whoever has proved the invited address, or is in the space, gets an answer of their own.
"""

from dataclasses import dataclass

from django.db import models
from django.utils import timezone

from accounts.actions import proven_addresses
from accounts.models import InvitationState, token_hash
from platforms.models import SpaceInvitation, SpaceMember, SpaceState


class Link(models.TextChoices):
    """What the link is good for."""

    NEW = "new"
    EXPIRED = "expired"
    ORPHANED = "orphaned"  # whoever invited no longer coordinates the space
    PAUSED = "paused"
    CLOSED = "closed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    FORWARDED = "forwarded"
    REVOKED = "revoked"


class Who(models.TextChoices):
    """Who holds it."""

    ANONYMOUS = "anonymous"
    UNPROVEN = "unproven"  # signed in with the invited address, which they have not proved to read
    INVITED = "invited"
    OTHER = "other"
    MEMBER = "member"


class Step(models.TextChoices):
    """The one thing that the page offers."""

    PROVE = "prove"  # name, and a code to the invited address
    JOIN = "join"  # one click
    SWITCH = "switch"  # sign out and go on with the same link, or ask to be invited too
    ENTER = "enter"  # to the space
    FRESH = "fresh"  # a new mail to the same address
    ASK = "ask"  # ask the coordinators
    SIGN_IN = "sign_in"
    REPLY = "reply"  # reply to the mail: the inviter reads it


_COLUMNS = (Who.ANONYMOUS, Who.UNPROVEN, Who.INVITED, Who.OTHER, Who.MEMBER)
_ROWS = {
    Link.NEW: (Step.PROVE, Step.PROVE, Step.JOIN, Step.SWITCH, Step.ENTER),
    Link.EXPIRED: (Step.FRESH, Step.FRESH, Step.FRESH, Step.FRESH, Step.ENTER),
    Link.ORPHANED: (Step.SIGN_IN, Step.REPLY, Step.ASK, Step.REPLY, Step.ENTER),
    Link.PAUSED: (Step.REPLY, Step.REPLY, Step.REPLY, Step.REPLY, Step.ENTER),
    Link.CLOSED: (Step.REPLY, Step.REPLY, Step.REPLY, Step.REPLY, Step.ENTER),
    Link.ACCEPTED: (Step.SIGN_IN, Step.REPLY, Step.REPLY, Step.REPLY, Step.ENTER),
    Link.DECLINED: (Step.SIGN_IN, Step.REPLY, Step.ASK, Step.REPLY, Step.ENTER),
    Link.FORWARDED: (Step.REPLY, Step.REPLY, Step.REPLY, Step.REPLY, Step.ENTER),
    Link.REVOKED: (Step.REPLY, Step.REPLY, Step.REPLY, Step.REPLY, Step.ENTER),
}
TABLE = {(link, who): step for link, steps in _ROWS.items() for who, step in zip(_COLUMNS, steps, strict=True)}


@dataclass(frozen=True)
class Doorstep:
    invitation: SpaceInvitation
    link: Link
    who: Who

    @property
    def step(self):
        return TABLE[self.link, self.who]


def found(token):
    """The invitation that `token` belongs to, or None."""
    rows = SpaceInvitation.objects.select_related("space__partnership", "by", "on_behalf_of")
    return rows.filter(token_hash=token_hash(token)).first()


def stand(token, user):
    """Where `user` stands with `token`; None for a token that never was."""
    invitation = found(token)
    return Doorstep(invitation, _link(invitation), _who(invitation, user)) if invitation else None


def _link(invitation):
    if invitation.state != InvitationState.OPEN:
        return Link(invitation.state)
    if invitation.space.state != SpaceState.OPEN:
        return Link(invitation.space.state)
    if not SpaceInvitation.objects.standing().filter(pk=invitation.pk).exists():
        return Link.ORPHANED
    return Link.EXPIRED if invitation.expires_at <= timezone.now() else Link.NEW


def _who(invitation, user):
    if not user.is_authenticated:
        return Who.ANONYMOUS
    if SpaceMember.objects.filter(space=invitation.space_id, user_id=user.pk).exists():
        return Who.MEMBER
    if invitation.email in proven_addresses(user):
        return Who.INVITED
    return Who.UNPROVEN if invitation.email == user.email else Who.OTHER
