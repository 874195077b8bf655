"""What pages say of events: `{% load events %}`."""

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from events import times
from events.models import EventState
from web.signs import sign
from web.templatetags.web import day

register = template.Library()
STATES = {
    EventState.DRAFT: ("quiet", "pencil"),
    EventState.PUBLISHED: ("ok", "check"),
    EventState.CANCELLED: ("stop", "stop"),
    EventState.HELD: ("quiet", "anchor"),
}
MOVED = gettext_lazy("Moved")


@register.simple_tag
def event_state(event):
    """The state of an event: a sign and a word. That it is published goes without saying."""
    tone, mark = STATES[event.state]
    if event.state == EventState.PUBLISHED:
        if not event.moved_from:
            return ""
        return format_html('<span class="status warn">{}{}</span>', sign("warn"), MOVED)
    return format_html('<span class="status {}">{}{}</span>', tone, sign(mark), event.get_state_display())


@register.filter
def when(event):
    """The time of an event in words, with the days of the week: Tue 24 Nov 2026, 09:00–12:00."""
    first, last = localtime(event.starts_at), localtime(event.ends_at)
    if event.is_whole_day:
        return days(event)
    if first.date() == event.last_day:
        return f"{day(first)}{_hour(first)}–{_hour(last, '')}"
    return f"{day(first)}{_hour(first)} – {day(last)}{_hour(last)}"


@register.filter
def hours(event):
    """The hours alone, where the day stands beside it; "" when only the days are known."""
    if event.is_whole_day:
        return ""
    first, last = localtime(event.starts_at), localtime(event.ends_at)
    return f"{_hour(first, '')}–{_hour(last, '')}" if first.date() == event.last_day else _hour(first, "")


def days(event):
    first, last = event.first_day, event.last_day
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def _hour(moment, lead=None):
    """The hour and minute, after what stands between it and a day."""
    before = (", " if get_language() == "en" else " kl. ") if lead is None else lead
    return before + times.clock(moment)


@register.filter
def zone(event):
    """The time zone that holds when the event begins, for readers from elsewhere: CET (UTC+1)."""
    moment = localtime(event.starts_at)
    return f"{moment.tzname()} (UTC{moment.utcoffset().total_seconds() / 3600:+g})"


@register.filter
def moved_from_words(event):
    """When a moved event was to begin."""
    moment = localtime(event.moved_from)
    return f"{day(moment)}{_hour(moment)}"


@register.filter
def double_hour(event):
    """What is said of a time that the clock shows twice; "" for any other."""
    if event.is_whole_day or not times.is_double(times.local(event.starts_at)):
        return ""
    is_first = timezone.localtime(event.starts_at).fold == 0
    return _("The clocks are put back that night: the first of the two hours is meant.") if is_first else ""


@register.filter
def clock(moment):
    """The time of day alone: 09:00, in Swedish 09.00."""
    return _hour(localtime(moment), "")
