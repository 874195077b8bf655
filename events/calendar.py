"""Events as calendar entries (RFC 5545), by the library icalendar.

Times are said in the region's time zone with its VTIMEZONE, so that nine o'clock stays nine o'clock. An entry keeps
its UID for ever and its SEQUENCE grows with each change, so that a calendar replaces what it has. No entry has an
ORGANIZER: that would be somebody's address. What an entry says follows from its row alone, so its text is kept in
memory for as long as the row stands in the table as it stood when it was read.
"""

from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext, override

from events.models import Event, EventState
from web import region
from web.templatetags.web import address

LONGEST = 300  # letters of a description: the rest stands on the page
FEED_HOURS = timedelta(hours=4)  # how often a calendar need ask again
KEPT = 4000  # entries in memory
MOMENTS = ("starts_at", "ends_at")
_STAMP = RawSQL("events_event.xmin::text || events_event.ctid::text", ())
_kept = {}
STATUS = {EventState.DRAFT: "TENTATIVE", EventState.CANCELLED: "CANCELLED"}


def entry_of(event, *, is_mine=False, is_tentative=False):
    """The VEVENT of an event, in the language that is switched on. `is_mine`: for who has a seat, with the video link;
    `is_tentative`: for who waits for one."""
    entry = icalendar.Event()
    _add_times(entry, event)
    entry.add("uid", uid_of(event))
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", event.updated_at)
    entry.add("last-modified", event.updated_at)
    entry.add(
        "status", "TENTATIVE" if is_tentative and not event.is_cancelled else STATUS.get(event.state, "CONFIRMED")
    )
    entry.add("summary", _summary(event, is_tentative))
    entry.add("description", _description(event, is_mine))
    entry.add("categories", [str(event.get_kind_display())])
    _add_place(entry, event)
    if path := address("event", event.slug):
        entry.add("url", settings.SITE_URL + path)
    return entry


def uid_of(row, kind=""):
    """What an entry is called for ever: unique in the world, for the same row the same."""
    return f"{kind}{getattr(row, 'uid', None) or row.pk}@{urlsplit(settings.SITE_URL).hostname}"


def calendar_of(events, *, mine=(), waiting=(), language=None, more=()):
    """A whole calendar of a few `events` as bytes. `mine` and `waiting` are ids of those with a seat and those that are
    waited for; `more` are further VEVENTs."""
    events = list(events)
    with override(language or get_language()):
        entries = [entry_of(one, is_mine=one.pk in mine, is_tentative=one.pk in waiting).to_ical() for one in events]
    return _whole("", events, entries, more)


def stamped(events):
    """The events of a queryset as `kept_calendar_of` takes them: which they are, when, and what stands for the row as
    it is now. PostgreSQL writes a row anew with every change, whoever makes it."""
    return list(events.annotate(stamp=_STAMP).values_list("pk", "stamp", "municipality__name", *MOMENTS, named=True))


def kept_calendar_of(rows, *, name, mine=(), waiting=(), more=()):
    """A calendar of many events (`stamped`), named for those who subscribe to it; only those that are not kept are
    read whole."""
    mine, waiting, spoken = frozenset(mine), frozenset(waiting), (get_language(), settings.SITE_URL)
    keys = {row.pk: (row[:3], spoken, row.pk in mine, row.pk in waiting) for row in rows}
    _keep(keys, mine, waiting)
    return _whole(name, rows, [_kept[key] for key in keys.values() if key in _kept], more)


def _keep(keys, mine, waiting):
    missing = [pk for pk, key in keys.items() if key not in _kept]
    if len(_kept) + len(missing) > KEPT:
        _kept.clear()
        missing = list(keys)
    rows = Event.objects.filter(pk__in=missing).annotate(stamp=_STAMP).select_related("municipality")
    for event in rows if missing else ():
        (_pk, stamp, _town), *_others = keys[event.pk]
        if event.stamp == stamp:  # else it was changed after it was judged who may see it
            entry = entry_of(event, is_mine=event.pk in mine, is_tentative=event.pk in waiting)
            _kept[keys[event.pk]] = entry.to_ical()


def _whole(name, events, entries, more):
    days = [*(event.starts_at for event in events), *(event.ends_at for event in events)]
    days = [min(days), max(days)] if days else []
    years = [timezone.localtime(day).year for day in [*days, *(one["dtstart"].dt for one in more)]]
    years = years or [timezone.localdate().year]
    head, foot = _frame(name, region.current().site_name)
    return b"".join([head, zone(min(years), max(years)), *entries, *(one.to_ical() for one in more), foot])


@lru_cache(maxsize=64)
def zone(first, last):
    """The VTIMEZONE of the region, good for the years from `first` to `last`."""
    rules = icalendar.Timezone.from_tzid(
        settings.TIME_ZONE, first_date=date(first - 1, 1, 1), last_date=date(last + 2, 1, 1)
    )
    rules.pop("comment", None)
    return rules.to_ical()


@lru_cache(maxsize=64)
def _frame(name, site_name):
    """What stands before and after the entries."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{site_name}//S3 hub//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", FEED_HOURS, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", icalendar.vDuration(FEED_HOURS).to_ical().decode())
    head, mark, foot = calendar.to_ical().partition(b"END:VCALENDAR")
    return head, mark + foot


def _add_times(entry, event):
    starts_at, ends_at = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    if not event.is_whole_day:
        entry.add("dtstart", starts_at)
        entry.add("dtend", ends_at)
        return
    last = (ends_at - timedelta(seconds=1)).date()  # an event that ends at midnight ends on the day before
    entry.add("dtstart", starts_at.date())
    entry.add("dtend", max(last, starts_at.date()) + timedelta(days=1))
    entry.add("transp", "TRANSPARENT")


def _summary(event, is_tentative):
    if event.is_cancelled:
        return gettext("Cancelled: %(title)s") % {"title": event.title}
    return gettext("%(title)s (waiting list)") % {"title": event.title} if is_tentative else event.title


def _description(event, is_mine):
    parts = [event.reason, Truncator(event.text).chars(LONGEST), Truncator(event.access).chars(LONGEST)]
    if is_mine and event.video_link:
        parts.append(gettext("Video link: %(link)s") % {"link": event.video_link})
    if event.is_example:
        parts.insert(0, gettext("An invented example."))
    return "\n\n".join(part.replace("\r\n", "\n") for part in parts if part)


def _add_place(entry, event):
    town = event.municipality.name if event.municipality_id else ""
    words = [event.place, event.address] if event.place or event.address else [town]
    if any(words):
        entry.add("location", ", ".join(word for word in words if word))
    if event.latitude is not None and event.longitude is not None:
        entry.add("geo", (event.latitude, event.longitude))
