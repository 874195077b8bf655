"""Meetings of two as calendar entries."""

from datetime import timedelta

import icalendar
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from events.actions.meeting_news import meetings_of, other_of, path_of
from events.calendar import uid_of
from events.matching import organisation_of
from events.models import Meeting, MeetingState


def entries_of(registration):
    """The booked meetings of a registration as VEVENTs."""
    minutes = timedelta(minutes=registration.event.matchmaking.minutes)
    return [entry_of(one, registration, minutes) for one in meetings_of(registration)]


def entries_for(user, events):
    """Those of a person at `events` (rows), of all their registrations. Few have any: that is asked before all that an
    entry tells of the event and of both."""
    rows = Meeting.objects.filter(Q(asker__user=user) | Q(asked__user=user), state=MeetingState.BOOKED)
    rows = rows.filter(event__pk__any=[event.pk for event in events]).order_by("starts_at")
    if not rows.exists():
        return []
    found = []
    for one in rows.select_related("event__matchmaking", "asker__actor", "asked__actor"):
        mine = one.asker if one.asker.user_id == user.pk else one.asked
        mine.event = one.event
        found.append(entry_of(one, mine, timedelta(minutes=one.event.matchmaking.minutes)))
    return found


def entry_of(meeting, registration, minutes):
    other, entry = other_of(meeting, registration.pk), icalendar.Event()
    organisation = organisation_of(other)
    who = f"{other.name}, {organisation}" if organisation else other.name
    starts_at = timezone.localtime(meeting.starts_at)
    place = [registration.event.place, gettext("table %(number)s") % {"number": meeting.table}]
    entry.add("uid", uid_of(meeting, "meeting-"))
    entry.add("sequence", 0)
    entry.add("dtstamp", meeting.created_at)
    entry.add("last-modified", meeting.created_at)
    entry.add("status", "CONFIRMED")
    entry.add("summary", gettext("Meeting with %(who)s") % {"who": who})
    entry.add("description", "\n\n".join(part for part in (registration.event.title, meeting.line) if part))
    entry.add("location", ", ".join(part for part in place if part))
    entry.add("dtstart", starts_at)
    entry.add("dtend", timezone.localtime(meeting.starts_at + minutes))
    entry.add("url", settings.SITE_URL + path_of(registration))
    return entry
