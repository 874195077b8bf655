"""What a mission needs: added, changed, filled and removed, under the mission's lock."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from missions.actions.mission import enter_mission
from missions.models import Need
from platforms.actions import NoEntry, Outdated, next_number

MOST = 40
FULL = _("A mission has room for %(most)s needs. Put some together, or remove some.")


@transaction.atomic
def add(mission, *, by, **values):
    mission = enter_mission(mission, by)
    if mission.needs.count() >= MOST:
        raise ValidationError(FULL, code="full", params={"most": MOST})
    return Need.objects.create(mission=mission, number=next_number(mission.needs), **values)


@transaction.atomic
def edit(need, *, by, version, **values):
    """Change a need, or say who fills it. Raises Outdated when it was saved since `version`."""
    row = _locked(need, by)
    if row.version != version:
        raise Outdated(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    return row


@transaction.atomic
def remove(need, *, by):
    _locked(need, by).delete()


def _locked(need, by):
    """The need as it is now, in its locked mission."""
    mission = enter_mission(need.mission, by)
    row = mission.needs.filter(pk=need.pk).first()
    if row is None:
        raise NoEntry
    row.mission = mission
    return row
