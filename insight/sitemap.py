"""Addresses for search engines: an index, and behind it actors, partnerships, missions and events in blocks of
ids."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Max
from django.http import Http404
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from actors.models import Actor
from events.models import Event
from missions.models import Mission
from platforms.models import Partnership

BLOCK = 2000
PAGES = (
    "start",
    "actor_list",
    "actor_chart",
    "partnership_list",
    "mission_list",
    "event_list",
    "event_archive",
    "ability",
    "programme_list",
    "method_list",
    "open_data",
    "news",
    "about",
    "accessibility",
    "privacy",
    "cookies",
)
KINDS = ("actors", "partnerships", "missions", "events")
XML = "application/xml"


def rows_of(kind):
    """The rows of one kind that are public, and the name of their page; what the demo invents is not told of."""
    if kind == "actors":
        return Actor.objects.published(), "actor"
    if kind == "missions":
        return Mission.objects.published().filter(is_example=False), "mission"
    if kind == "events":
        return Event.objects.published().filter(is_example=False), "event"
    return Partnership.objects.published().filter(is_example=False), "partnership"


@login_not_required
@require_safe
def sitemap(request):
    """The index: the pages without rows, and each block of ids that may hold some."""
    names = ["pages"]
    for kind in KINDS:
        rows, _name = rows_of(kind)
        last = rows.aggregate(last=Max("pk"))["last"] or 0
        names += [f"{kind}-{start}" for start in range(0, last + 1, BLOCK)]
    parts = [settings.SITE_URL + reverse("sitemap_part", args=[name]) for name in names]
    return render(request, "insight/sitemap_index.xml", {"parts": parts}, content_type=XML)


@login_not_required
@require_safe
def sitemap_part(request, part):
    kind, _dash, start = part.partition("-")
    if part == "pages":
        pages = [{"urls": in_each_language(name)} for name in PAGES]
    elif kind in KINDS and start.isascii() and start.isdigit() and len(start) < 12:
        pages = block(kind, int(start))
    else:
        raise Http404
    return render(request, "insight/sitemap.xml", {"pages": [p for p in pages if p["urls"]]}, content_type=XML)


def block(kind, start):
    rows, name = rows_of(kind)
    rows = rows.filter(pk__gte=start, pk__lt=start + BLOCK).order_by("pk")
    return [
        {"urls": in_each_language(name, slug), "changed": changed}
        for slug, changed in rows.values_list("slug", "updated_at")
    ]


def in_each_language(name, *args):
    """The full address of a page in every language; nothing when the installation has no such page."""
    urls = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            try:
                urls[code] = settings.SITE_URL + reverse(name, args=args)
            except NoReverseMatch:
                return {}
    return urls
