"""The address of a person's own calendar: made, ended, and what stands in it."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import AuditEntry, User, token_hash
from events.calendar import stamped
from events.models import ACTIVE, Audience, CalendarFeed, Event, Registration, RegistrationState
from platforms.models import Space

MOST = 1000  # events of a calendar
BACK = timedelta(days=90)  # how long what is over stays in it


def _ended(user):
    """End the address that works, if any; the person is locked, so that two presses at once make one address."""
    User.objects.select_for_update().get(pk=user.pk)
    return CalendarFeed.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


@transaction.atomic
def make_feed(*, by):
    """A new address; the one before ends."""
    _ended(by)
    feed = CalendarFeed.objects.create(user=by)
    AuditEntry.objects.record(by=by, verb="calendar.make", target=by)
    return feed


@transaction.atomic
def revoke_feed(*, by):
    if _ended(by):
        AuditEntry.objects.record(by=by, verb="calendar.revoke", target=by)


def feed_with(token):
    """The feed of an address that works, of a person who is here; None for any other."""
    feeds = CalendarFeed.objects.filter(revoked_at=None, user__is_active=True).select_related("user")
    return feeds.filter(token_hash=token_hash(token)).first()


def calendar_for(user):
    """(events, `stamped`; {event id: state of the person's registration}): what a person comes to or waits for, and
    what their spaces have. An address shows no second factor, so what only staff may see is not in it."""
    user.rights_are_locked = True
    states = dict(
        Registration.objects.of(user)
        .filter(state__in=ACTIVE, event__ends_at__gt=timezone.now() - BACK)
        .values_list("event", "state")
    )
    spaces = Space.objects.of(user)
    together = Q(space=None, audience=Audience.PARTNERSHIP, partnership__in=spaces.values("partnership"))
    ours = Q(pk__any=list(states)) | Q(space__in=spaces.values("pk")) | together
    rows = Event.objects.announced().visible_to(user).filter(ours, ends_at__gt=timezone.now() - BACK)
    return stamped(rows.order_by("starts_at", "pk")[:MOST]), states


def has_seat(states):
    return [event for event, state in states.items() if state == RegistrationState.CONFIRMED]


def is_waited_for(states):
    return [event for event, state in states.items() if state != RegistrationState.CONFIRMED]
