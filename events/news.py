"""Events that were announced, for whoever gets news of the region by mail."""

from functools import partial

from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.models import Event, EventState
from events.templatetags.events import when
from notifications.news import Kind, News
from web.text import in_language

MOST_SAID = 200  # letters


def announced(since, until):
    """What was published in between for everybody, is still to come and takes place."""
    said = {f"said_{code}": Left(f"text_{code}", MOST_SAID) for code in ("sv", "en")}
    rows = Event.objects.published().filter(state=EventState.PUBLISHED).coming()
    rows = rows.filter(published_at__gt=since, published_at__lte=until).annotate(**said)
    rows = rows.select_related("municipality").prefetch_related("areas", "themes")
    return [_news_of(event) for event in rows.order_by("-published_at", "-pk")]


def _news_of(event):
    tags = {f"t:{theme.pk}" for theme in event.themes.all()}
    for area in event.areas.all():
        tags |= {f"a:{pk}" for pk in (area.pk, area.parent_id) if pk}
    return News(
        thing=f"event:{event.pk}",
        at=event.published_at,
        tags=frozenset(tags),
        title=partial(str, event),
        url=event.get_absolute_url,
        text=partial(_text, event),
        about=partial(in_language, event, "said"),
    )


def _text(event):
    place = event.place or (event.municipality.name if event.municipality else "")
    return " · ".join(part for part in (str(event.get_kind_display()), when(event), place) if part)


KIND = Kind(_("New events"), announced, lambda: reverse("event_list"))
