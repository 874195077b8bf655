"""Events as calendar entries (RFC 5545), by the library icalendar.

Times are said in the region's time zone with its VTIMEZONE, so that nine o'clock stays nine o'clock. An entry keeps
its UID for ever and its SEQUENCE grows with each change, so that a calendar replaces what it has. No entry has an
ORGANIZER: that would be somebody's address. What an entry says follows from its row alone, so its text is kept in
memory.
"""

from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext, override

from events.models import EventState
from web import region
from web.templatetags.web import address

LONGEST = 300  # letters of a description: the rest stands on the page
FEED_HOURS = timedelta(hours=4)  # how often a calendar need ask again
KEPT = 4000  # entries in memory
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


def calendar_of(events, *, name="", mine=(), waiting=(), language=None, more=()):
    """A whole calendar of `events` as bytes. `mine` and `waiting` are ids of those with a seat and those that are
    waited for; `more` are further VEVENTs. `name` names a calendar that is subscribed to."""
    events, mine, waiting = list(events), frozenset(mine), frozenset(waiting)
    with override(language or get_language()):
        entries = [_kept_entry(Kept(event, event.pk in mine, event.pk in waiting)) for event in events]
        entries += [one.to_ical() for one in more]
    days = [day for event in events for day in (event.starts_at, event.ends_at)]
    days += [one["dtstart"].dt for one in more]
    years = [timezone.localtime(day).year for day in days] or [timezone.localdate().year]
    head, _mark, foot = _frame(name).partition(b"END:VCALENDAR")
    return b"".join([head, zone(min(years), max(years)), *entries, _mark, foot])


@lru_cache(maxsize=64)
def zone(first, last):
    """The VTIMEZONE of the region, good for the years from `first` to `last`."""
    rules = icalendar.Timezone.from_tzid(
        settings.TIME_ZONE, first_date=date(first - 1, 1, 1), last_date=date(last + 2, 1, 1)
    )
    rules.pop("comment", None)
    return rules.to_ical()


class Kept:
    """An event as a key: the same until its row was saved again, or is read in another language."""

    def __init__(self, event, is_mine, is_tentative):
        self.event, self.is_mine, self.is_tentative = event, is_mine, is_tentative
        self.key = (event.pk, event.version, event.sequence, event.state, event.updated_at, event.starts_at)
        self.key += (get_language(), is_mine, is_tentative, settings.SITE_URL)

    def __hash__(self):
        return hash(self.key)

    def __eq__(self, other):
        return self.key == other.key


@lru_cache(maxsize=KEPT)
def _kept_entry(kept):
    text = entry_of(kept.event, is_mine=kept.is_mine, is_tentative=kept.is_tentative).to_ical()
    kept.event = None  # the row itself need not stay
    return text


def _frame(name):
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{region.current().site_name}//S3 hub//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", FEED_HOURS, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", icalendar.vDuration(FEED_HOURS).to_ical().decode())
    return calendar.to_ical()


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
