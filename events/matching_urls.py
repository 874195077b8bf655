"""Addresses of matchmaking."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from events.views import matching

urlpatterns = [
    path(_("events/<slug:slug>/matching/"), matching.event_matching, name="event_matching"),
    path(_("events/<slug:slug>/matching/meetings.ics"), matching.matching_ics, name="matching_ics"),
    path(_("events/<slug:slug>/matching/keep/"), matching.matching_keep, name="matching_keep"),
    path(_("meetings/<str:token>/"), matching.matching_guest, name="matching_guest"),
    path(_("meetings/<str:token>/meetings.ics"), matching.matching_guest_ics, name="matching_guest_ics"),
    path(_("what-came-of-it/<str:token>/"), matching.meeting_follow_up, name="meeting_follow_up"),
]
