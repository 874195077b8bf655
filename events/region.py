"""The events of a region's folder: how `events.csv` is read, and how its rows become events that are told of."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from actors.models import Municipality
from actors.region import Kind, Links, Table
from actors.region.files import choice, code, day, slugs, text
from actors.region.folder import CERTAINTY
from events import times
from events.models import Event, EventKind, EventState
from platforms.region import organisations

FILE = "events.csv"
COLUMNS = {
    "title": text(200, True),
    "title_en": text(200),
    "date": day(True),
    "end_date": day(),
    "place": text(200),
    "municipality_code": code(False),
    "organiser": slugs(),
    "organiser_other": text(200),
    "kind": choice(*EventKind.values),
    "areas": slugs(),
    "themes": slugs(),
    "description_sv": text(2000, lines=True),
    "description_en": text(2000, lines=True),
    "source": text(500, True),
    "confidence": CERTAINTY,
}


def key_of(row):
    """What an event of the folder is known by: its name and its first day."""
    return f"{slugify(row['title'])[:75].strip('-')}-{row['date']}"


def check(rows, made, faults):
    seen = {}
    for row in rows:
        if row["end_date"] and row["end_date"] < row["date"]:
            faults.add(FILE, _("The event ends before it begins."), line=row.line, column="end_date")
        key = key_of(row)
        if key in seen:
            what = _("The same event stands on line %(line)s.") % {"line": seen[key]}
            faults.add(FILE, what, line=row.line, column="title")
        seen.setdefault(key, row.line)


@dataclass(frozen=True)
class Events(Kind):
    """Only the days are known of these events, and nobody signs up to them here."""

    def wanted(self, rows):
        """As the folder says, with each organisation as it stands in the register: merged ones by their new name."""
        found = {key_of(row): self.plain(row, 0) for row in rows}
        standing = organisations({slug for want in found.values() for slug in want["organisers"]})
        for want in found.values():
            want["organisers"] = sorted({standing[one] for one in want["organisers"] if one in standing})
        return found

    def plain(self, row, position):
        first = date.fromisoformat(row["date"])
        last = date.fromisoformat(row["end_date"] or row["date"])
        days = {"starts_at": _stamp(first), "ends_at": _stamp(last + timedelta(days=1))}
        return super().plain(row, position) | days

    def column(self, name, value):
        return datetime.fromisoformat(value) if name in ("starts_at", "ends_at") else value

    def made(self):
        return {"is_whole_day": True, "state": EventState.HELD, "takes_registrations": False}

    def insert(self, new):
        """What lies ahead has not been held yet."""
        super().insert(new)
        rows = Event.objects.filter(slug__in=list(new)).coming()
        rows.update(state=EventState.PUBLISHED, published_at=timezone.now())


def _stamp(first):
    """The moment at which a day begins, as the database gives it."""
    return times.midnight(first).astimezone(UTC).isoformat()


TABLE = Table("events", COLUMNS, ("title", "date"), check=check)
KIND = Events(
    "event",
    "events",
    Event,
    "slug",
    (
        *("title_sv", "title_en", "text_sv", "text_en", "kind", "place", "organiser_note", "starts_at", "ends_at"),
        *("source", "confidence"),
    ),
    {"municipality": ("municipality_id", Municipality, "code")},
    {"organisers": Links(Event.organisers), "areas": Links(Event.areas), "themes": Links(Event.themes)},
    {
        "title_sv": "title",
        "text_sv": "description_sv",
        "text_en": "description_en",
        "organiser_note": "organiser_other",
        "organisers": "organiser",
        "municipality": "municipality_code",
    },
    stamps=("updated_at",),
)
