"""Addresses of events, of those who come, and of what raises ability."""

from django.urls import include, path

urlpatterns = [
    path("", include("events.calendar_urls")),
    path("", include("events.registration_urls")),
    path("", include("events.door_urls")),
    path("", include("events.matching_urls")),
    path("", include("events.event_urls")),
    path("", include("events.programme_urls")),
    path("", include("events.ability_urls")),
]
