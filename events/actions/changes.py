"""Everybody who comes or waits hears at once that an event is moved or cancelled."""

from django.db import transaction
from django.db.models.functions import Least

from events.actions import seat_mails, seat_told
from events.actions.seats import DAY, database_now
from events.models import Registration, RegistrationState


@transaction.atomic
def tell_changed(event, what):
    """Tell that it is "moved" or "cancelled" (`what`); how many people. Call it in the transaction of the change, with
    the event locked and saved: its `sequence` is the number of the change, of which each hears once. Whoever is moved
    is reminded anew, and no offer lives past the new start."""
    rows = event.registrations.active().select_for_update(of=("self",)).select_related("user").order_by("pk")
    rows = list(rows)
    if what == "moved":
        _follow(event)
    mailed = seat_mails.queue(rows, what, event.sequence)
    seat_told.tell_changed(rows, what, mailed)
    return len(rows)


def _follow(event):
    now = database_now()
    reminded = now if event.starts_at - now < DAY else None
    event.registrations.active().update(reminded_at=reminded)
    offered = Registration.objects.filter(event=event, state=RegistrationState.OFFERED)
    offered.update(offered_until=Least("offered_until", event.starts_at))
