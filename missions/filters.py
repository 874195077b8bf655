"""What the address of the list of missions may say, and what it means."""

from django.db.models import Case, Count, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from actors.filters import TagFilter
from missions.models import Commitment, Level, Measurement, Mission, MissionState
from platforms.filters import TaggedFilter, by_name

FACETS = {"state": _("State"), "theme": _("Theme"), "area": _("Area"), "level": _("Level")}
# What is under way stands first; what is only proposed comes after what others lead, what is over last.
ORDER = [
    MissionState.STARTED,
    MissionState.FORMING,
    MissionState.DOCUMENTED,
    MissionState.CANDIDATE,
    MissionState.ENDED,
]


class MissionFilter(TaggedFilter):
    """The missions of `missions` (a queryset) as an address describes them."""

    facets = tuple(FACETS)

    state = TagFilter(label=FACETS["state"], choices=[(state.value, state.label) for state in ORDER])
    level = TagFilter(label=FACETS["level"], choices=Level.choices)

    class Meta:
        model = Mission
        fields = []

    def ordered(self):
        place = Case(*(When(state=state, then=Value(number)) for number, state in enumerate(ORDER)))
        return self.narrowed().annotate(place=place).order_by("place", by_name(), "pk")


def with_progress(missions):
    """Each mission with the latest value of its goal and its day, and with how many promises are open."""
    latest = Measurement.objects.filter(indicator__mission=OuterRef("pk"), indicator__is_goal=True).order_by("-on")
    measured = Measurement.objects.filter(indicator__mission=OuterRef("pk")).order_by("-on")
    return missions.annotate(
        latest=Subquery(latest.values("value")[:1]),
        measured_on=Subquery(measured.values("on")[:1]),
        open_promises=Coalesce(Subquery(_open_promises()), Value(0)),
    )


def _open_promises():
    rows = Commitment.objects.open().filter(mission=OuterRef("pk")).order_by()
    return rows.values("mission").annotate(number=Count("pk")).values("number")
