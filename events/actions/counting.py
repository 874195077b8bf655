"""People become numbers: what an organiser counts, what is kept as a fact, and when the people's rows go.

A fact is how many came from an organisation, for how many hours. It is made when the organiser closes the event, at the
latest before the rows of its people are deleted, from those who were ticked.
"""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.actions import follow_up, keeping, seats
from events.actions.door import enter_desk
from events.actions.keeping import log
from events.models import Attendance, Event, EventState, Headcount, Matchmaking, Registration, WalkIn

KEPT = timedelta(days=30)
KEPT_FOR_MATCHES = timedelta(days=60)  # whoever met is asked after thirty days what came of it
NOT_OVER = _("The event is not over yet.")
MORE_THAN_TICKED = _(
    "That is %(counted)s people, but %(came)s are ticked. Correct the numbers or tick the missing ones; "
    "if more people came than anybody ticked, say so below."
)
GONE = _("The rows of the people are deleted: the numbers can no longer be changed by ticking.")


def kept(event):
    """How long after the event the rows of its people stay."""
    return KEPT_FOR_MATCHES if Matchmaking.objects.filter(event=event).exists() else KEPT


def came(event):
    """How many are ticked or were let in."""
    return event.registrations.filter(came=True).count() + event.walk_ins.count()


@transaction.atomic
def state_headcount(event, *, by, women, men, other, is_sure=False):
    """Keep what an organiser counted. More than were ticked is asked about once (`is_sure`)."""
    row = enter_desk(event, by, counted=True)
    if row.ends_at > timezone.now():
        raise ValidationError(NOT_OVER, code="early")
    counted, ticked = women + men + other, came_or_facts(row)
    if counted > ticked and not is_sure:
        raise ValidationError(MORE_THAN_TICKED, code="more", params={"counted": counted, "came": ticked})
    values = {"women": women, "men": men, "other": other, "by": by, "at": timezone.now()}
    made, _is_new = Headcount.objects.update_or_create(event=row, defaults=values)
    log(row, "headcount", by=by)
    return made


def came_or_facts(event):
    """How many came: of the people while they are there, else of the facts."""
    if not event.counted_at:
        return came(event)
    return sum(event.attendance.values_list("people", flat=True))


@transaction.atomic
def close(event, *, by):
    """Make facts of who came. Afterwards nobody is ticked any more, unless the event is opened again."""
    row = enter_desk(event, by)
    if row.ends_at > timezone.now():
        raise ValidationError(NOT_OVER, code="early")
    if row.state == EventState.PUBLISHED:
        keeping.note_held(row, by=by)
    count(row)
    log(row, "count", by=by)
    return row


@transaction.atomic
def open_again(event, *, by):
    """Undo `close` while the people are still there."""
    row = enter_desk(event, by, counted=True)
    if row.ends_at <= timezone.now() - kept(row):
        raise ValidationError(GONE, code="gone")
    row.attendance.all().delete()
    _counted(row, None)
    log(row, "count_again", by=by)
    return row


def count(event):
    """One fact for each organisation of which people came, and one for those of none. The event is locked; counting
    again gives the same."""
    people = Counter(event.registrations.filter(came=True).values_list("actor_id", flat=True))
    people.update(event.walk_ins.values_list("actor_id", flat=True))
    hours = None if event.hours is None else round(Decimal(event.hours), 2)
    event.attendance.all().delete()
    Attendance.objects.bulk_create(
        Attendance(event=event, actor_id=actor, people=number, hours=hours) for actor, number in people.items()
    )
    _counted(event, timezone.now())


def _counted(event, when):
    event.counted_at = when
    event.save(update_fields=["counted_at"])


def due(now):
    """Events whose people have had their time."""
    rows = Event.objects.alias(meets=Exists(Matchmaking.objects.filter(event=OuterRef("pk"))))
    signed_up = Exists(Registration.objects.filter(event=OuterRef("pk")))
    let_in = Exists(WalkIn.objects.filter(event=OuterRef("pk")))
    over = Q(meets=False, ends_at__lte=now - KEPT) | Q(meets=True, ends_at__lte=now - KEPT_FOR_MATCHES)
    return rows.filter(over).filter(signed_up | let_in)


def forget_people(now):
    """Delete the people of events that are long over, facts first; how many rows. Safe to run twice. Mails to somebody
    with an account are kept as long as others of theirs; a guest was told that nothing is."""
    return sum(_forget(pk, now) for pk in due(now).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _forget(pk, now):
    row = due(now).filter(pk=pk).select_for_update(of=("self",)).first()
    if row is None:
        return 0
    if row.counted_at is None:
        count(row)
    follow_up.keep_numbers(row)
    for guest in row.registrations.filter(user=None):
        seats.forget_mails(guest)
    people = row.registrations.count() + row.walk_ins.count()
    row.registrations.all().delete()
    row.walk_ins.all().delete()
    return people
