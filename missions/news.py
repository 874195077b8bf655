"""Missions that became public, started or ended, for whoever gets news of the region by mail."""

from functools import partial

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from missions.models import Mission, MissionState
from notifications.news import Kind, News

NEW, PROPOSED, TOLD = _("A new mission"), _("A mission is proposed"), _("A mission that is led elsewhere")
STARTED, ENDED = _("The mission has started"), _("The mission has ended")
COMES = {MissionState.CANDIDATE: PROPOSED, MissionState.DOCUMENTED: TOLD}


def of_missions(since, until):
    """What happened with public missions in between; one that starts or ends before it is public is new."""
    columns = ("published_at", "started_at", "ended_at")
    happened = Q()
    for name in columns:
        happened |= Q(**{f"{name}__gt": since, f"{name}__lte": until})
    rows = Mission.objects.published().filter(happened).prefetch_related("areas", "themes").order_by("pk")
    return [
        _news_of(mission, at, text) for mission in rows for at, text in _moments(mission) if at and since < at <= until
    ]


def _moments(mission):
    yield mission.published_at, COMES.get(mission.state, NEW)
    for at, text in ((mission.started_at, STARTED), (mission.ended_at, ENDED)):
        if at and mission.published_at and at > mission.published_at:
            yield at, text


def _news_of(mission, at, text):
    return News(
        thing=f"mission:{mission.pk}",
        at=at,
        tags=_tags(mission),
        title=partial(getattr, mission, "name"),
        url=mission.get_absolute_url,
        text=partial(str, text),
        about=partial(getattr, mission, "goal"),
    )


def _tags(mission):
    """As the register's triggers make them for an actor: a sub-area counts for its area as well."""
    areas = {pk for area in mission.areas.all() for pk in (area.pk, area.parent_id) if pk}
    return frozenset({f"a:{pk}" for pk in areas} | {f"t:{theme.pk}" for theme in mission.themes.all()})


KIND = Kind(_("Missions"), of_missions, lambda: reverse("mission_list"))
