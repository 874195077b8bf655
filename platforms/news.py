"""Partnerships that became public or started, for whoever gets news of the region by mail."""

from functools import partial

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.news import Kind, News
from platforms.models import Partnership

NEW, STARTED = _("A new partnership"), _("The partnership has started")


def of_partnerships(since, until):
    """What happened with public partnerships in between; one that starts before it is public is new, not started."""
    came = Q(published_at__gt=since, published_at__lte=until)
    began = Q(started_at__gt=since, started_at__lte=until)
    rows = Partnership.objects.published().under_way().filter(came | began)
    return [
        _news_of(partnership, at, text)
        for partnership in rows.prefetch_related("areas", "themes").order_by("pk")
        for at, text in _moments(partnership)
        if since < at <= until
    ]


def _moments(partnership):
    yield partnership.published_at, NEW
    if partnership.started_at and partnership.started_at > partnership.published_at:
        yield partnership.started_at, STARTED


def _news_of(partnership, at, text):
    return News(
        thing=f"partnership:{partnership.pk}",
        at=at,
        tags=_tags(partnership),
        title=partial(getattr, partnership, "name"),
        url=partnership.get_absolute_url,
        text=partial(str, text),
        about=partial(getattr, partnership, "purpose"),
    )


def _tags(partnership):
    """As the register's triggers make them for an actor: a sub-area counts for its area as well."""
    areas = {pk for area in partnership.areas.all() for pk in (area.pk, area.parent_id) if pk}
    return frozenset({f"a:{pk}" for pk in areas} | {f"t:{theme.pk}" for theme in partnership.themes.all()})


KIND = Kind(_("Partnerships"), of_partnerships, lambda: reverse("partnership_list"))
