"""The day before, whoever has a seat is reminded, once."""

from django.db import transaction

from events.actions import seat_mails
from events.actions.seats import DAY, database_now
from events.models import EventState, Registration


def due(now):
    """Seats at events that start within a day, whose people have not been told so."""
    soon = {"event__starts_at__gt": now, "event__starts_at__lte": now + DAY, "event__state": EventState.PUBLISHED}
    return Registration.objects.confirmed().filter(reminded_at=None, **soon)


@transaction.atomic
def queue_reminders():
    """Queue what is due; how many. Two at once, or one twice, remind nobody twice: the row says that it is done."""
    now = database_now()
    rows = due(now).select_for_update(of=("self",), skip_locked=True).select_related("user", "event").order_by("pk")
    by_change = {}
    for row in rows:
        by_change.setdefault(row.event.sequence, []).append(row)
    for sequence, those in by_change.items():
        Registration.objects.filter(pk__in=[row.pk for row in those]).update(reminded_at=now)
        seat_mails.queue(those, "reminder", sequence)
    return sum(map(len, by_change.values()))
