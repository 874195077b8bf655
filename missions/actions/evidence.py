"""What can be evidence: one thing of the mission's own, or an address of the web."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from missions import things
from missions.models import Measurement

ELSEWHERE = _("That is not in the mission's space any more.")
NOT_OFFERED = _("That can not be chosen any more.")


def column_of(mission, thing):
    """`thing`, {"document": id} or the like, as the column of evidence that holds it; the mission is locked. A thing of
    another app goes by the name of its kind, {"event": id}.

    Raises ValidationError, by field, for what is not the mission's own or not there any more.
    """
    [(name, value)] = thing.items()
    if name == "url":
        return {"url": value}
    kind = things.kind_of(name)
    if not (kind.offered(mission) if kind else _own(mission, name)).filter(pk=value).exists():
        raise ValidationError({name: NOT_OFFERED if kind else ELSEWHERE})
    return {"thing": f"{name}:{value}"} if kind else {f"{name}_id": value}


def _own(mission, name):
    if name == "measurement":
        return Measurement.objects.filter(indicator__mission=mission)
    if mission.space is None:
        raise ValidationError({name: ELSEWHERE})
    return mission.space.documents.kept() if name == "document" else mission.space.decisions.all()
