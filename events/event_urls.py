"""Addresses of events: the list, one event, and keeping it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from events.views import event, keeping, overview

urlpatterns = [
    # All events
    path(_("events/"), overview.event_list, name="event_list"),
    path(_("events/archive/"), overview.event_archive, name="event_archive"),
    path(_("events/chart/"), overview.event_chart, name="event_chart"),
    path(_("events/export.<str:format>"), overview.event_export, name="event_export"),
    # One event
    path(_("new-event/"), keeping.event_new, name="event_new"),
    path(_("events/<slug:slug>/"), event.event, name="event"),
    path(_("events/<slug:slug>/edit/"), keeping.event_edit, name="event_edit"),
    path(_("events/<slug:slug>/copy/"), keeping.event_copy, name="event_copy"),
    path(_("events/<slug:slug>/series/"), keeping.event_series, name="event_series"),
    path(_("events/<slug:slug>/step/<slug:step>/"), keeping.event_step, name="event_step"),
    # Where events are told of
    path(_("actors/<slug:slug>/events/"), event.actor_events, name="actor_events"),
    path(_("partnerships/<slug:slug>/events/"), event.partnership_events, name="partnership_events"),
    path(_("missions/<slug:slug>/events/"), event.mission_events, name="mission_events"),
    path(_("spaces/<slug:slug>/events/"), event.space_events, name="space_events"),
    path(_("spaces/<slug:slug>/events/new/"), keeping.space_event_new, name="space_event_new"),
]
