"""Addresses of the door, of who came, and of what is kept of it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from events.views import afterwards, door, people, tickets

urlpatterns = [
    # The organisers' desk
    path(_("events/<slug:slug>/people/"), people.event_people, name="event_people"),
    path(_("events/<slug:slug>/people/export.<str:format>"), people.event_people_export, name="event_people_export"),
    path(
        _("events/<slug:slug>/people/<int:pk>/certificate/"), tickets.event_certificate_of, name="event_certificate_of"
    ),
    path(_("events/<slug:slug>/door/"), door.event_door, name="event_door"),
    path(_("events/<slug:slug>/door/tick/"), door.event_tick, name="event_tick"),
    path(_("events/<slug:slug>/door/list/"), door.event_came_list, name="event_came_list"),
    path(_("events/<slug:slug>/ask/"), people.event_ask, name="event_ask"),
    path(_("events/<slug:slug>/afterwards/"), afterwards.event_afterwards, name="event_afterwards"),
    path(_("events/<slug:slug>/check-in/<int:pk>/<str:ticket>/"), door.event_check_in, name="event_check_in"),
    # A participant's own, signed in or by the link of a mail
    path(_("events/<slug:slug>/ticket/"), tickets.event_ticket, name="event_ticket"),
    path(_("tickets/<str:token>/"), tickets.event_ticket_by_link, name="event_ticket_by_link"),
    path(_("events/<slug:slug>/others/"), tickets.event_others, name="event_others"),
    path(_("tickets/<str:token>/others/"), tickets.event_others_by_link, name="event_others_by_link"),
    path(_("events/<slug:slug>/certificate/"), tickets.event_certificate, name="event_certificate"),
    path(_("tickets/<str:token>/certificate/"), tickets.event_certificate_by_link, name="event_certificate_by_link"),
    # What staff report with
    path(_("attendance/"), afterwards.event_evidence, name="event_evidence"),
    path(_("attendance/<slug:what>.<str:format>"), afterwards.event_evidence_export, name="event_evidence_export"),
]
