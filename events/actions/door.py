"""At the door: who came, ticked by hand, by their own code or from a list, and who came without being signed up."""

from collections import Counter
from dataclasses import dataclass
from hmac import compare_digest

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import link_token
from actors.models import Actor
from events.actions.keeping import log
from events.models import Event, EventState, Registration
from platforms.actions import Frozen, NoEntry
from platforms.actions.addresses import NO_ADDRESS, Person
from web.text import clean_line

IS_COUNTED = _("The event is closed and its numbers stand. Open it again to change who came.")
IS_DRAFT = _("The event is not published yet: nobody can come to it.")
IS_CANCELLED = _("The event is cancelled: nobody came to it.")


def enter_desk(event, by, *, counted=False):
    """Lock the event and judge the organiser's right anew; the event's row.

    Every change of an event's people begins here. The space is not entered: who came is ticked and counted after it has
    closed, too. `counted` lets one pass whose numbers stand. Raises NoEntry or Frozen. Must run in a transaction.
    """
    row = Event.objects.select_for_update(of=("self",)).filter(pk=event.pk).first()
    if row is None or not Event.objects.editable_by(by).filter(pk=row.pk).exists():
        raise NoEntry
    if row.state in (EventState.DRAFT, EventState.CANCELLED):
        raise Frozen(IS_DRAFT if row.state == EventState.DRAFT else IS_CANCELLED, code="state")
    if row.counted_at and not counted:
        raise Frozen(IS_COUNTED, code="counted")
    return row


@transaction.atomic
def tick(event, pk, *, by, came=True):
    """Say that somebody who signed up came, or take it back; the registration. A second tick changes nothing."""
    row = enter_desk(event, by)
    one = Registration.objects.filter(event=row, pk=pk).first()
    if one is None:
        raise NoEntry
    if bool(one.came) != came:
        _tick(Registration.objects.filter(pk=one.pk), came)
    return one


def _tick(rows, came):
    return rows.update(came=True if came else None, came_at=timezone.now() if came else None)


@transaction.atomic
def let_in(event, *, by, name, organisation=""):
    """Somebody came without being signed up. An organisation of the register is recognised by its whole name."""
    row = enter_desk(event, by)
    return row.walk_ins.create(name=name, organisation=organisation, actor=_named(organisation), by=by)


def _named(organisation):
    found = list(Actor.objects.published().filter(name__iexact=organisation)[:2]) if organisation else []
    return found[0] if len(found) == 1 else None


@transaction.atomic
def take_back(event, pk, *, by):
    """Somebody who was let in did not come after all."""
    enter_desk(event, by).walk_ins.filter(pk=pk).delete()


# ── The code of a ticket ─────────────────────────────────────────────────────────────────────────────────────────────
def ticket_of(registration):
    """What the code of a person's ticket carries: a key to nothing but the tick, which only organisers can make."""
    return link_token("events.ticket", registration.nonce)


def holder_of(event, pk, ticket):
    """The registration whose ticket this is, or None."""
    one = event.registrations.filter(pk=pk).select_related("actor").first()
    return one if one and compare_digest(ticket_of(one).encode(), ticket.encode()) else None


# ── A list of who came ───────────────────────────────────────────────────────────────────────────────────────────────
class Found(models.TextChoices):
    """What stands behind one row of a list of who came."""

    NEW = "new", _("is ticked")
    ALREADY = "already", _("is ticked already")
    TWICE = "twice", _("stands further up already")
    SEVERAL = "several", _("several people have this name")
    NOBODY = "nobody", _("nobody is signed up by this address or name")


@dataclass(frozen=True)
class Row:
    """One row of the list, whom it means, and what comes of it."""

    person: Person
    found: Found
    registration: Registration | None = None

    @property
    def said(self):
        return self.person.name or self.person.email


def matched(event, people):
    """What would come of ticking `people` (of `addresses.read`), in their order: found by address, else by name."""
    rows = list(event.registrations.select_related("actor"))
    by_address = {one.email: one for one in rows}
    names = Counter(_folded(one.name) for one in rows)
    by_name = {_folded(one.name): one for one in rows}
    seen, judged = set(), []
    for person in people:
        one, result = by_address.get(person.email), None
        name = _folded(person.email if person.problem == NO_ADDRESS else person.name)
        if one is None and name in by_name:
            one, result = (by_name[name], None) if names[name] == 1 else (None, Found.SEVERAL)
        judged.append(Row(person, result or _judged(one, seen), one))
        seen.add(one and one.pk)
    return judged


def _folded(name):
    return clean_line(name.strip(' ;,\t"')).casefold()


def _judged(one, seen):
    if one is None:
        return Found.NOBODY
    if one.pk in seen:
        return Found.TWICE
    return Found.ALREADY if one.came else Found.NEW


@transaction.atomic
def tick_all(event, people, *, by):
    """Tick everybody whom the list means; how many of each `Found`."""
    row = enter_desk(event, by)
    judged = matched(row, people)
    new = [one.registration.pk for one in judged if one.found == Found.NEW]
    if new:
        _tick(row.registrations.filter(pk__in=new), True)
        log(row, "came_by_list", by=by, reason=str(len(new)))
    return Counter(one.found for one in judged)
