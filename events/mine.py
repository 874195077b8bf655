"""The share of one's seats in my page, my data, closing an account and the purge."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.actions import proven_addresses
from accounts.mine import Part
from events.actions import counting, seats
from events.models import Answer, Event, QuestionKind, Registration
from events.my_events import coming_of

KEEP_CARE = timedelta(days=7)
SHOWN = 5


def _iso(moment):
    return moment.isoformat() if moment else None


def _all_of(user):
    """Also what the person signed up to as a guest, with an address that is proven to be theirs."""
    return Registration.objects.filter(Q(user=user) | Q(user=None, email__in=proven_addresses(user)))


class SeatPart(Part):
    """The events that a person signs up to."""

    key = "events"
    order = 4
    template = "events/_mine.html"

    def page(self, user):
        rows = coming_of(user)
        return {"coming": rows[:SHOWN], "more": len(rows) > SHOWN}

    def data(self, user):
        """An event is named only while the person may see it."""
        seen = set(Event.objects.visible_to(user).filter(registrations__in=_all_of(user)).values_list("pk", flat=True))
        rows = _all_of(user).select_related("event", "actor").prefetch_related("answers__question")
        brought = Registration.objects.filter(by=user).count()
        return {
            "registrations": [
                {
                    "event": one.event.title if one.event_id in seen else None,
                    "starts": _iso(one.event.starts_at),
                    "name": one.name,
                    "email": one.email,
                    "for": one.actor.name if one.actor else one.organisation,
                    "state": one.state,
                    "signed_up": _iso(one.created_at),
                    "seen_by_others": one.is_listed,
                    "came": one.came,
                    "answers": [
                        {"question": answer.question.text, "answer": answer.text} for answer in one.answers.all()
                    ],
                }
                for one in rows.order_by("created_at", "pk")
            ],
            "colleagues_signed_up": brought,
        }

    def warnings(self, user):
        count = _all_of(user).active().filter(event__ends_at__gt=timezone.now()).count()
        if not count:
            return []
        text = ngettext(
            "Your seat at %(count)s event goes to others.", "Your seats at %(count)s events go to others.", count
        )
        return [text % {"count": count}]

    def close(self, user):
        """All registrations go, and their seats to the next."""
        for row in _all_of(user).order_by("event_id", "pk"):
            seats.forget(row)
        Registration.objects.filter(by=user).update(by=None)

    def is_used(self, users):
        return users.filter(Exists(Registration.objects.filter(user=OuterRef("pk"))))

    def purge(self, now):
        """What was said of food and access, a week after the event."""
        old = Answer.objects.filter(question__kind=QuestionKind.CARE, question__event__ends_at__lt=now - KEEP_CARE)
        return old.delete()[0]


class PeoplePart(Part):
    """Thirty days after an event its people are numbers."""

    key = "event_people"

    def purge(self, now):
        return counting.forget_people(now)
