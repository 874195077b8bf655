"""Meetings of two at a matchmaking: asking, answering, booking, and filling the schedule.

Every change of meetings locks the event, as signing up and leaving do: so no two bookings look for the same table at
once, nobody leaves meanwhile, and an answer comes before a withdrawal or after it. Constraints of the database hold
times and tables as well.
"""

from collections import Counter, defaultdict

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import AuditEntry
from actors.actions.workflow import Step
from events import matching
from events.actions import meeting_news
from events.models import (
    Event,
    EventState,
    Matchmaking,
    Meeting,
    MeetingState,
    Profile,
    Registration,
    RegistrationState,
    Seat,
)

OPEN = (MeetingState.ASKED, MeetingState.BOOKED)
ASKED_PERSON, EITHER, ORGANISER = "who was asked", "either of the two", "coordinator or staff"
STEPS = {
    "accept": Step(_("Accept"), (MeetingState.ASKED,), MeetingState.BOOKED, ASKED_PERSON, meeting_news.NEWS),
    "fill": Step(_("Fill the schedule"), (MeetingState.ASKED,), MeetingState.BOOKED, ORGANISER, meeting_news.NEWS),
    "decline": Step(_("Decline"), (MeetingState.ASKED,), MeetingState.DECLINED, ASKED_PERSON, meeting_news.NEWS),
    "withdraw": Step(_("Take it back"), (MeetingState.ASKED,), MeetingState.CANCELLED, "who asked"),
    "cancel": Step(_("Cancel the meeting"), (MeetingState.BOOKED,), MeetingState.CANCELLED, EITHER, meeting_news.NEWS),
    "leave": Step(_("Leave the event"), OPEN, MeetingState.CANCELLED, EITHER, meeting_news.NEWS),
}
MOST_ASKED = 10  # questions of one person that wait
TWICE = 2  # how often one asks the same person
NO_MATCHMAKING = _("The organiser has not set any times for meetings.")
NO_SEAT = _("Only people with a seat at the event can meet. One of you does not have one any more.")
NO_PROFILE = _("Say first what you offer and look for.")
OVER = _("The time for meetings is over.")
THERE_ALREADY = _("You have a meeting with each other, or one of you has asked.")
ENOUGH = _("You have asked them twice, and taken it back. They can still ask you.")
SAID_NO = _("They have declined to meet you at this event.")
TOO_MANY = ngettext_lazy(
    "You have %(count)s question that waits. Take it back, or wait for the answer.",
    "You have %(count)s questions that wait. Take one back, or wait for the answers.",
    "count",
)
NO_TIME = _("You have no free time in common any more. Cancel another meeting, or decline.")
ANSWERED = _("It was answered or taken back meanwhile. Nothing was changed.")
YOURSELF = _("Choose somebody else than yourself.")
IN_THE_WAY = ngettext_lazy(
    "%(count)s meeting is booked at a time or table that would not exist. Cancel it first.",
    "%(count)s meetings are booked at times or tables that would not exist. Cancel them first.",
    "count",
)


# ── Times, and what people say of themselves ─────────────────────────────────────────────────────────────────────────
def keeper_or_denied(event, user):
    if not Event.objects.editable_by(user).filter(pk=event.pk).exists():
        raise PermissionDenied


@transaction.atomic
def set_times(event, *, by, **times):
    """When, how long and at how many tables people meet. Booked meetings must stay possible."""
    keeper_or_denied(event, by)
    Event.objects.select_for_update().get(pk=event.pk)
    row = Matchmaking.objects.filter(event=event).first() or Matchmaking(event=event)
    for name, value in times.items():
        setattr(row, name, value)
    slots = matching.slots_of(row)
    if not slots:
        raise ValidationError({"ends_at": _("There is no room for a single meeting between these times.")})
    booked = Meeting.objects.filter(event=event, state=MeetingState.BOOKED)
    if lost := booked.filter(~Q(starts_at__in=slots) | Q(table__gt=row.tables)).count():
        raise ValidationError(IN_THE_WAY % {"count": lost}, code="in_the_way")
    row.save()
    AuditEntry.objects.record(by=by, verb="event.matchmaking", target=event)
    return row


@transaction.atomic
def describe(registration, *, offers, wishes, offered, wished):
    """What a participant offers and looks for; only whoever has a seat is shown to others."""
    row = Registration.objects.select_for_update().get(pk=registration.pk)
    if row.state != RegistrationState.CONFIRMED:
        raise ValidationError(NO_SEAT, code="no_seat")
    profile, _is_new = Profile.objects.update_or_create(registration=row, defaults={"offers": offers, "wishes": wishes})
    profile.offered.set(offered)
    profile.wished.set(wished)
    return profile


# ── Asking and answering ─────────────────────────────────────────────────────────────────────────────────────────────
def _take(event_id):
    """The matchmaking of the event, which is locked: one booking after the other. Rows that only point at the event
    may come meanwhile."""
    event = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event_id)
    matchmaking = Matchmaking.objects.filter(event=event).first()
    if matchmaking is None:
        raise ValidationError(NO_MATCHMAKING, code="none")
    matchmaking.event = event
    return matchmaking


def _of_two(event_id, *pks):
    """The matchmaking of the event, which is locked, when both people have a seat now."""
    matchmaking = _take(event_id)
    if Registration.objects.confirmed().filter(pk__in=pks, event=event_id).count() < len(pks):
        raise ValidationError(NO_SEAT, code="no_seat")
    return matchmaking


def between(one, other):
    """The meetings of two registrations (ids), whoever asked."""
    return Meeting.objects.filter(Q(asker=one, asked=other) | Q(asker=other, asked=one))


@transaction.atomic
def ask(registration, other, *, line=""):
    """Ask to meet somebody. When they have asked already, that is a yes. Gives the meeting."""
    if registration.pk == other.pk:
        raise ValidationError(YOURSELF, code="yourself")
    matchmaking = _of_two(registration.event_id, registration.pk, other.pk)
    if Profile.objects.filter(registration__in=[registration.pk, other.pk]).count() < 2:
        raise ValidationError(NO_PROFILE, code="no_profile")
    if not _coming(matchmaking):
        raise ValidationError(OVER, code="over")
    there = between(registration.pk, other.pk).filter(state__in=OPEN).first()
    if there and there.state == MeetingState.ASKED and there.asked_id == registration.pk:
        return _book(there, matchmaking)
    if there:
        raise ValidationError(THERE_ALREADY, code="there")
    _judge_asking(registration, other)
    meeting = Meeting.objects.create(event_id=registration.event_id, asker=registration, asked=other, line=line)
    meeting_news.tell(meeting, "asked", [meeting.asked_id])
    return meeting


def _judge_asking(registration, other):
    """Each question is a mail to the other: not after a no, not again and again, not to everybody at once."""
    asked = between(registration.pk, other.pk).filter(asker=registration)
    if asked.filter(state=MeetingState.DECLINED).exists():
        raise ValidationError(SAID_NO, code="said_no")
    if asked.count() >= TWICE:
        raise ValidationError(ENOUGH, code="enough")
    waiting = Meeting.objects.filter(asker=registration, state=MeetingState.ASKED).count()
    if waiting >= MOST_ASKED:
        raise ValidationError(TOO_MANY % {"count": waiting}, code="too_many")


def _as_it_is(meeting, step):
    """The meeting as it is now, in a state from which `step` leads on; the event is locked."""
    row = Meeting.objects.get(pk=meeting.pk)
    if row.state not in STEPS[step].sources:
        raise ValidationError(ANSWERED, code="answered")
    return row


@transaction.atomic
def accept(meeting, *, registration):
    """The person who was asked says yes: the first free time of both, at a free table, is theirs."""
    if registration.pk != meeting.asked_id:
        raise PermissionDenied
    matchmaking = _of_two(meeting.event_id, meeting.asker_id, meeting.asked_id)
    return _book(_as_it_is(meeting, "accept"), matchmaking)


@transaction.atomic
def decline(meeting, *, registration):
    if registration.pk != meeting.asked_id:
        raise PermissionDenied
    _take(meeting.event_id)
    row = _as_it_is(meeting, "decline")
    _end(row, "decline")
    meeting_news.tell(row, "declined", [row.asker_id])


@transaction.atomic
def cancel(meeting, *, registration):
    """One of the two takes back a question, or cancels what was booked: time and table are free again."""
    if registration.pk not in (meeting.asker_id, meeting.asked_id):
        raise PermissionDenied
    _take(meeting.event_id)
    row = Meeting.objects.get(pk=meeting.pk)
    if row.state in STEPS["withdraw"].sources and registration.pk == row.asker_id:
        _end(row, "withdraw")
    elif row.state in STEPS["cancel"].sources:
        _cancel_booked(row, registration.pk)
    else:
        raise ValidationError(ANSWERED, code="answered")


def _cancel_booked(row, by):
    if row.starts_at <= timezone.now():
        raise ValidationError(OVER, code="over")
    _end(row, "cancel")
    meeting_news.tell(row, "cancelled", [row.asked_id if by == row.asker_id else row.asker_id])


def _end(row, step):
    row.state = STEPS[step].target
    row.seats.all().delete()
    row.save(update_fields=["state"])


def left(registration):
    """Whoever no longer comes meets nobody: those they had booked are told. The caller holds the event's lock, and has
    changed the registration's state."""
    mine = Q(asker=registration) | Q(asked=registration)
    rows = Meeting.objects.filter(mine, event=registration.event_id, state__in=STEPS["leave"].sources)
    for row in rows.order_by("pk"):
        was = row.state
        _end(row, "leave")
        if was == MeetingState.BOOKED:
            meeting_news.tell(row, "cancelled", [row.asked_id if row.asker_id == registration.pk else row.asker_id])


def forget(registration):
    """Take out what somebody who came wrote, and ask them nothing: that they met stays until it is counted."""
    Profile.objects.filter(registration=registration).delete()
    Meeting.objects.filter(asker=registration).update(line="")
    registration.seats.all().delete()


# ── Booking: the event is locked ─────────────────────────────────────────────────────────────────────────────────────
def _coming(matchmaking):
    """The times that can still be booked: none of an event that is cancelled or over."""
    if matchmaking.event.state != EventState.PUBLISHED:
        return []
    now = timezone.now()
    return [slot for slot in matching.slots_of(matchmaking) if slot > now]


def _taken(matchmaking):
    """{time: tables in use}"""
    found = defaultdict(set)
    rows = Meeting.objects.filter(event=matchmaking.event_id, state=MeetingState.BOOKED)
    for slot, table in rows.values_list("starts_at", "table"):
        found[slot].add(table)
    return found


def free_place(matchmaking, pair):
    """The first (time, table) at which both of `pair` (ids) are free; None when there is none."""
    busy = set(Seat.objects.filter(registration__in=pair).values_list("starts_at", flat=True))
    taken = _taken(matchmaking)
    for slot in _coming(matchmaking):
        free = next((table for table in range(1, matchmaking.tables + 1) if table not in taken[slot]), None)
        if slot not in busy and free:
            return slot, free
    return None


def _book(row, matchmaking):
    place = free_place(matchmaking, (row.asker_id, row.asked_id))
    if place is None:
        raise ValidationError(NO_TIME, code="no_time")
    row.state, (row.starts_at, row.table) = MeetingState.BOOKED, place
    row.save(update_fields=["state", "starts_at", "table"])
    _seat([row])
    meeting_news.tell(row, "booked", [row.asker_id])
    return row


def _seat(rows):
    Seat.objects.bulk_create(
        Seat(meeting=row, registration_id=one, starts_at=row.starts_at)
        for row in rows
        for one in (row.asker_id, row.asked_id)
    )


@transaction.atomic
def fill(event, *, by, most):
    """Fill the schedule: who has asked first, then who can give each other something, then the best others. Gives how
    many meetings were added."""
    keeper_or_denied(event, by)
    matchmaking = _take(event.pk)
    rows = list(Meeting.objects.filter(event=event).order_by("pk"))
    planned = _plan(matchmaking, rows, most)
    asked = {_pair(row): row for row in rows if row.state == MeetingState.ASKED}
    made = [_meeting(event, one, asked.get((one.first, one.second))) for one in planned]
    Meeting.objects.bulk_create(row for row in made if row.pk is None)
    Meeting.objects.bulk_update([row for row in made if row in rows], ["state", "starts_at", "table"])
    _seat(made)
    meeting_news.tell_schedule(event, {one for row in made for one in (row.asker_id, row.asked_id)})
    AuditEntry.objects.record(by=by, verb="event.fill_meetings", target=event, reason=str(len(made)))
    return len(made)


def _plan(matchmaking, rows, most):
    people = matching.people_of(matchmaking.event_id)
    known = {_pair(row): row.state for row in rows}
    asked = {pair for pair, state in known.items() if state == MeetingState.ASKED}
    booked = [row for row in rows if row.state == MeetingState.BOOKED]
    seated, counts = defaultdict(set), Counter()
    for row in booked:
        seated[row.starts_at] |= {*_pair(row)}
        counts.update(_pair(row))
    pairs = matching.pairs_of(people, asked=asked, without=set(known) - asked)
    taken = [(row.starts_at, row.table) for row in booked]
    room = {"tables": matchmaking.tables, "most": most, "taken": taken, "seated": seated, "counts": counts}
    return matching.plan(pairs, _coming(matchmaking), **room)


def _pair(row):
    return tuple(sorted((row.asker_id, row.asked_id)))


def _meeting(event, planned, row):
    row = row or Meeting(event=event, asker_id=planned.first, asked_id=planned.second)
    row.state, row.starts_at, row.table = MeetingState.BOOKED, planned.slot, planned.table
    return row
