"""Addresses for search engines: an index, and behind it the actors in blocks of ids, however many they are."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Max
from django.http import Http404
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from actors.models import Actor

BLOCK = 2000
PAGES = ("start", "actor_list", "actor_chart", "open_data", "about", "accessibility", "privacy", "cookies")
XML = "application/xml"


@login_not_required
@require_safe
def sitemap(request):
    """The index: the pages that are not actors, and each block of ids that may hold some."""
    last = Actor.objects.published().aggregate(last=Max("pk"))["last"] or 0
    names = ["pages", *(f"actors-{start}" for start in range(0, last + 1, BLOCK))]
    parts = [settings.SITE_URL + reverse("sitemap_part", args=[name]) for name in names]
    return render(request, "insight/sitemap_index.xml", {"parts": parts}, content_type=XML)


@login_not_required
@require_safe
def sitemap_part(request, part):
    if part == "pages":
        pages = [{"urls": in_each_language(name)} for name in PAGES]
    elif part.removeprefix("actors-").isascii() and part.removeprefix("actors-").isdigit() and len(part) < 20:
        pages = actors_from(int(part.removeprefix("actors-")))
    else:
        raise Http404
    return render(request, "insight/sitemap.xml", {"pages": [p for p in pages if p["urls"]]}, content_type=XML)


def actors_from(start):
    rows = Actor.objects.published().filter(pk__gte=start, pk__lt=start + BLOCK).order_by("pk")
    return [
        {"urls": in_each_language("actor", slug), "changed": changed}
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
