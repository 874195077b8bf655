"""What `notifications` needs to know of one's own seats: notices of them, and their dates in the digest."""

from functools import partial

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from events.models import ACTIVE, Event, EventState, Registration, RegistrationState
from notifications import telling
from notifications.models import Part, Why
from notifications.subjects import Line, id_of

OFFERED, MOVED, CANCELLED = "seat_offered", "event_moved", "event_cancelled"
WORDS = {
    OFFERED: _("A seat is kept for you"),
    MOVED: _("The event has new times or a new place"),
    CANCELLED: _("The event is cancelled"),
}
KINDS = {
    OFFERED: _("seats that became free"),
    MOVED: _("events that are moved"),
    CANCELLED: _("events that are cancelled"),
}
TRUE_IN = {
    OFFERED: ((RegistrationState.OFFERED,), EventState.PUBLISHED),
    MOVED: (ACTIVE, EventState.PUBLISHED),
    CANCELLED: (ACTIVE, EventState.CANCELLED),
}


def thing_of(registration):
    """The name of a registration to `notifications`."""
    return f"registration:{registration.pk}"


def tell_offered(rows, mailed):
    _tell(rows, OFFERED, Part.NEEDS, mailed)


def tell_changed(rows, what, mailed):
    """`what` is "moved" or "cancelled"."""
    _tell(rows, MOVED if what == "moved" else CANCELLED, Part.DECIDED, mailed)


def _tell(rows, kind, part, mailed):
    """Each has a mail of their own about it, which the digest does not repeat."""
    for row in rows:
        if row.user_id:
            facts = {"thing": thing_of(row), "place": f"event:{row.event_id}"}
            own = {row.user_id: mailed[row.user_id]}
            telling.notify({row.user_id}, kind=kind, why=Why.COMES, part=part, mailed=own, **facts)


def seen(user, registration):
    """`user` has their seat before their eyes."""
    telling.mark_read(user, thing_of(registration))


def read_registrations(rows):
    """For `notifications.subjects`: notices of seats, for whose they are, while they are so."""
    found = Registration.objects.select_related("event", "user").in_bulk({id_of(row) for row in rows})
    hidden = _hidden(found.values())
    return {
        row.pk: _line(
            one, lambda row=row: WORDS[row.kind], _("Take the seat, or say no") if row.kind == OFFERED else ""
        )
        for row in rows
        if (one := found.get(id_of(row))) and one.user_id == row.user_id and _is_so(row, one) and one.pk not in hidden
    }


def _is_so(row, registration):
    states, state = TRUE_IN[row.kind]
    return registration.state in states and registration.event.state == state


def _hidden(registrations):
    """Of these, the ids of those whose person may no longer see the event."""
    return {one.pk for one in registrations if not one.sees_event}


def _line(registration, text, action=""):
    event = registration.event
    title, place = (lazy(lambda: event.title, str)(), lazy(lambda: event.place or str(_("Event")), str)())
    return Line(title, partial(reverse, "event_seat", args=[registration.token]), place, text, action)


def read_events(rows):
    """For `notifications.subjects`: the name of an event of which somebody wants to hear nothing."""
    found = Event.objects.in_bulk({id_of(row) for row in rows})
    people = {row.user_id for row in rows}
    comes = list(Registration.objects.filter(event__in=found, user__in=people).select_related("event", "user"))
    comes = {(one.user_id, one.event_id) for one in comes if one.sees_event}
    return {
        row.pk: Line(lazy(lambda one=one: one.title, str)(), partial(reverse, "my_events"), "", lambda: "")
        for row in rows
        if (one := found.get(id_of(row))) and (row.user_id, one.pk) in comes
    }


def dates(users, until):
    """For `notifications.subjects`: the events that these people (ids) come to."""
    coming = Registration.objects.confirmed().filter(user__in=users, event__state=EventState.PUBLISHED)
    rows = list(coming.filter(event__starts_at__gt=timezone.now()).select_related("event", "user"))
    hidden, found = _hidden(rows), {}
    for one in rows:
        on = timezone.localdate(one.event.starts_at)
        if on <= until and one.pk not in hidden:
            found.setdefault(one.user_id, []).append((on, _line(one, lambda: _("you have a seat"))))
    return found


READERS = {"registration": read_registrations, "event": read_events}
