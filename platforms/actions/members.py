"""Who is in a space, as what and for whom: coming in, changing, leaving, being removed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions import proven_addresses
from accounts.models import InvitationState
from notifications import telling
from notifications.actions import queue_emails
from platforms.actions.rooms import enter, here, lock, log, tell
from platforms.actions.told import place_of
from platforms.models import (
    Activity,
    Follow,
    JoinRequest,
    Mention,
    RequestState,
    Space,
    SpaceInvitation,
    SpaceMember,
    SpaceRole,
    SpaceState,
    Task,
    Verb,
)

LAST = _("A space needs a coordinator. Make somebody else one first.")
ALONE = _("You are the only one here. Close the space instead: then what was done is kept.")
RANK = {role: rank for rank, role in enumerate(SpaceRole.values)}  # the coordinator first


def let_in(space, user, *, role, on_behalf_of=None):
    """Make `user` a member, or give a member the higher role; the membership. The caller has locked the space.

    What else waited between the two is answered by it: requests, and invitations to the person's own addresses.
    """
    values = {"role": role, "on_behalf_of": on_behalf_of}
    member, is_new = SpaceMember.objects.get_or_create(space=space, user=user, defaults=values)
    member.space = space
    if is_new:
        tell(member, Verb.JOINED)
    elif RANK[role] < RANK[member.role]:
        member.role = role
        member.save(update_fields=["role"])
    _settle(space, user)
    return member


def _settle(space, user):
    now = timezone.now()
    waiting = JoinRequest.objects.filter(space=space, user=user, state=RequestState.OPEN)
    waiting.update(state=RequestState.APPROVED, decided_at=now)
    invited = SpaceInvitation.objects.open().filter(space=space, email__in=proven_addresses(user))
    invited.update(state=InvitationState.ACCEPTED, answered_at=now, accepted_by=user)


def has_been_in(space, user):
    """Whether `user` was a member once and is not now: then only a coordinator lets them in again."""
    events = SpaceMember.pgh_event_model.objects.filter(space_id=space.pk, user_id=user.pk)
    return events.exists() and not SpaceMember.objects.filter(space=space, user=user).exists()


def _keep_a_coordinator(member):
    """The last coordinator can neither go nor be less; the space is locked."""
    others = SpaceMember.objects.coordinators().filter(space_id=member.space_id).exclude(pk=member.pk)
    if member.is_coordinator and not others.exists():
        raise ValidationError(LAST, code="last")


def _other(row, pk):
    return here(SpaceMember.objects.select_related("user", "on_behalf_of"), row, pk)


@transaction.atomic
def change_member(space, pk, *, by, role, on_behalf_of):
    """A coordinator gives a member a role and an organisation. Raises ValidationError for the last coordinator."""
    row, _leader = enter(space, by, lead=True, frozen=True)
    member = _other(row, pk)
    if role != SpaceRole.COORDINATOR:
        _keep_a_coordinator(member)
    if (member.role, member.on_behalf_of) == (role, on_behalf_of):
        return member
    member.role, member.on_behalf_of = role, on_behalf_of
    member.save(update_fields=["role", "on_behalf_of"])
    log(row, "space.change_member", by=by)
    return member


@transaction.atomic
def change_self(space, *, by, on_behalf_of, introduction):
    """A member stands for another organisation from now on, or says anew who they are; coordinators hear of a move."""
    row, member = enter(space, by, frozen=True)
    before = member.on_behalf_of
    member.on_behalf_of, member.introduction = on_behalf_of, introduction
    member.save(update_fields=["on_behalf_of", "introduction"])
    if before != on_behalf_of:
        _tell_coordinators(row, member, "moved", before)
    return member


@transaction.atomic
def welcome(space, *, by, introduction=None):
    """The first visit is over; `introduction` None leaves what stands."""
    _row, member = enter(space, by, frozen=True)
    member.welcomed_at = member.welcomed_at or timezone.now()
    if introduction is not None:
        member.introduction = introduction
    member.save(update_fields=["welcomed_at", "introduction"])
    return member


@transaction.atomic
def remove(space, pk, *, by):
    """A coordinator takes somebody out, at once and in every channel."""
    row, leader = enter(space, by, lead=True, frozen=True)
    member = _other(row, pk)
    _keep_a_coordinator(member)
    _take_out(row, member)
    log(row, "space.remove_member", by=by)
    return leader


@transaction.atomic
def leave(space, *, by, tasks_to=None, lead_to=None):
    """Go, and hand over what one holds: open tasks to `tasks_to`, the coordination to `lead_to` (ids of members).

    Raises ValidationError when the space would be left without a coordinator.
    """
    row, member = enter(space, by, frozen=True)
    others = SpaceMember.objects.filter(space=row).exclude(pk=member.pk)
    if not others.exists():
        raise ValidationError(ALONE, code="alone")
    if lead_to:
        others.filter(pk=lead_to).update(role=SpaceRole.COORDINATOR)
    _keep_a_coordinator(member)
    heir = others.writers().filter(pk=tasks_to).first() if tasks_to else None
    _tell_coordinators(row, member, "left", member.on_behalf_of)
    _take_out(row, member, heir=heir)
    return row


def open_tasks(space, user):
    return Task.objects.filter(space=space, owner=user, done_at=None)


def _take_out(space, member, *, heir=None):
    """End a membership and what hangs on it. Mails that wait ask for the membership when they are sent."""
    open_tasks(space, member.user).update(owner=heir.user if heir else None)
    Follow.objects.filter(thread__space=space, user=member.user).delete()
    Mention.objects.filter(post__thread__space=space, user=member.user, seen_at=None).delete()
    addresses = proven_addresses(member.user) | {member.user.email}
    still_open = SpaceInvitation.objects.open().filter(space=space, email__in=addresses)
    still_open.update(state=InvitationState.REVOKED, answered_at=timezone.now())
    member.space = space
    tell(member, Verb.LEFT)
    telling.forget(member.user, place_of(space.pk))
    member.delete()


def _tell_coordinators(space, member, what, organisation):
    """Mail the other coordinators that somebody moved or left, for them to see to the organisation's seat."""
    others = SpaceMember.objects.coordinators().filter(space=space).exclude(user=member.user).select_related("user")
    ids = {"space": space.pk, "person": member.user_id, "what": what, "organisation": organisation and organisation.pk}
    now = timezone.now().isoformat()
    queue_emails(
        {
            "to": one.user.email,
            "user_id": one.user_id,
            "language": one.user.language,
            "template": "space_seat",
            "context": ids,
            "live": "platforms.seat",
            "key": f"seat:{space.pk}:{member.user_id}:{one.user_id}:{now}",
        }
        for one in others
    )


def vacant_seats(space, organisations):
    """Of `organisations` (a queryset of actors), those that had somebody in the space and have nobody now."""
    then = SpaceMember.pgh_event_model.objects.filter(space_id=space.pk).values("on_behalf_of_id")
    now = SpaceMember.objects.filter(space=space).exclude(on_behalf_of=None).values("on_behalf_of_id")
    return organisations.filter(pk__in=then).exclude(pk__in=now)


# ── An account is closed ─────────────────────────────────────────────────────────────────────────────────────────────
def led_alone(user):
    """Spaces that `user` is the only coordinator of."""
    others = SpaceMember.objects.coordinators().exclude(user_id=user.pk).values("space_id")
    return Space.objects.led_by(user).exclude(pk__in=others).exclude(state=SpaceState.CLOSED)


def successor(space, user):
    """Who coordinates the space when `user` closes the account: the one who writes and has been here longest."""
    return SpaceMember.objects.writers().filter(space=space).exclude(user=user).select_related("user").first()


def take_out_everywhere(user):
    """End every membership of somebody whose account is being closed; a space is never left without anybody to ask.

    Without a successor it is paused, and the log tells staff which partnership to talk to.
    """
    for membership in SpaceMember.objects.filter(user=user).order_by("space_id"):
        space = lock(membership.space_id)
        alone = led_alone(user).filter(pk=space.pk).exists()
        heir = successor(space, user) if alone else None
        if heir:
            SpaceMember.objects.filter(pk=heir.pk).update(role=SpaceRole.COORDINATOR)
            log(space, "space.succession", by=None)
        elif alone:
            Space.objects.filter(pk=space.pk, state=SpaceState.OPEN).update(state=SpaceState.PAUSED)
            log(space, "space.without_coordinator", by=None)
        membership.user = user
        _take_out(space, membership)
    Activity.objects.filter(by=user, verb__in=[Verb.JOINED, Verb.LEFT]).update(by=None)
