"""All events at once: what is coming by month, what was, on the chart, and as files."""

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from actors.models import Actor, Certainty
from actors.views.register import drawing
from events.filters import COMING, FACETS, PAST, SPAN, EventFilter, span_name
from events.models import Audience, Event, EventKind, EventState, SignUp
from events.templatetags.events import event_state, hours
from events.templatetags.events import when as when_in_words
from web import region
from web.exports import json_response, table_response
from web.paging import page_of
from web.public import public_page

PAGE_SIZE = 25
FORMATS = ("csv", "xlsx", "json")
LISTS = {COMING: "event_list", PAST: "event_archive"}


@public_page
def event_list(request):
    return listed(request, COMING)


@public_page
def event_archive(request):
    return listed(request, PAST)


def listed(request, when):
    wanted = EventFilter(request.GET, Event.objects.visible_to(request.user), when=when)
    if problems := wanted.problems():
        return bad_address(request, problems)
    page = page_of(for_list(wanted.ordered()), wanted.page_number, PAGE_SIZE)
    if not page.rows and page.number > 1:
        raise Http404
    context = {"page": page, "spans": spans(as_rows(page.rows, wanted.vocabulary), when)}
    return render(request, "events/list.html", {**frame(request, wanted, LISTS[when]), **context})


@public_page
def event_chart(request):
    """How many events each municipality has, coming or past."""
    wanted = EventFilter(request.GET, Event.objects.visible_to(request.user))
    if problems := wanted.problems():
        return bad_address(request, problems)
    shown = frame(request, wanted, "event_chart")
    found = places(wanted, shown["total"])
    context = {"places": found, "chart": drawing(found, wanted.chosen.get("municipality", ()))}
    return render(request, "events/chart.html", {**shown, **context})


def bad_address(request, problems):
    context = {"problems": problems, "all": reverse("event_list"), "all_label": _("Show all events")}
    return render(request, "actors/bad_address.html", context, status=400)


def frame(request, wanted, name):
    """What the lists and the chart have in common: the facets, the chips, the number of hits, the ways on."""
    counts, here = wanted.counts(), reverse(name)
    found = groups(wanted, counts)
    when = {"when": PAST} if wanted.when == PAST else {}
    kept = when if name == "event_chart" else {}
    views = (
        (LISTS[wanted.when], {}, gettext_lazy("List"), "list"),
        ("event_chart", when, gettext_lazy("Chart"), "chart"),
    )
    return {
        "here": here,
        "when": wanted.when,
        "kept": kept,
        "is_chart": name == "event_chart",
        "total": counts,
        "facets": facet_form(here, kept, found, is_capped=counts.is_capped),
        "groups": found,
        "chips": chips(wanted, here, kept),
        "clear": here + (f"?when={PAST}" if kept else ""),
        "is_narrowed": bool(wanted.chosen),
        "views": [
            {"url": reverse(view) + wanted.query_string(**more), "label": label, "sign": sign, "current": view == name}
            for view, more, label, sign in views
        ],
        "exports": [(one, reverse("event_export", args=[one]) + wanted.query_string(**when)) for one in FORMATS],
        "calendars": [
            (label, reverse(view) + wanted.query_string())
            for label, view in (("iCal", "events_ics"), ("Atom", "events_atom"))
            if wanted.when == COMING
        ],
        "may_add": request.user.has_perm("events.add_event"),
    }


def facet_form(here, kept, groups, **more):
    """The form of the facets as HTML. Forms that are alike in every part are rendered once, and kept."""
    described = json.dumps({"here": here, "kept": kept, "groups": groups, **more}, default=str)
    return (_facet_form.__wrapped__ if settings.DEBUG else _facet_form)(get_language(), described)


@lru_cache(maxsize=200)
def _facet_form(_language, described):
    return render_to_string("events/_facets.html", json.loads(described))


def groups(wanted, counts):
    """The facets with their options; a month or a year stands there only when it has something."""
    found = []
    for name in wanted.facets:
        chosen = wanted.chosen.get(name, ())
        options = [
            {
                "value": value,
                "label": label,
                "count": counts.by_key.get(key, 0),
                "checked": value in chosen,
                "sub": is_part,
            }
            for value, label, key, is_part in wanted.options(name, counts)
        ]
        found.append({"name": name, "legend": FACETS[name], "options": options})
    return found


def chips(wanted, here, kept):
    """One removable chip for each chosen tag: a link to the same result without it."""
    found = []
    for name, values in wanted.chosen.items():
        labels = {} if name in SPAN else dict(wanted.filters[name].extra["choices"])
        for value in values:
            url = here + wanted.query_string(remove=(name, value), **kept)
            found.append({"label": labels.get(value) or span_name(value), "url": url})
    return found


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
SHOWN = (
    *("slug", "title_sv", "title_en", "kind", "state", "audience", "place", "starts_at", "ends_at"),
    *("is_whole_day", "moved_from", "confidence", "is_example"),
)
JUDGED = ("municipality", "capacity", "takes_registrations", "opens_at", "closes_at", "has_waiting_list")
_shown_of = attrgetter(*SHOWN)


@dataclass
class Row:
    """An event in a list, with the name of its municipality, its themes, and what signing up leads to. `left`: how many
    seats are free, None where nobody counts."""

    event: Event
    town: str
    themes: tuple
    sign_up: SignUp
    left: int | None

    def h3(self):
        return self._html("h3")

    def h4(self):
        return self._html("h4")

    def _html(self, level):
        return _row_html(get_language(), level, _shown_of(self.event), self.town, self.themes, self.sign_up, self.left)


@lru_cache(maxsize=2000)
def _row_html(_language, level, values, town, themes, sign_up, left):
    """The row as HTML. It is made of nothing but `values` (SHOWN) and the rest of its key, so that rows that are alike
    are rendered once, and one that is not is never shown in place of another."""
    event = Event(**dict(zip(SHOWN, values, strict=True)))
    several = event.is_whole_day or event.first_day != event.last_day
    about = (event.get_kind_display(), when_in_words(event) if several else hours(event), event.place or town)
    row = {
        "event": event,
        "about": " · ".join(str(part) for part in about if part),
        "state": event_state(event),
        "audience": "" if event.audience == Audience.PUBLIC else event.get_audience_display(),
        "is_unsure": event.confidence == Certainty.LOW,
        "themes": themes,
        "sign_up": sign_up,
        "left": left,
    }
    return render_to_string("events/_row.html", {"row": row, "level": level})


def for_list(events):
    """Events with what a row tells, in one question; they hold how many seats are taken (`with_seated`)."""
    themes = Event.themes.through.objects.filter(event=OuterRef("pk")).order_by("theme_id")
    rows = events.with_seated().annotate(theme_ids=ArraySubquery(themes.values("theme_id")))
    return rows.only(*SHOWN, *JUDGED)


def as_rows(events, vocabulary):
    signs, now = region.current().theme_signs, timezone.now()
    themes = {tag.key: (tag.value, tag.name, signs.get(tag.value, "")) for tag in vocabulary.of("theme")}
    towns = {tag.key: tag.name for tag in vocabulary.of("municipality")}
    return [
        Row(
            event=event,
            town=towns.get(f"m:{event.municipality_id}", ""),
            themes=tuple(themes[key] for pk in event.theme_ids if (key := f"t:{pk}") in themes),
            sign_up=event.sign_up(event.seated, now),
            left=event.seats_left(event.seated),
        )
        for event in events
    ]


@dataclass
class Span:
    """A month or a year with its rows."""

    name: str
    rows: list


def spans(rows, when):
    """Rows under the month, or for past ones the year, in which they begin."""
    form = "%Y-%m" if when == COMING else "%Y"
    return [
        Span(span_name(value), list(those))
        for value, those in groupby(rows, lambda row: row.event.first_day.strftime(form))
    ]


def places(wanted, counts):
    """How many of the result each municipality has, with the address of the list of them."""
    here = reverse(LISTS[wanted.when])
    return [
        {
            "code": value,
            "name": label,
            "count": counts.by_key.get(key, 0),
            "more": counts.is_capped,
            "url": here + wanted.query_string(add=("municipality", value)),
        }
        for value, label, key, _is_part in wanted.options("municipality", counts)
    ]


# ── Files: what is public ────────────────────────────────────────────────────────────────────────────────────────────
COLUMNS = {
    "title": gettext_lazy("Title"),
    "kind": gettext_lazy("Kind of event"),
    "state": gettext_lazy("State"),
    "audience": gettext_lazy("Who may come"),
    "starts_at": gettext_lazy("Starts"),
    "ends_at": gettext_lazy("Ends"),
    "is_whole_day": gettext_lazy("Only the days are known"),
    "place": gettext_lazy("Place"),
    "address": gettext_lazy("Address"),
    "municipality": gettext_lazy("Municipality"),
    "organisers": gettext_lazy("Organisers"),
    "areas": gettext_lazy("Areas"),
    "themes": gettext_lazy("Themes"),
    "capacity": gettext_lazy("Number of seats"),
    "seats_left": gettext_lazy("Free seats"),
    "is_example": gettext_lazy("Invented example"),
    "source": gettext_lazy("Source"),
    "confidence": gettext_lazy("Certainty"),
    "url": gettext_lazy("Web address"),
}


@public_page(max_age=0)
def event_export(request, format):
    if format not in FORMATS:
        raise Http404
    wanted = EventFilter(request.GET, Event.objects.published())
    if problems := wanted.problems():
        return bad_address(request, problems)
    rows = facts(wanted.ordered())
    if format == "json":
        return json_response("events.json", region.current().open_data_head(), "events", rows)
    headings = [str(label) for label in COLUMNS.values()]
    table = ([in_words(one)[key] for key in COLUMNS] for one in rows)
    return table_response(f"events.{format}", _("Events"), headings, table)


def facts(events):
    """One dict of COLUMNS for each event, with the values that addresses use; a few hundred at a time."""
    tagged = events.with_seated().annotate(
        area_slugs=_names(Event.areas.through, "area__slug"),
        theme_slugs=_names(Event.themes.through, "theme__slug"),
        organiser_names=ArraySubquery(
            Event.organisers.through.objects.filter(event=OuterRef("pk"), actor__in=Actor.objects.named().values("pk"))
            .order_by("actor__name")
            .values("actor__name")
        ),
        municipality_name=F("municipality__name"),
    )
    for event in tagged.iterator(chunk_size=500):
        others = [event.organiser_note] if event.organiser_note else []
        yield {
            **{key: getattr(event, key) for key in COLUMNS if key in _PLAIN},
            "municipality": event.municipality_name or "",
            "organisers": [*event.organiser_names, *others],
            "areas": event.area_slugs,
            "themes": event.theme_slugs,
            "seats_left": event.seats_left(event.seated),
            "url": settings.SITE_URL + event.get_absolute_url(),
        }


_PLAIN = {
    *("title", "kind", "state", "audience", "starts_at", "ends_at", "is_whole_day", "place", "address", "capacity"),
    *("is_example", "source", "confidence"),
}


def _names(through, column):
    return ArraySubquery(through.objects.filter(event=OuterRef("pk")).order_by(column).values(column))


def in_words(row):
    """A row as a table tells it."""
    words = {
        "kind": EventKind(row["kind"]).label,
        "state": EventState(row["state"]).label,
        "audience": Audience(row["audience"]).label,
        **{name: _("Yes") if row[name] else _("No") for name in ("is_whole_day", "is_example")},
        **{name: timezone.localtime(row[name]) for name in ("starts_at", "ends_at")},
        **{name: ", ".join(row[name]) for name in ("organisers", "areas", "themes")},
    }
    return {**row, **words}
