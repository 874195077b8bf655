"""What the address of the list of missions may say, and what it means."""

from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from actors.filters import AddressFilter, PageFilter, TagFilter
from actors.models import Area, Theme
from missions.models import Commitment, Level, Measurement, Mission, MissionState
from platforms.filters import by_name, in_order
from web.paging import MAX_PAGE

FACETS = {"state": _("State"), "theme": _("Theme"), "area": _("Area"), "level": _("Level")}
THROUGH_THEMES, THROUGH_AREAS = Mission.themes.through, Mission.areas.through
# What is under way stands first; what is only proposed comes after what others lead, what is over last.
ORDER = [
    MissionState.STARTED,
    MissionState.FORMING,
    MissionState.DOCUMENTED,
    MissionState.CANDIDATE,
    MissionState.ENDED,
]


class MissionFilter(AddressFilter):
    """The missions of `missions` (a queryset) as an address describes them. A chosen area counts for its sub-areas."""

    state = TagFilter(label=FACETS["state"], choices=MissionState.choices)
    theme = TagFilter(label=FACETS["theme"])
    area = TagFilter(label=FACETS["area"])
    level = TagFilter(label=FACETS["level"], choices=Level.choices)
    page = PageFilter(label=_("Page"), min_value=1, max_value=MAX_PAGE)

    class Meta:
        model = Mission
        fields = []

    def __init__(self, data, missions, **kwargs):
        super().__init__(data, queryset=missions, **kwargs)
        self.themes = list(Theme.objects.order_by("position", "pk"))
        self.areas = in_order(Area.objects.all())
        for name, rows in (("theme", self.themes), ("area", self.areas)):
            self.filters[name].extra["choices"] = [(row.slug, row.name) for row in rows]

    @cached_property
    def chosen(self):
        """The chosen values by facet, without facets that chose nothing."""
        values = ((name, self.form.cleaned_data.get(name)) for name in FACETS)
        return {name: list(chosen) for name, chosen in values if chosen}

    def narrowed(self, without=None):
        """The missions that pass every facet but `without`, in no order."""
        chosen = {name: values for name, values in self.chosen.items() if name != without}
        rows = self.queryset.order_by()
        for column in ("state", "level"):
            if column in chosen:
                rows = rows.filter(**{f"{column}__in": chosen[column]})
        if "theme" in chosen:
            rows = rows.filter(pk__in=_linked(THROUGH_THEMES, theme__slug__in=chosen["theme"]))
        if "area" in chosen:
            within = Area.objects.filter(Q(slug__in=chosen["area"]) | Q(parent__slug__in=chosen["area"]))
            rows = rows.filter(pk__in=_linked(THROUGH_AREAS, area__in=within.values("pk")))
        return rows

    def ordered(self):
        place = Case(*(When(state=state, then=Value(number)) for number, state in enumerate(ORDER)))
        return self.narrowed().annotate(place=place).order_by("place", by_name(), "pk")

    def counts(self):
        """{facet: {value: how many missions}}; a facet that is chosen from counts as if it were not."""
        themes = THROUGH_THEMES.objects.filter(mission__in=self.narrowed(without="theme").values("pk"))
        areas = THROUGH_AREAS.objects.filter(mission__in=self.narrowed(without="area").values("pk"))
        each = Count("mission", distinct=True)
        tops = areas.values_list(Coalesce("area__parent__slug", "area__slug")).annotate(each)
        return {
            "state": self._by_column("state"),
            "theme": dict(themes.values_list("theme__slug").annotate(each)),
            "area": {**dict(areas.values_list("area__slug").annotate(each)), **dict(tops)},
            "level": self._by_column("level"),
        }

    def _by_column(self, name):
        return dict(self.narrowed(without=name).values_list(name).annotate(Count("pk")))

    def tags(self):
        """{facet: (value, name, whether it is part of another) of each option}."""
        return {
            "state": [(state.value, state.label, False) for state in ORDER],
            "theme": [(theme.slug, theme.name, False) for theme in self.themes],
            "area": [(area.slug, area.name, area.parent_id is not None) for area in self.areas],
            "level": [(level.value, level.label, False) for level in Level],
        }

    def query_string(self, *, remove=None):
        """The address's query, without the page; `remove` is a pair of facet and value."""
        pairs = [(name, value) for name, values in self.chosen.items() for value in values if (name, value) != remove]
        return f"?{urlencode(pairs)}" if pairs else ""


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


def _linked(through, **narrowing):
    return through.objects.filter(**narrowing).values("mission_id")
