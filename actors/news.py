"""Actors that are new in the register, for whoever gets news of the region by mail."""

from functools import partial

from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from notifications.news import Kind, News
from web.text import in_language

MOST_SAID = 200  # letters


def published(since, until):
    """The actors that came into the register in between; one that was taken out and comes back is not new."""
    said = {f"said_{code}": Left(f"description_{code}", MOST_SAID) for code in ("sv", "en")}
    rows = Actor.objects.published().filter(published_at__gt=since, published_at__lte=until)
    rows = rows.select_related("municipality").annotate(**said)
    rows = rows.only("name", "slug", "kind", "published_at", "facets", "municipality__name")
    return [_news_of(actor) for actor in rows.order_by("-published_at", "-pk")]


def _news_of(actor):
    return News(
        thing=f"actor:{actor.pk}",
        at=actor.published_at,
        tags=frozenset(actor.facets),
        title=partial(str, actor.name),
        url=actor.get_absolute_url,
        text=partial(_text, actor),
        about=partial(in_language, actor, "said"),
    )


def _text(actor):
    place = f" · {actor.municipality.name}" if actor.municipality else ""
    return f"{actor.get_kind_display()}{place}"


KIND = Kind(_("New in the register"), published, lambda: f"{reverse('actor_list')}?sort=new")
