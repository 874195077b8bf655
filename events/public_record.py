"""The events of a space for the registrar: what was written of them and who came, in numbers; of people no list."""

from django.utils.translation import gettext_lazy as _

from platforms.public_record import Share

FACTS = (
    *("slug", "title_sv", "title_en", "text_sv", "text_en", "kind", "state", "audience", "organiser_note"),
    *("place", "address", "access_sv", "access_en", "video_link", "starts_at", "ends_at", "moved_from", "reason"),
    *("capacity", "opens_at", "closes_at", "source", "created_at", "updated_at", "published_at"),
)


def events_of(space):
    """All that the space keeps, drafts too, the first first."""
    rows = space.events.with_seated().select_related("by", "mission", "headcount").order_by("starts_at", "pk")
    rows = rows.prefetch_related("organisers", "areas", "themes", "questions", "attendance__actor")
    return [_event(event) for event in rows]


def _event(event):
    counted = getattr(event, "headcount", None)
    return {
        **{name: getattr(event, name) for name in FACTS},
        "made_by": str(event.by or ""),
        "mission": str(event.mission or ""),
        **{name: [str(one) for one in getattr(event, name).all()] for name in ("organisers", "areas", "themes")},
        "questions": [{"sv": one.text_sv, "en": one.text_en, "options": one.options} for one in event.questions.all()],
        "seats_taken": event.seated,
        "came": [
            {"organisation": str(one.actor or ""), "people": one.people, "hours": one.hours}
            for one in event.attendance.all()
        ],
        "counted": counted and {name: getattr(counted, name) for name in ("women", "men", "other")},
    }


SHARE = Share("events.json", _("Events"), events_of, lambda space: space.events.count())
