"""What can be evidence: one thing of the mission's own, or an address of the web."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from missions.models import Measurement

ELSEWHERE = _("That is not in the mission's space any more.")


def column_of(mission, thing):
    """`thing`, {"document": id} or the like, as the column of evidence that holds it; the mission is locked.

    Raises ValidationError, by field, for what is not the mission's own or not there any more.
    """
    [(name, value)] = thing.items()
    if name == "url":
        return {"url": value}
    if not _things(mission, name).filter(pk=value).exists():
        raise ValidationError({name: ELSEWHERE})
    return {f"{name}_id": value}


def _things(mission, name):
    if name == "measurement":
        return Measurement.objects.filter(indicator__mission=mission)
    if mission.space is None:
        raise ValidationError({name: ELSEWHERE})
    return mission.space.documents.kept() if name == "document" else mission.space.decisions.all()
