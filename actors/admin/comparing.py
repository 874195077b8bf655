"""Actors next to each other, value by value, and one actor before and after."""

from datetime import datetime

from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from actors.models import Actor
from actors.numbers import written

SIDE_BY_SIDE = (
    *("name", "legal_name", "organisation_number", "unit", "kind", "size", "sni_code", "municipality", "seat_outside"),
    *("website", "contact_email", "description_sv", "description_en", "offers_sv", "offers_en", "seeks_sv", "seeks_en"),
    *("areas", "themes", "competences", "source", "certainty", "confirmed_at"),
)
SHARED_TAGS = ("areas", "themes", "competences")
STATE = ("status", "status_reason", "submitted_at", "published_at", "confirmed_at")
NOT_NEWS = {"version", "updated_at", "created_at", "id", "slug"}


def state_labels():
    """The names of the fields that a step writes, which are no news to the one who decides."""
    return {label(field) for field in STATE}


def label(field):
    """The field's name as people read it."""
    return capfirst(Actor._meta.get_field(field).verbose_name)


def value(row, field):
    """The value as people read it: words for choices, tags in one line, "" when there is none."""
    if field in SHARED_TAGS:
        return ", ".join(str(tag) for tag in getattr(row, field).all())
    if hasattr(row, f"get_{field}_display"):
        return getattr(row, f"get_{field}_display")()
    content = written(row.organisation_number) if field == "organisation_number" else getattr(row, field)
    if isinstance(content, datetime):
        return date_format(localtime(content), "DATETIME_FORMAT")
    if isinstance(content, bool):
        return _("Yes") if content else _("No")
    return "" if content is None else content


def side_by_side(actor, others):
    """Rows of label, the actor's value, and each other's value with a mark where it differs.

    Rows in which all are empty are left out.
    """
    rows = []
    for field in SIDE_BY_SIDE:
        mine = value(actor, field)
        theirs = [value(other, field) for other in others]
        if mine or any(theirs):
            rows.append({"label": label(field), "mine": mine, "theirs": [(their, their != mine) for their in theirs]})
    return rows


def events_of(actor):
    """The actor's history, newest first: one row of the history table per save."""
    return (
        apps.get_model("actors", "ActorEvent")
        .objects.filter(pgh_obj=actor)
        .select_related("pgh_context", "municipality")
        .order_by("-pgh_id")
    )


def changes(before, after):
    """What differs between two rows of the history: label, before, after."""
    fields = [field.name for field in before._meta.concrete_fields if not field.name.startswith("pgh_")]
    return [
        (label(field), value(before, field), value(after, field))
        for field in fields
        if field not in NOT_NEWS
        and getattr(before, before._meta.get_field(field).attname)
        != getattr(after, after._meta.get_field(field).attname)
    ]


def since(actor, version):
    """What changed in `actor` after `version`, and who did it last; ([], None) when that version is unknown."""
    events = events_of(actor)
    seen, now = events.filter(version=version).first(), events.first()
    if seen is None or now is None:
        return [], None
    return changes(seen, now), people([now]).get(who(now))


def since_last_decision(actor):
    """What the applicant changed since the actor was last returned or public; [] the first time."""
    events = events_of(actor)
    decided = events.filter(status__in=("returned", "published")).first()
    now = events.first()
    return [row for row in changes(decided, now) if row[0] not in state_labels()] if decided and now else []


def who(event):
    """The id of the person behind a row of the history, or None for the system."""
    return (event.pgh_context.metadata or {}).get("user") if event.pgh_context else None


def people(events):
    """The persons behind rows of the history, by id."""
    ids = {who(event) for event in events} - {None}
    return get_user_model().objects.in_bulk(ids)
