"""Addresses of signing up, and of one's own seat."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from events.views import seats, signing_up

urlpatterns = [
    path(_("events/<slug:slug>/sign-up/"), signing_up.sign_up, name="event_sign_up"),
    path(_("events/<slug:slug>/sign-up/code/"), signing_up.code, name="event_sign_up_code"),
    path(_("events/<slug:slug>/sign-up/colleague/"), signing_up.sign_up_colleague, name="event_sign_up_colleague"),
    path(_("my-seat/<str:token>/"), seats.seat, name="event_seat"),
    path(_("my-seat/<str:token>/calendar.ics"), seats.seat_ics, name="event_seat_ics"),
    path(_("my-page/events/"), seats.my_events, name="my_events"),
]
