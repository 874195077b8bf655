"""What every change of a mission begins with: its space entered, its row locked, the person's right judged anew."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from missions.models import Mission, MissionState
from platforms.actions.rooms import Frozen, NoEntry, enter

KEEPER = "missions.change_mission"  # staff with this right keep the missions that have no space
HAS_ENDED = _("The mission has ended. It can be read, but nothing is changed any more.")


def judge(mission, by, *, lead=False):
    """The mission's row, locked, for who may work on it now. `lead` asks for who decides about it: a coordinator of its
    space, or staff where there is none. Raises NoEntry, PermissionDenied or Frozen. Must run in a transaction."""
    if mission.space_id:
        enter(mission.space, by, write=True, lead=lead)
    row = lock(mission)
    if row.space_id != mission.space_id or (row.space_id is None and not by.has_perm(KEEPER)):
        raise NoEntry
    if row.state == MissionState.ENDED:
        raise Frozen(HAS_ENDED, code="ended")
    return row


def take(mission, by, *, lead=False):
    """As `judge`, for a change: it makes the mission fresh."""
    row = judge(mission, by, lead=lead)
    Mission.objects.filter(pk=row.pk).update(updated_at=timezone.now())
    return row


def lock(mission):
    """What is numbered or counted within a mission is so under this lock. Must run in a transaction."""
    return Mission.objects.select_for_update(of=("self",)).get(pk=mission.pk)


def log(mission, verb, *, by, reason=""):
    return AuditEntry.objects.record(by=by, verb=verb, target=mission, reason=reason)
