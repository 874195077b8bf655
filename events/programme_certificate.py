"""The certificate of a completed programme, as a PDF with tags."""

from pathlib import Path

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from web import region
from web.pdf import pdf_of

SOURCE = Path(__file__).parent / "programme.typ"


def certificate_of(participant):
    return pdf_of(SOURCE, facts_of(participant))


def facts_of(participant):
    """All that the certificate says, in the reader's language."""
    here, programme = region.current(), participant.programme
    steps = programme.steps.select_related("event").order_by("number")
    return {
        "title": _("Certificate"),
        "name": participant.user.name or participant.user.email,
        "for": str(participant.actor or ""),
        "completed": _("has completed the programme"),
        "programme": programme.title,
        "ability": programme.ability,
        "invented": _("Invented example") if programme.is_example else "",
        "says": {"steps": _("What was done"), "ability": _("Ability")},
        "steps": [{"kind": one.get_kind_display(), "title": one.title} for one in steps],
        "day": date_format(timezone.localdate(participant.completed_at), "j F Y"),
        "site": str(here.site_name),
    }
