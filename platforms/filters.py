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
THROUGH_THEMES, THROUGH_AREAS = Partnership.themes.through, Partnership.areas.through
# What is under way stands first, what is over last.
ORDER = [PartnershipStatus.ACTIVE, PartnershipStatus.FORMING, PartnershipStatus.PAUSED, PartnershipStatus.CLOSED]


class PartnershipFilter(AddressFilter):
    """The public partnerships as an address describes them. A chosen area counts for its sub-areas, too."""

    status = TagFilter(label=FACETS["status"], choices=PartnershipStatus.choices)
    theme = TagFilter(label=FACETS["theme"])
    area = TagFilter(label=FACETS["area"])
    page = PageFilter(label=_("Page"), min_value=1, max_value=MAX_PAGE)

    class Meta:
        model = Partnership
        fields = []

    def __init__(self, data, **kwargs):
        super().__init__(data, queryset=Partnership.objects.published(), **kwargs)
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
        """The partnerships that pass every facet but `without`, in no order."""
        chosen = {name: values for name, values in self.chosen.items() if name != without}
        rows = self.queryset.order_by()
        if "status" in chosen:
            rows = rows.filter(status__in=chosen["status"])
        if "theme" in chosen:
            rows = rows.filter(pk__in=linked(THROUGH_THEMES, theme__slug__in=chosen["theme"]))
        if "area" in chosen:
            within = Area.objects.filter(Q(slug__in=chosen["area"]) | Q(parent__slug__in=chosen["area"]))
            rows = rows.filter(pk__in=linked(THROUGH_AREAS, area__in=within.values("pk")))
        return rows

    def ordered(self):
        place = Case(*(When(status=status, then=Value(number)) for number, status in enumerate(ORDER)))
        return self.narrowed().order_by(place, by_name(), "pk")

    def counts(self):
        """{facet: {value: how many partnerships}}; a facet that is chosen from counts as if it were not."""
        status = self.narrowed(without="status").values_list("status").annotate(Count("pk"))
        themes = THROUGH_THEMES.objects.filter(partnership__in=self.narrowed(without="theme").values("pk"))
        areas = THROUGH_AREAS.objects.filter(partnership__in=self.narrowed(without="area").values("pk"))
        each = Count("partnership", distinct=True)
        tops = areas.values_list(Coalesce("area__parent__slug", "area__slug")).annotate(each)
        return {
            "status": dict(status),
            "theme": dict(themes.values_list("theme__slug").annotate(each)),
            "area": {**dict(areas.values_list("area__slug").annotate(each)), **dict(tops)},
        }

    def tags(self):
        """{facet: (value, name, whether it is part of another) of each option}."""
        return {
            "status": [(status.value, status.label, False) for status in PartnershipStatus],
            "theme": [(theme.slug, theme.name, False) for theme in self.themes],
            "area": [(area.slug, area.name, area.parent_id is not None) for area in self.areas],
        }

    def query_string(self, *, remove=None):
        """The address's query, without the page; `remove` is a pair of facet and value."""
        pairs = [(name, value) for name, values in self.chosen.items() for value in values if (name, value) != remove]
        return f"?{urlencode(pairs)}" if pairs else ""


def by_name():
    """What puts partnerships A–Ö by the name that the reader sees."""
    swedish, english = F("name_sv"), NullIf(F("name_en"), Value(""))
    seen = Coalesce(english, swedish) if (get_language() or "sv").startswith("en") else swedish
    return Collate(a_to_o(seen), "C")


def linked(through, **narrowing):
    return through.objects.filter(**narrowing).values("partnership_id")


def in_order(areas):
    """Areas with their sub-areas below them."""
    rows = list(areas.order_by("position", "pk"))
    return [one for top in rows if not top.parent_id for one in (top, *(a for a in rows if a.parent_id == top.pk))]
