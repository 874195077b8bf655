"""Who has a seat, and who waits for one: signing up, leaving, offering what became free, taking it.

The event's row is locked before anything is judged, then its registrations; the clock is the database's, read when the
lock is held. So nobody gets a seat twice, and a form sent before the deadline that waited past it comes too late.
Who comes to what is told by the rows, and not kept in the log, which lives longer than they may.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions import owner_of
from accounts.models import new_nonce
from actors.models import Representative
from events.actions import matching, seat_mails
from events.actions.seat_states import CONFIRMED, LEFT, OFFERED, STEPS, WAITING
from events.actions.seat_told import tell_offered
from events.models import SEATED, Answer, Audience, Event, EventState, Registration
from notifications import actions as outbox
from platforms.models import SpaceMember

DAY = timedelta(days=1)
PATIENCE = "10s"

CANCELLED = _("The event is cancelled.")
OVER = _("The event is over, or not announced yet.")
ELSEWHERE = _("One does not sign up to this event here.")
NOT_YET = _("Signing up has not opened yet.")
CLOSED = _("Signing up has closed.")
FULL = _("The event is full, and has no waiting list.")
NO_ENTRY = _("The event is for others.")
NOT_YOURS = _("You do not speak for this organisation in the register any more. Nothing was changed.")
OFFER_GONE = _("The seat is not kept for you any more.")
GONE = _("The registration has been deleted.")
TOO_LATE = _("The event is over. Nothing was changed.")


def database_now():
    """The moment by the clock that all servers share; not that of the transaction, which began before the lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def lock(event):
    """Lock the event; its row as it is now. Must run in a transaction.

    Many may press in the same second, and each is to hear whether there is a seat: they wait longer than others do.
    """
    with connection.execute_wrapper(_patiently):
        return Event.objects.select_for_update(of=("self",)).get(pk=event.pk)


def _patiently(execute, sql, params, many, context):
    """The patience travels with the statement that needs it: no journey of its own."""
    done = execute(f"SET LOCAL lock_timeout = '{PATIENCE}'; {sql}", params, many, context)
    context["cursor"].nextset()
    return done


def take(event):
    """Lock the event; its row as it is now, and the time."""
    row = lock(event)
    return row, database_now()


def _take_registration(registration):
    """Lock the event, then the registration; both as they are now, and the time."""
    event, now = take(Event(pk=registration.event_id))
    rows = Registration.objects.select_for_update(of=("self",)).select_related("user")
    row = rows.filter(pk=registration.pk).first()
    if row is None:
        raise ValidationError(GONE, code="gone")
    row.event = event
    return row, now


# ── What may be ──────────────────────────────────────────────────────────────────────────────────────────────────────
def why_shut(event, now):
    """(code, words) why nobody can sign up at this moment; None when they can, whether or not there are seats."""
    if event.state == EventState.CANCELLED:
        return "cancelled", CANCELLED
    if event.state != EventState.PUBLISHED:
        return "over", OVER
    if not event.takes_registrations:
        return "elsewhere", ELSEWHERE
    if event.opens_at and now < event.opens_at:
        return "not_yet", NOT_YET
    return ("closed", CLOSED) if now >= event.last_moment else None


def may_come(event, user):
    """Whether the event is for this person (None is a guest)."""
    if event.audience == Audience.PUBLIC:
        return True
    return user is not None and Event.objects.visible_to(user).filter(pk=event.pk).exists()


class Crowd(NamedTuple):
    """`free`: how many seats are left, None when there is no limit; `is_known`: whether who is asked for stands there,
    even if they have left; `now` by the database's clock."""

    now: datetime
    free: int | None
    waiting: int
    is_known: bool


_CROWD = """SELECT clock_timestamp(), count(*) FILTER (WHERE state = ANY(%s)), count(*) FILTER (WHERE state = %s),
    coalesce(bool_or(user_id = %s OR email = %s), false) FROM events_registration WHERE event_id = %s"""


def crowd(event, user=None, email=""):
    """Who is there already, by one question; under the lock it is what holds."""
    with connection.cursor() as cursor:
        cursor.execute(_CROWD, [list(SEATED), WAITING, user and user.pk, email, event.pk])
        now, seated, waiting, is_known = cursor.fetchone()
    return Crowd(now, None if event.capacity is None else event.capacity - seated, waiting, is_known)


def speaks(user, actor):
    return user is not None and Representative.objects.actors_of(user).filter(actor=actor.pk).exists()


# ── Signing up and leaving ───────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def sign_up(event, *, name, email, language, user=None, by=None, actor=None, organisation="", answers=None):
    """Give somebody a seat, or the last place on the waiting list; (the registration, whether anything was done).

    `user` is the person, if they have an account; `by` is who signs up a colleague; `answers` is {id of the question:
    words}. Whoever is signed up already stays as they are; a name that the person has goes before what somebody else
    typed. Raises ValidationError.
    """
    event, email = lock(event), (user.email if user else email).lower()
    there = crowd(event, user, email)
    now, row = there.now, _standing(event, user, email) if there.is_known else None
    if row and row.is_active:
        return _known_as(row, user), False
    _judge(event, now, user=user, by=by, actor=actor)
    is_new, row = row is None, row or Registration(event=event, created_at=now)
    row.event, row.user, row.by, row.actor = event, user, by, actor
    row.name, row.email = (user.name if user else "") or name, email
    row.language, row.organisation = language, "" if actor else organisation
    _place(row, there)
    row.save()
    write_answers(row, answers or {}, is_new=is_new)
    seat_mails.queue([row], row.state, now)
    return row, True


def _standing(event, user, email):
    """The registration of this person or address, whatever its state: one that counts before one that was left."""
    theirs = Q(user=user) | Q(email=email) if user else Q(email=email)
    rows = event.registrations.select_for_update(of=("self",)).select_related("user").filter(theirs).order_by("pk")
    own = [row for row in rows if not _has_moved_on(row, user, email)]
    return next(iter(sorted(own, key=lambda row: (not row.is_active, row.email != email))), None)


def _has_moved_on(row, user, email):
    """Whether the row is of another person, who had this address once: their row takes the one that they have now."""
    if row.user_id is None or (user and row.user_id == user.pk) or row.user.email == email:
        return False
    row.email = row.user.email
    row.save(update_fields=["email"])
    return True


def _known_as(row, user):
    """What a guest once signed up to is found by the person when they have an account."""
    if user and row.user_id is None:
        row.user = user
        row.save(update_fields=["user"])
    return row


def _judge(event, now, *, user, by, actor):
    if shut := why_shut(event, now):
        code, words = shut
        raise ValidationError(words, code=code)
    if not may_come(event, user) or (by and event.audience != Audience.PUBLIC):
        raise ValidationError(NO_ENTRY, code="no_entry")
    if actor and not speaks(by or user, actor):
        raise ValidationError(NOT_YOURS, code="not_yours")


def _place(row, there):
    """A seat when one is free and nobody waits for it, else the end of the waiting list."""
    row.offered_until = row.waits_since = None
    if there.free is None or (there.free > 0 and not there.waiting):
        _confirm(row, there.now)
    elif row.event.has_waiting_list and there.now < row.event.starts_at:
        row.state, row.waits_since = WAITING, there.now
    else:
        raise ValidationError(FULL, code="full")


def _confirm(row, now):
    """A seat; whoever gets it on the last day is not reminded of what they have just read."""
    row.state, row.offered_until, row.waits_since = CONFIRMED, None, None
    row.reminded_at = now if row.event.starts_at - now < DAY else None


def write_answers(row, answers, *, is_new=False):
    """Keep what was answered ({id of the question: words}) in place of what was; empty ones are deleted."""
    if not is_new:
        row.answers.filter(question__in=list(answers)).delete()
    kept = [Answer(registration=row, question_id=key, text=text) for key, text in answers.items() if text]
    Answer.objects.bulk_create(kept)


@transaction.atomic
def leave(registration):
    """They do not come; a seat that becomes free is offered to the next. Raises ValidationError when it is over."""
    row, now = _take_registration(registration)
    if row.state not in STEPS["leave"].sources:
        return row
    if now >= row.event.ends_at:
        raise ValidationError(TOO_LATE, code="over")
    had_seat = row.state in SEATED
    _free(row, now, "left")
    if had_seat:
        _fill(row.event, now)
    return row


def _free(row, now, what):
    row.state, row.offered_until, row.waits_since = LEFT, None, None
    row.save(update_fields=["state", "offered_until", "waits_since"])
    matching.left(row)
    seat_mails.queue([row], what, now)


@transaction.atomic
def change(registration, *, organisation, is_listed, answers):
    """Change what somebody said of themselves."""
    row, _now = _take_registration(registration)
    row.organisation, row.is_listed = organisation, is_listed
    row.save(update_fields=["organisation", "is_listed"])
    write_answers(row, answers)
    return row


@transaction.atomic
def forget(registration):
    """Take out all that is kept of somebody; a seat that becomes free is offered to the next. That they came stands
    without their name until it is counted."""
    row, now = _take_registration(registration)
    forget_mails(row)
    if row.came and row.event.counted_at is None:
        return _unname(row)
    had_seat = row.state in SEATED
    matching.left(row)
    row.delete()
    if had_seat:
        _fill(row.event, now)


def forget_mails(registration):
    """The mails about it name its address no more; those that wait do not go."""
    outbox.forget(prefix=seat_mails.prefix(registration), address=_nowhere(registration))


def _nowhere(row):
    return f"gone-{row.pk}@account.invalid"


def _unname(row):
    """Nothing of the person is left in the row, and no link of a mail opens it."""
    matching.forget(row)
    row.answers.all().delete()
    row.user, row.by, row.name, row.email, row.organisation = None, None, gettext("Name deleted"), _nowhere(row), ""
    row.is_listed, row.nonce, row.token_hash = False, new_nonce(), ""
    row.save()


# ── Offers ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def fill(event):
    """Offer the seats that are free to the next in line; who got one. Called when there may be more seats."""
    return _fill(*take(event))


def _fill(event, now):
    """As `fill`, for an event that is locked: none after the start, or after signing up has closed."""
    if why_shut(event, now) or now >= event.starts_at:
        return []
    there = crowd(event)
    if not there.waiting or (there.free is not None and there.free < 1):
        return []
    rows = event.registrations.waiting().select_for_update(of=("self",)).select_related("user")[: there.free]
    rows = list(rows)
    until = min(now + timedelta(hours=event.offer_hours), event.starts_at)
    for row in rows:
        row.event, row.state, row.offered_until = event, OFFERED, until
    Registration.objects.bulk_update(rows, ["state", "offered_until"])
    tell_offered(rows, seat_mails.queue(rows, OFFERED, now))
    return rows


@transaction.atomic
def take_offer(registration):
    """Take the seat that is kept. A second time changes nothing. Raises ValidationError when it is kept no longer."""
    row, now = _take_registration(registration)
    if row.state == CONFIRMED:
        return row
    if (
        row.state not in STEPS["take_offer"].sources
        or row.offered_until <= now
        or row.event.state != EventState.PUBLISHED
    ):
        raise ValidationError(OFFER_GONE, code="gone")
    _confirm(row, now)
    row.save(update_fields=["state", "offered_until", "waits_since", "reminded_at"])
    seat_mails.queue([row], CONFIRMED, now)
    return row


@transaction.atomic
def decline_offer(registration):
    """Say no to the seat that is kept; the next one gets it. A seat that was taken meanwhile is not given away."""
    row, now = _take_registration(registration)
    if row.state == LEFT:
        return row
    if row.state not in STEPS["decline_offer"].sources:
        raise ValidationError(OFFER_GONE, code="gone")
    _free(row, now, "left")
    _fill(row.event, now)
    return row


def _has_work(now):
    """Published events of which an offer has ended, or where somebody waits although there is a seat."""
    rows = Registration.objects.filter(event=OuterRef("pk"))
    seated = Count("registrations", filter=Q(registrations__state__in=SEATED))
    shut = Q(closes_at__lte=now) | Q(opens_at__gt=now) | Q(starts_at__lte=now) | Q(takes_registrations=False)
    coming = Event.objects.filter(state=EventState.PUBLISHED).exclude(shut)
    waits = coming.filter(Exists(rows.filter(state=WAITING))).annotate(seated=seated)
    free = waits.filter(Q(capacity=None) | Q(capacity__gt=F("seated"))).values_list("pk", flat=True)
    lapsed = Registration.objects.filter(state=OFFERED, offered_until__lte=now).values_list("event", flat=True)
    return sorted({*free, *lapsed})


def expire_offers():
    """End the offers that nobody took, and offer those seats to the next; how many events that were. Run by the clock:
    twice or late does no harm."""
    return sum(_give_on(pk) for pk in _has_work(database_now()))


@transaction.atomic
def _give_on(pk):
    event, now = take(Event(pk=pk))
    rows = event.registrations.filter(state=OFFERED, offered_until__lte=now)
    rows = list(rows.select_for_update(of=("self",)).select_related("user").order_by("pk"))
    for row in rows:
        row.event = event
        row.state, row.offered_until, row.waits_since = LEFT, None, None
    Registration.objects.bulk_update(rows, ["state", "offered_until", "waits_since"])
    seat_mails.queue(rows, "lapsed", now)
    return bool(_fill(event, now) or rows)


def let_go():
    """Whoever has left the spaces that an event is for gives up what they have there; how many did. Run by the clock:
    twice or late does no harm."""
    coming = {"event__audience": Audience.PARTNERSHIP, "event__starts_at__gt": database_now()}
    member = SpaceMember.objects.filter(user=OuterRef("user"))
    ours = Exists(member.filter(space=OuterRef("event__space")))
    theirs = Exists(member.filter(space__partnership=OuterRef("event__partnership"))) & Q(event__space=None)
    rows = Registration.objects.active().filter(event__state=EventState.PUBLISHED, **coming).exclude(ours | theirs)
    gone = [row for row in rows.select_related("event", "user").order_by("pk") if not row.sees_event]
    for row in gone:
        leave(row)
    return len(gone)


def person_behind(email):
    """The account that an address belongs to, if it can be signed in to; None for a guest."""
    user = owner_of(email)
    return user if user and user.is_active else None
