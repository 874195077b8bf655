"""What came of meetings of two: asked by mail thirty days later, answered with one press, told in numbers.

The address in the mail names the registration and works without signing in; GET changes nothing.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from events.actions.meeting_news import other_of
from events.actions.seat_mails import prefix
from events.models import FollowUp, Matchmaking, MeetingState, Registration, Seat
from notifications import budget
from notifications.actions import queue_emails
from notifications.live import NoLonger
from notifications.models import EmailKind
from notifications.tokens import read_token, token

TEMPLATE = "meeting_follow_up"
PURPOSE = "events.follow_up"
AFTER, ANSWER_WITHIN = timedelta(days=30), timedelta(days=30)
A_RUN = 1000  # seats
OUTCOMES = dict(FollowUp._meta.get_field("outcome").choices)


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def due(now):
    """Seats at meetings that were thirty days ago, of people who came as far as anybody knows, not asked about yet."""
    asked = FollowUp.objects.filter(meeting=OuterRef("meeting"), registration=OuterRef("registration"))
    when = {"starts_at__lte": now - AFTER, "starts_at__gt": now - AFTER - ANSWER_WITHIN}
    rows = Seat.objects.filter(meeting__state=MeetingState.BOOKED, **when).exclude(registration__came=False)
    return rows.filter(~Exists(asked))


@transaction.atomic
def ask_due(now=None):
    """Ask everybody once, in one mail about all their meetings; how many mails. Two runs at once share the seats."""
    now = now or timezone.now()
    seats = due(now).select_for_update(of=("self",), skip_locked=True).order_by("registration_id", "pk")
    seats = list(seats.select_related("registration__user")[:A_RUN])
    FollowUp.objects.bulk_create(
        (FollowUp(meeting_id=one.meeting_id, registration_id=one.registration_id, asked_at=now) for one in seats),
        ignore_conflicts=True,
    )
    people = {one.registration_id: one.registration for one in seats}
    first = budget.first_room([one.address for one in people.values()], TEMPLATE)
    mails = [_question(one, first[one.address]) for one in people.values() if one.address in first]
    queue_emails(mails)
    return len(mails)


def _question(registration, due_at):
    return {
        "to": registration.address,
        "user_id": registration.user_id,
        "language": registration.language,
        "template": TEMPLATE,
        "kind": EmailKind.REMINDER,
        "context": {"registration": registration.pk},
        "live": "events.follow_up",
        "key": f"{prefix(registration)}follow-up",
        "due_at": due_at,
    }


def read_question(email):
    """The meetings that still wait for an answer."""
    registration = _seeing(email.context["registration"])
    waiting = [one for one in questions(registration) if not one.outcome] if registration else []
    if not waiting:
        raise NoLonger("answered, or no longer asked")
    url = settings.SITE_URL + reverse("meeting_follow_up", args=[token(PURPOSE, registration.pk)])
    return {"event": registration.event, "names": [one.other.name for one in waiting], "url": url}


# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────────────────
def registration_of(text):
    """The registration of an address that we made, while it is asked; None for any other."""
    ids = read_token(PURPOSE, text)
    return _seeing(ids[0]) if ids else None


def _seeing(pk):
    """The registration of a person who may still see the event; None for any other."""
    row = Registration.objects.select_related("event", "user").filter(pk=pk).first()
    return row if row and row.sees_event else None


def questions(registration):
    """What a participant is asked, each with the `other` whom they met."""
    rows = FollowUp.objects.filter(registration=registration, asked_at__gt=timezone.now() - ANSWER_WITHIN)
    rows = list(rows.select_related("meeting__asker__actor", "meeting__asked__actor").order_by("meeting__starts_at"))
    for one in rows:
        one.other = other_of(one.meeting, registration.pk)
    return rows


@transaction.atomic
def answer(registration, pk, outcome):
    """Note what came of one meeting; an answer may be changed. False when it is not asked."""
    row = FollowUp.objects.select_for_update().filter(pk=pk, registration=registration).first()
    if row is None or outcome not in OUTCOMES or row.asked_at <= timezone.now() - ANSWER_WITHIN:
        return False
    row.outcome, row.answered_at = outcome, timezone.now()
    row.save(update_fields=["outcome", "answered_at"])
    return True


# ── Numbers, which outlive the people ─────────────────────────────────────────────────────────────────────────────────
def results(event):
    """{"meetings": booked, "asked": people asked, and a number for each outcome}, from rows or from what was kept."""
    kept = Matchmaking.objects.filter(event=event).exclude(counted_at=None).values(*KEPT).first()
    return kept or _count(event)


KEPT = ("meetings", "asked", *OUTCOMES)


def _count(event):
    numbers = {name: Count("pk", filter=Q(outcome=name)) for name in OUTCOMES}
    rows = FollowUp.objects.filter(meeting__event=event)
    return {
        "meetings": event.meetings.filter(state=MeetingState.BOOKED).count(),
        **rows.aggregate(asked=Count("pk"), **numbers),
    }


def keep_numbers(event):
    """What came of it as numbers, before the people go. Called by whoever deletes their registrations."""
    numbers = _count(event)
    Matchmaking.objects.filter(event=event, counted_at=None).update(**numbers, counted_at=timezone.now())
