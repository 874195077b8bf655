"""The events of one person: what they come to or wait for, and what they were at."""

from django.utils import timezone

from events.models import Event, Registration

MOST_PAST = 50


def _of(user):
    """Those of events that the person may still see."""
    rows = Registration.objects.of(user).filter(event__in=Event.objects.visible_to(user))
    return rows.select_related("event", "actor")


def coming_of(user):
    """The next first, each with its number on the waiting list."""
    rows = _of(user).active().filter(event__ends_at__gt=timezone.now())
    return list(rows.with_number().order_by("event__starts_at", "pk"))


def past_of(user):
    """The last first."""
    rows = _of(user).confirmed().filter(event__ends_at__lte=timezone.now())
    return list(rows.order_by("-event__starts_at", "-pk")[:MOST_PAST])
