"""What every change of a portfolio begins with: the mission entered and made fresh. Outsiders get the lock alone."""

from django.utils import timezone

from accounts.models import AuditEntry
from missions.actions.mission import enter_mission
from missions.models import Mission

KEEPER = "missions.change_mission"  # staff with this right keep the missions that have no space


def take(mission, by, *, lead=False):
    """As `enter_mission`, for a change: it makes the mission fresh."""
    row = enter_mission(mission, by, lead=lead)
    Mission.objects.filter(pk=row.pk).update(updated_at=timezone.now())
    return row


def lock(mission):
    """What is numbered or counted within a mission is so under this lock. Must run in a transaction."""
    return Mission.objects.select_for_update(of=("self",)).get(pk=mission.pk)


def log(mission, verb, *, by, reason=""):
    return AuditEntry.objects.record(by=by, verb=verb, target=mission, reason=reason)
