"""The register as a list and as a chart: one address says both what is asked and how it is shown."""

import json
from functools import lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors import why
from actors.filters import SORTS, ActorFilter
from actors.models import Actor
from web import region
from web.chart import chart
from web.paging import page_of
from web.public import public_page
from web.timeouts import time_limit

SEARCH_LIMIT = 1000  # milliseconds for one question to the database
LEGENDS = {
    "kind": _("Kind of actor"),
    "area": _("Area"),
    "theme": _("Theme"),
    "municipality": _("Municipality"),
    "size": _("Size"),
    "has": _("Offers or seeks"),
}
OPEN = ("kind", "area", "theme", "municipality")  # facets that are unfolded from the start
FORMATS = ("csv", "xlsx", "json")


@public_page
@time_limit(SEARCH_LIMIT)
def actor_list(request):
    wanted = ActorFilter(request.GET)
    if problems := wanted.problems():
        return bad_address(request, problems)
    counts = wanted.counts()
    page = page_of(wanted.ids(counts), wanted.page_number, settings.PAGE_SIZE)
    if not page.rows and page.number > 1:
        raise Http404
    found = hits(page.rows, wanted)
    context = {"page": page, "hits": found, "rows": [why.row(hit) for hit in found], "sorts": sorts(wanted)}
    return render(request, "actors/list.html", {**frame(wanted, counts, "actor_list"), **context})


@public_page
@time_limit(SEARCH_LIMIT)
def actor_chart(request):
    wanted = ActorFilter(request.GET)
    if problems := wanted.problems():
        return bad_address(request, problems)
    counts = wanted.counts()
    found = places(wanted, counts)
    context = {"places": found, "chart": drawing(found, wanted.chosen.get("municipality", ()))}
    return render(request, "actors/chart.html", {**frame(wanted, counts, "actor_chart"), **context})


def bad_address(request, problems):
    """400 with one sentence for each part of the address that nobody can answer."""
    return render(request, "actors/bad_address.html", {"problems": problems}, status=400)


def hits(ids, wanted):
    """The rows of one page, in the order of `ids`, with what matched when words were searched for."""
    words = wanted.query.words if wanted.exact else []
    by_id = Actor.objects.published().only(*SHOWN).in_bulk(ids)
    forms = why.forms(by_id.values(), words) if words else None
    return [why.hit(by_id[pk], wanted.vocabulary, words, forms) for pk in ids if pk in by_id]


SHOWN = ["slug", "kind", "certainty", "facets", "organisation_number", *why.FIELDS]


def frame(wanted, counts, view):
    """What the list and the chart have in common: the search, the facets, the chips, the number of hits."""
    here = reverse(view)
    views = (("actor_list", _("List"), "list"), ("actor_chart", _("Chart"), "chart"))
    return {
        "wanted": wanted,
        "here": here,
        "total": counts[""],
        "facets": facet_form(wanted, here, groups(wanted, counts)),
        "chips": chips(wanted, here),
        "clear": here,
        "views": [
            {"url": reverse(name) + wanted.query_string(), "label": label, "sign": sign, "current": name == view}
            for name, label, sign in views
        ],
        "hear": to_hear(wanted),
        "exports": [
            {"url": reverse("actor_export", args=[name]) + wanted.query_string(sort=None), "label": name.upper()}
            for name in FORMATS
        ],
    }


def to_hear(wanted):
    """What news by mail would be about for who looks at this result: the chosen areas and themes."""
    chosen = [(name, value) for name in ("area", "theme") for value in wanted.chosen.get(name, [])]
    names = [dict(wanted.vocabulary.choices(name))[value] for name, value in chosen]
    return {"query": f"?{urlencode(chosen)}" if chosen else "", "names": ", ".join(names)}


def facet_form(wanted, here, groups):
    """The form of the facets as HTML. Forms that are alike in every part are rendered once, and kept."""
    described = {
        "here": here,
        "sort": wanted.form.cleaned_data.get("sort"),
        "competences": wanted.chosen.get("competence", []),
        "groups": groups,
    }
    render = _facet_form.__wrapped__ if settings.DEBUG else _facet_form
    return render(get_language(), json.dumps(described, default=str))


@lru_cache(maxsize=200)
def _facet_form(_language, described):
    return render_to_string("actors/_facets.html", json.loads(described))


def groups(wanted, counts):
    """The facets with their options; a facet that is chosen from counts as if it were not."""
    return [
        {
            "name": name,
            "legend": legend,
            "options": options(name, wanted, counts.get(name, counts[""])),
            "open": name in OPEN or name in wanted.chosen,
        }
        for name, legend in LEGENDS.items()
    ]


def options(name, wanted, counts):
    chosen = wanted.chosen.get(name, [])
    rows = []
    for tag in wanted.vocabulary.of(name):
        number, more = counts.of(tag.key)
        rows.append(
            {
                "value": tag.value,
                "label": tag.name,
                "count": number,
                "more": more and number > 0,
                "checked": tag.value in chosen,
                "sub": bool(tag.parent),
            }
        )
    return rows


def chips(wanted, here):
    """One removable chip for the search and for each chosen tag: a link to the same result without it."""
    found = []
    if wanted.query:
        found.append({"label": wanted.query.text, "url": here + wanted.query_string(q=None)})
    for name, values in wanted.chosen.items():
        labels = dict(wanted.vocabulary.choices(name))
        for value in values:
            found.append({"label": labels[value], "url": here + wanted.query_string(remove=(name, value))})
    return found


def sorts(wanted):
    """The orders one may choose between; best match only when something is searched for."""
    here = reverse("actor_list")
    names = [(name, label) for name, label in SORTS if name != "match" or wanted.query]
    return [
        {"label": label, "url": here + wanted.query_string(sort=name), "current": wanted.sorting == name}
        for name, label in names
    ]


def places(wanted, counts):
    """How many of the result each municipality has, with the address of the list of them."""
    counted = counts.get("municipality", counts[""])
    rows = []
    for tag in wanted.vocabulary.of("municipality"):
        number, more = counted.of(tag.key)
        url = reverse("actor_list") + wanted.query_string(add=("municipality", tag.value))
        rows.append({"code": tag.value, "name": tag.name, "count": number, "more": more, "url": url})
    return rows


def drawing(places, chosen=()):
    """The chart of the region with those numbers; None for a region without borders."""
    if not region.current().chart:
        return None
    by_code = {place["code"]: place for place in places}
    counts = {code: place["count"] for code, place in by_code.items()}
    return chart(counts, lambda code: by_code[code]["url"] if code in by_code else "", chosen)
