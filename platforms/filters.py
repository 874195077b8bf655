"""What the address of the list of partnerships may say, and what it means."""

from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.functions import Coalesce, Collate, NullIf
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors.filters import AddressFilter, PageFilter, TagFilter
from actors.models import Area, Theme
from actors.models.actor import a_to_o
from platforms.models import Partnership, PartnershipStatus
from web.paging import MAX_PAGE

FACETS = {"status": _("Status"), "theme": _("Theme"), "area": _("Area")}
# What is under way stands first, what is over last.
ORDER = [PartnershipStatus.ACTIVE, PartnershipStatus.FORMING, PartnershipStatus.PAUSED, PartnershipStatus.CLOSED]


class TaggedFilter(AddressFilter):
    """Rows that have themes and areas, as an address describes them. A chosen area counts for its sub-areas, too.

    `facets` names the facets in order; those besides theme and area are columns of the row.
    """

    facets = ("theme", "area")

    theme = TagFilter(label=FACETS["theme"])
    area = TagFilter(label=FACETS["area"])
    page = PageFilter(label=_("Page"), min_value=1, max_value=MAX_PAGE)

    def __init__(self, data, rows, **kwargs):
        super().__init__(data, queryset=rows, **kwargs)
        self.themes = list(Theme.objects.order_by("position", "pk"))
        self.areas = in_order(Area.objects.all())
        for name, tags in (("theme", self.themes), ("area", self.areas)):
            self.filters[name].extra["choices"] = [(tag.slug, tag.name) for tag in tags]

    @property
    def columns(self):
        return [name for name in self.facets if name not in ("theme", "area")]

    @cached_property
    def chosen(self):
        """The chosen values by facet, without facets that chose nothing."""
        values = ((name, self.form.cleaned_data.get(name)) for name in self.facets)
        return {name: list(chosen) for name, chosen in values if chosen}

    def narrowed(self, without=None):
        """The rows that pass every facet but `without`, in no order."""
        chosen = {name: values for name, values in self.chosen.items() if name != without}
        rows = self.queryset.order_by()
        for column in self.columns:
            if column in chosen:
                rows = rows.filter(**{f"{column}__in": chosen[column]})
        if "theme" in chosen:
            rows = rows.filter(pk__in=self._tagged("themes", theme__slug__in=chosen["theme"]))
        if "area" in chosen:
            within = Area.objects.filter(Q(slug__in=chosen["area"]) | Q(parent__slug__in=chosen["area"]))
            rows = rows.filter(pk__in=self._tagged("areas", area__in=within.values("pk")))
        return rows

    def _tagged(self, tags, **narrowing):
        through = getattr(self._meta.model, tags).through
        return through.objects.filter(**narrowing).values(f"{self._meta.model._meta.model_name}_id")

    def counts(self):
        """{facet: {value: how many rows}}; a facet that is chosen from counts as if it were not."""
        model, owner = self._meta.model, self._meta.model._meta.model_name
        rows = {name: {f"{owner}__in": self.narrowed(without=name).values("pk")} for name in ("theme", "area")}
        themes = model.themes.through.objects.filter(**rows["theme"])
        areas = model.areas.through.objects.filter(**rows["area"])
        each = Count(owner, distinct=True)
        tops = areas.values_list(Coalesce("area__parent__slug", "area__slug")).annotate(each)
        tagged = {
            "theme": dict(themes.values_list("theme__slug").annotate(each)),
            "area": {**dict(areas.values_list("area__slug").annotate(each)), **dict(tops)},
        }
        return {name: tagged[name] if name in tagged else self._by_column(name) for name in self.facets}

    def _by_column(self, name):
        return dict(self.narrowed(without=name).values_list(name).annotate(Count("pk")))

    def tags(self):
        """{facet: (value, name, whether it is part of another) of each option}."""
        tagged = {
            "theme": [(theme.slug, theme.name, False) for theme in self.themes],
            "area": [(area.slug, area.name, area.parent_id is not None) for area in self.areas],
        }
        return {name: tagged[name] if name in tagged else self._choices(name) for name in self.facets}

    def _choices(self, name):
        return [(value, label, False) for value, label in self.filters[name].extra["choices"]]

    def query_string(self, *, remove=None):
        """The address's query, without the page; `remove` is a pair of facet and value."""
        pairs = [(name, value) for name, values in self.chosen.items() for value in values if (name, value) != remove]
        return f"?{urlencode(pairs)}" if pairs else ""


class PartnershipFilter(TaggedFilter):
    """The public partnerships as an address describes them."""

    facets = tuple(FACETS)

    status = TagFilter(label=FACETS["status"], choices=PartnershipStatus.choices)

    class Meta:
        model = Partnership
        fields = []

    def __init__(self, data, **kwargs):
        super().__init__(data, Partnership.objects.published(), **kwargs)

    def ordered(self):
        place = Case(*(When(status=status, then=Value(number)) for number, status in enumerate(ORDER)))
        return self.narrowed().order_by(place, by_name(), "pk")


def by_name():
    """What puts partnerships A–Ö by the name that the reader sees."""
    swedish, english = F("name_sv"), NullIf(F("name_en"), Value(""))
    seen = Coalesce(english, swedish) if (get_language() or "sv").startswith("en") else swedish
    return Collate(a_to_o(seen), "C")


def in_order(areas):
    """Areas with their sub-areas below them."""
    rows = list(areas.order_by("position", "pk"))
    return [one for top in rows if not top.parent_id for one in (top, *(a for a in rows if a.parent_id == top.pk))]
