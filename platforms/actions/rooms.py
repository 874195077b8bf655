"""What every action in a space begins and ends with: entering under the lock, and telling that something happened."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from platforms.actions.told import tell_members
from platforms.models import SIGNS_OF_LIFE, Access, Activity, Space, SpaceMember, SpaceRole, SpaceState

FROZEN = {
    SpaceState.PAUSED: _("The space is paused. A coordinator can open it again; nothing was changed."),
    SpaceState.CLOSED: _("The space is closed. It can be read, but nothing is added any more."),
}
READS_ONLY = _("As an observer you can read here, but not write. A coordinator can change your role.")
VISIT = timedelta(hours=1)
COORDINATORS_ONLY = _("Only a coordinator of the space can do this.")


class NoEntry(Exception):
    """To this person the space does not exist: answer as for an address that never was (404)."""


class Frozen(ValidationError):
    """The space takes nothing more just now; the message says why."""


class Outdated(ValidationError):
    """Somebody saved after the form was drawn; `current` is the row now. Answer 409 with both."""

    def __init__(self, current):
        self.current = current
        super().__init__(_("Somebody else saved this while you wrote."), code="outdated")


def lock(space_id):
    """The space's row, locked: comings and goings in one space come one after the other. Must run in a transaction."""
    return Space.objects.select_for_update(of=("self",)).get(pk=space_id)


def enter(space, by, *, write=False, lead=False, frozen=False):
    """Lock the space and judge the person's right anew; (the space's row, the membership).

    Every change in a space begins here, so that removing somebody and what they are just doing come one after the
    other. `write` asks for a role that writes, `lead` for a coordinator; `frozen` lets a paused or closed space pass.
    Raises NoEntry, PermissionDenied or Frozen. Must run in a transaction.
    """
    row = Space.objects.select_for_update(of=("self",)).filter(pk=space.pk).first()
    members = SpaceMember.objects.filter(space_id=space.pk, user_id=by.pk)
    member = members.select_related("on_behalf_of", "user").first()
    if row is None or member is None:
        raise NoEntry
    if lead and not member.is_coordinator:
        raise PermissionDenied(COORDINATORS_ONLY)
    if write and not member.may_write:
        raise PermissionDenied(READS_ONLY)
    if not frozen and not row.is_open:
        raise Frozen(FROZEN[row.state], code="frozen")
    member.space = row
    return row, member


def here(rows, space, pk):
    """The row with this id in the locked `space`; NoEntry when it has gone meanwhile, or never was."""
    row = rows.filter(space=space, pk=pk).first()
    if row is None:
        raise NoEntry
    return row


def next_number(rows):
    """The next number for a row of a kind within its space; the space is locked, so it is nobody else's."""
    return (rows.aggregate(last=Max("number"))["last"] or 0) + 1


def tell(member, verb, *, personal=(), **what):
    """Note that `member` did something, and tell the others; a sign of life moves the space's clock. `what` names
    thread, document …; the people (ids) in `personal` are told apart."""
    activity = Activity.objects.create(
        space=member.space, by=member.user, on_behalf_of=member.on_behalf_of, verb=verb, **what
    )
    if verb in SIGNS_OF_LIFE:
        Space.objects.filter(pk=member.space_id).update(active_at=activity.at, asked_at=None)
    tell_members(activity, personal=personal)
    return activity


@transaction.atomic
def open_space(partnership, *, by, name, purpose="", access=Access.PRIVATE, on_behalf_of=None):
    """Staff open a space for a partnership, and are its first coordinator. Raises PermissionDenied."""
    if not by.has_perm("platforms.add_space"):
        raise PermissionDenied
    space = Space.objects.create(partnership=partnership, name=name, purpose=purpose, access=access)
    SpaceMember.objects.create(space=space, user=by, role=SpaceRole.COORDINATOR, on_behalf_of=on_behalf_of)
    log(space, "space.open", by=by)
    return space


def note_visit(member):
    """Remember the visit; the one before is what "new since last time" counts from. An hour's pages are one visit."""
    now = timezone.now()
    if member.seen_at and now - member.seen_at < VISIT:
        return
    SpaceMember.objects.filter(pk=member.pk).update(before_at=member.seen_at, seen_at=now)
    member.before_at, member.seen_at = member.seen_at, now


CHANGED = ("name", "purpose", "access", "questions")


@transaction.atomic
def change_space(form, *, by):
    """Save a valid form of CHANGED and `version`. Raises Outdated when somebody saved after it was drawn."""
    space, _member = enter(form.instance, by, lead=True, frozen=True)
    if space.version != form.cleaned_data["version"]:
        raise Outdated(space)
    for name in CHANGED:
        setattr(space, name, form.cleaned_data[name])
    space.version += 1
    space.save(update_fields=[*CHANGED, "version"])
    log(space, "space.change", by=by)


def log(space, verb, *, by, reason=""):
    """A line in the log that staff read: it names the partnership, never the space or its people."""
    return AuditEntry.objects.record(by=by, verb=verb, target=space.partnership, reason=reason)
