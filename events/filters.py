"""What the address of a list of events may say, and what it means."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

import django_filters
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from actors import facets, search
from actors.filters import AddressFilter, PageFilter, TagFilter
from actors.models import Area
from events import times
from events.models import Audience, Event, EventKind
from web.paging import MAX_PAGE

COMING, PAST = "coming", "past"
WHEN = [(COMING, _("Coming")), (PAST, _("Past"))]
FACETS = {
    "month": _("Month"),
    "year": _("Year"),
    "kind": _("Kind of event"),
    "area": _("Area"),
    "theme": _("Theme"),
    "municipality": _("Municipality"),
    "audience": _("Who may come"),
    "seats": _("Seats"),
}
NOT = {COMING: ("year",), PAST: ("month", "seats")}  # the facets that a list of that time does not have
FREE = [("free", _("Has a free seat"))]
SPAN = {"month": (re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])"), "YYYY-MM"), "year": (re.compile("20[0-9]{2}"), "YYYY")}
THROUGH = {"theme": Event.themes.through, "area": Event.areas.through}


class EventFilter(AddressFilter):
    """The events of `events` (a queryset) as an address describes them. `when`: coming or past; without it the address
    says which, and coming ones are meant where it does not. A chosen area counts for its sub-areas."""

    once = ("page", "when")

    month = TagFilter(label=FACETS["month"])
    year = TagFilter(label=FACETS["year"])
    kind = TagFilter(label=FACETS["kind"], choices=EventKind.choices)
    area = TagFilter(label=FACETS["area"])
    theme = TagFilter(label=FACETS["theme"])
    municipality = TagFilter(label=FACETS["municipality"])
    audience = TagFilter(label=FACETS["audience"], choices=Audience.choices)
    seats = TagFilter(label=FACETS["seats"], choices=FREE)
    when = django_filters.ChoiceFilter(label=_("When"), choices=WHEN)
    page = PageFilter(label=_("Page"), min_value=1, max_value=MAX_PAGE)

    class Meta:
        model = Event
        fields = []

    def __init__(self, data, events, *, when=None, now=None, **kwargs):
        super().__init__(data, queryset=events, **kwargs)
        self.now = now or timezone.now()
        if when:
            del self.filters["when"]
        self.when = when or (PAST if self.data.get("when") == PAST else COMING)
        for name in NOT[self.when]:
            del self.filters[name]
        self.facets = [name for name in FACETS if name in self.filters]
        self.vocabulary = facets.read_vocabulary(search.asked(""))
        for name in ("area", "theme", "municipality"):
            self.filters[name].extra["choices"] = self.vocabulary.choices(name)
        for name, (pattern, _format) in SPAN.items():
            if name in self.filters:
                given = [value for value in self.data.getlist(name) if pattern.fullmatch(value)][:24]
                self.filters[name].extra["choices"] = [(value, value) for value in given]

    @property
    def order(self):
        return ("starts_at", "pk") if self.when == COMING else ("-starts_at", "-pk")

    @cached_property
    def chosen(self):
        """The chosen values by facet, without facets that chose nothing."""
        values = ((name, self.form.cleaned_data.get(name)) for name in self.facets)
        return {name: list(chosen) for name, chosen in values if chosen}

    def narrowed(self, without=None):
        """The events that pass every facet but `without`, in no order."""
        rows = self.queryset.coming(self.now) if self.when == COMING else self.queryset.past(self.now)
        if "seats" in self.chosen and without != "seats":
            rows = rows.with_free_seat(self.now)
        rows = rows.order_by()
        for name, values in self.chosen.items():
            if name != without:
                rows = rows.filter(self._passes(name, values))
        return rows

    def _passes(self, name, values):
        if name in SPAN:
            return _in_spans(values)
        if name == "seats":
            return Q(has_free_seat=True)
        if name == "municipality":
            return Q(municipality__code__in=values)
        if name == "theme":
            return Q(pk__in=_linked("theme", theme__slug__in=values))
        if name == "area":
            within = Area.objects.filter(Q(slug__in=values) | Q(parent__slug__in=values))
            return Q(pk__in=_linked("area", area__in=within.values("pk")))
        return Q(**{f"{name}__in": values})

    def ordered(self):
        """The next first; of past ones the last."""
        return self.narrowed().order_by(*self.order)

    def counts(self):
        """The numbers of the result; a facet that is chosen from counts as if it were not. One question."""
        others = [name for name in self.facets if name not in self.chosen]
        asked = [(self.narrowed(), ["", *others])]
        asked += [(self.narrowed(without=name), [name]) for name in self.chosen]
        return count([(self._counted(rows, names), names) for rows, names in asked])

    def _counted(self, rows, names):
        """In the list's own order, by which an index finds the first thousand."""
        rows = rows.order_by(*self.order)
        return rows.with_free_seat(self.now) if "seats" in names else rows

    def options(self, name, counts):
        """(value, name, key of its count, whether it is part of another) of each option of a facet."""
        if name in ("area", "theme", "municipality"):
            return [(tag.value, tag.name, tag.key, bool(tag.parent)) for tag in self.vocabulary.of(name)]
        if name in SPAN:
            there = {key.partition(":")[2] for key in counts.by_key if key.startswith(f"{name}:")}
            order = sorted(there | set(self.chosen.get(name, ())), reverse=self.when == PAST)
            return [(value, span_name(value), f"{name}:{value}", False) for value in order]
        labels = {"kind": EventKind.choices, "audience": Audience.choices, "seats": FREE}[name]
        return [(value, label, f"{name}:{value}", False) for value, label in labels]

    def query_string(self, *, remove=None, add=None, **more):
        """The address's query, without the page; `remove` and `add` are pairs of facet and value."""
        pairs = [(name, value) for name, values in self.chosen.items() for value in values if (name, value) != remove]
        if add and add not in pairs:
            pairs.append(add)
        pairs += more.items()
        return f"?{urlencode(pairs)}" if pairs else ""


def span_name(value):
    """A month (2026-12) or a year as people say it."""
    year, _dash, month = value.partition("-")
    return f"{MONTHS[int(month)]} {year}" if month else year


def _in_spans(values):
    found = Q()
    for value in values:
        year, _dash, month = value.partition("-")
        first, months = int(month or 1), 1 if month else 12
        since = times.midnight(date(int(year), first, 1))
        year_after, month_after = divmod(int(year) * 12 + first - 1 + months, 12)
        found |= Q(starts_at__gte=since, starts_at__lt=times.midnight(date(year_after, month_after + 1, 1)))
    return found


def _linked(name, **narrowing):
    return THROUGH[name].objects.filter(**narrowing).values("event_id")


# ── How many ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Counts:
    """How many events a result has, and how many of them each tag. Only the first settings.COUNT_CAP are looked at."""

    total: int = 0
    by_key: dict = field(default_factory=dict)

    @property
    def is_capped(self):
        return self.total > settings.COUNT_CAP

    @property
    def shown(self):
        return min(self.total, settings.COUNT_CAP)


_PARTS = {
    "": "SELECT '', count(*) FROM hits{i}",
    "kind": "SELECT 'kind:' || kind, count(*) FROM hits{i} GROUP BY kind",
    "audience": "SELECT 'audience:' || audience, count(*) FROM hits{i} GROUP BY audience",
    "municipality": "SELECT 'm:' || municipality_id, count(*) FROM hits{i} WHERE municipality_id IS NOT NULL "
    "GROUP BY municipality_id",
    "seats": "SELECT 'seats:free', count(*) FROM hits{i} WHERE has_free_seat",
    "theme": "SELECT 't:' || theme_id, count(*) FROM hits{i} JOIN events_event_themes l ON l.event_id = hits{i}.id "
    "GROUP BY theme_id",
    "area": "SELECT 'a:' || area, count(DISTINCT l.event_id) FROM hits{i} "
    "JOIN events_event_areas l ON l.event_id = hits{i}.id JOIN actors_area a ON a.id = l.area_id, "
    "unnest(ARRAY[a.id, a.parent_id]) area WHERE area IS NOT NULL GROUP BY area",
    **{
        name: f"SELECT '{name}:' || to_char(span, '{form}'), number FROM (SELECT "  # noqa: S608 - constants
        f"date_trunc('{name}', starts_at AT TIME ZONE %s) AS span, count(*) AS number FROM hits{{i}} GROUP BY 1) spans"
        for name, (_pattern, form) in SPAN.items()
    },
}
_COLUMNS = ("id", "kind", "audience", "municipality_id", "starts_at")


def count(asked):
    """Counts of the querysets in `asked`, each with the facets that are counted in it; "" is the total."""
    hits, parts, params, of_parts = [], [], [], []
    for queryset, names in asked:
        columns = (*_COLUMNS, "has_free_seat") if "seats" in names else _COLUMNS
        try:
            rows = queryset.values_list(*columns)[: settings.COUNT_CAP + 1]
            sql, values = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        number = len(hits)
        hits.append(f"hits{number}({', '.join(columns)}) AS MATERIALIZED ({sql})")
        params += values
        parts += [_PARTS[name].replace("{i}", str(number)) for name in names]
        of_parts += [settings.TIME_ZONE for name in names if name in SPAN]
    if not parts:
        return Counts()
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(hits)} {' UNION ALL '.join(parts)}", [*params, *of_parts])
        found = dict(cursor.fetchall())
    return Counts(found.pop("", 0), found)
