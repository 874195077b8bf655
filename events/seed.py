"""Synthetic events for measuring: half of them coming, half past, with tags, places and seats."""

import random
from datetime import timedelta

from django.utils import timezone

from actors.models import Area, Municipality, Theme
from events.models import Event, EventKind, EventState, Registration, RegistrationState

NAMES = ("Havsdag", "Frukost om vatten", "Klimatverkstad", "Mötesplats industri", "Studiebesök i hamnen")
PLACES = ("Hamnhallen", "Stora salen", "Biblioteket", "Folkets hus", "")
STEM = "seeded-event"
BATCH = 1000


def fill(number, seed=1):
    """Make seeded events until there are `number`; the same ones every time."""
    there = Event.objects.filter(slug__startswith=STEM).count()
    chance = random.Random(seed)  # noqa: S311 - the same rows each time
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    towns = list(Municipality.objects.order_by("pk"))
    rows = [_row(place, chance, now, towns) for place in range(number)]
    made = Event.objects.bulk_create(rows[there:], batch_size=BATCH)
    _tag(made, "themes", "theme", list(Theme.objects.order_by("pk")), chance)
    _tag(made, "areas", "area", list(Area.objects.order_by("pk")), chance)
    Registration.objects.bulk_create(_seats(made[::10]), batch_size=BATCH)
    return len(made)


def _row(place, chance, now, towns):
    """Coming and past by turns, several a day, with long texts that a list must not read."""
    days = (place // 2) / 4 + chance.random()
    starts_at = now + timedelta(days=days if place % 2 else -days - 1)
    name = f"{chance.choice(NAMES)} {place}"
    return Event(
        slug=f"{STEM}-{place}",
        title_sv=name,
        text_sv="En dag om vad som händer vid kusten. " * 40,
        kind=chance.choice(EventKind.values),
        state=EventState.PUBLISHED if place % 2 else EventState.HELD,
        municipality=chance.choice(towns) if towns else None,
        place=chance.choice(PLACES),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        capacity=chance.choice((None, 20, 80)),
        published_at=now - timedelta(days=400),
        is_example=True,
    )


def _tag(events, relation, column, tags, chance):
    through = getattr(Event, relation).through
    rows = [
        through(**{"event": event, column: tag})
        for event in events
        for tag in chance.sample(tags, min(len(tags), chance.randint(0, 2)))
    ]
    through.objects.bulk_create(rows, batch_size=BATCH)


def _seats(events):
    for event in events:
        for number in range(20):
            email = f"guest{number}@seeded.example"
            row = Registration(event=event, name="Gäst", email=email, state=RegistrationState.CONFIRMED)
            row.token_hash = f"{event.pk:032x}{number:032x}"
            yield row
