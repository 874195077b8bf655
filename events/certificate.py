"""The certificate of somebody who came, as a PDF with tags."""

from pathlib import Path

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import times
from events.models import EventState
from web import region
from web.pdf import pdf_of
from web.text import in_language

SOURCE = Path(__file__).parent / "certificate.typ"


def is_earned(registration):
    """Whether the person came, to an event that took place and is over."""
    event = registration.event
    return bool(registration.came) and event.is_past and event.state in (EventState.PUBLISHED, EventState.HELD)


def certificate_of(registration):
    return pdf_of(SOURCE, facts_of(registration))


def facts_of(registration):
    """All that the certificate says, in the reader's language."""
    event, here = registration.event, region.current()
    organisers = [str(one) for one in event.organisers.named().order_by("name_sort")]
    rows = [
        (_("Event"), f"{event.title} ({event.get_kind_display().lower()})"),
        (_("When"), _when(event)),
        (_("Length"), _hours(event)),
        (_("Where"), ", ".join(filter(None, [event.place, event.municipality and event.municipality.name]))),
        (_("Organiser"), ", ".join(filter(None, [*organisers, event.organiser_note]))),
        (_("About"), in_language(event, "text")[:600]),
    ]
    return {
        "invented": _("Invented example: this event never took place.") if event.is_example else "",
        "title": _("Certificate of participation"),
        "name": registration.name,
        "organisation": str(registration.actor or registration.organisation),
        "said": _("took part in"),
        "rows": [{"label": label, "text": text} for label, text in rows if text],
        "made": _("%(site)s, %(day)s")
        % {"site": str(here.site_name), "day": date_format(timezone.localdate(), "j F Y")},
    }


def _when(event):
    """The day, or the days, with the time where it is known."""
    starts, ends = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    first, last = (date_format(one, "j F Y") for one in (starts, ends))
    if event.is_whole_day:
        return first if first == last else f"{first} – {last}"
    if first == last:
        return f"{first}, {times.clock(starts)}–{times.clock(ends)}"
    return f"{first}, {times.clock(starts)} – {last}, {times.clock(ends)}"


def _hours(event):
    if event.hours is None:
        return ""
    number = round(event.hours, 2)
    words = ngettext("%(hours)s hour", "%(hours)s hours", 1 if number == 1 else 2)
    return words % {"hours": number_format(f"{number:g}")}
