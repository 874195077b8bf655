"""Addresses of calendars."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from events.views import calendars

urlpatterns = [
    path(_("events.ics"), calendars.events_ics, name="events_ics"),
    path(_("events.atom"), calendars.events_atom, name="events_atom"),
    path(_("my-calendar/"), calendars.my_calendar, name="my_calendar"),
    path(_("calendar/<str:token>.ics"), calendars.calendar_feed, name="calendar_feed"),
    path(_("events/<slug:slug>/calendar.ics"), calendars.event_ics, name="event_ics"),
]
