"""Events for tests: each makes the smallest valid row, and takes what the test is about."""

from datetime import timedelta
from itertools import count

from django.contrib.auth.models import Permission
from django.utils import timezone

from events.models import Event, EventState, Matchmaking, Profile, Registration, RegistrationState
from tests.factories import make_user

_number = count(1)


def make_event(title=None, *, space=None, organisers=(), areas=(), themes=(), days=14, **fields):
    """A published event for everybody in `days`, two hours long, without a limit of seats."""
    number = next(_number)
    starts_at = fields.pop("starts_at", None) or timezone.now().replace(microsecond=0) + timedelta(days=days)
    values = {"slug": f"event-{number}", "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    values |= {"state": EventState.PUBLISHED, "published_at": timezone.now(), "space": space}
    if space:
        values["partnership"] = space.partnership
    event = Event.objects.create(title_sv=title or f"Event {number}", **{**values, **fields})
    event.organisers.set(organisers)
    event.areas.set(areas)
    event.themes.set(themes)
    return event


def make_registration(event, user=None, *, email=None, state=RegistrationState.CONFIRMED, **fields):
    """Somebody who has a seat: a person with an account, or a guest with an `email`."""
    if user is None and email is None:
        user = make_user()
    email = email or user.email
    values = {"name": getattr(user, "name", "") or email.partition("@")[0], "email": email.lower(), "state": state}
    if state == RegistrationState.WAITING:
        values["waits_since"] = timezone.now()
    if state == RegistrationState.OFFERED:
        values["offered_until"] = timezone.now() + timedelta(hours=24)
    return Registration.objects.create(event=event, user=user, **{**values, **fields})


def make_event_keeper(email=None):
    """A member of staff who keeps events, programmes and rounds."""
    user = make_user(email, is_staff=True)
    names = [f"{verb}_{what}" for what in ("event", "programme", "round") for verb in ("view", "add", "change")]
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="events", codename__in=names))
    return user


def make_matchmaking(event=None, *, after=timedelta(), minutes=20, hours=2, tables=20):
    """The times of an event in which people meet by two: from its start, for its two hours."""
    event = event or make_event(kind="matchmaking")
    starts_at = event.starts_at + after
    return Matchmaking.objects.create(
        event=event, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), minutes=minutes, tables=tables
    )


def make_meeter(event, user=None, *, offers="", wishes="", offered=(), wished=(), **fields):
    """Somebody with a seat who has said what they offer and look for."""
    registration = make_registration(event, user, **fields)
    profile = Profile.objects.create(registration=registration, offers=offers, wishes=wishes)
    profile.offered.set(offered)
    profile.wished.set(wished)
    return registration
