"""How alive a space is, by its own rhythm, and how it is taken up again, rests or ends.

One table says which step leads where. Silence is judged by the clock: `ask_silent` asks the coordinators once a space
has been silent for longer than its limit, `let_rest` pauses those that gave no answer within the grace.
"""

from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import InvitationState
from notifications import budget
from notifications.actions import queue_emails
from notifications.models import EmailKind
from platforms.actions.members import let_in
from platforms.actions.rooms import Frozen, enter, lock, log, next_number, tell
from platforms.models import (
    GRACE,
    Activity,
    JoinRequest,
    RequestState,
    Space,
    SpaceReport,
    SpaceRole,
    SpaceState,
    Verb,
)

SHORTEST, LONGEST = 60, 90  # days of silence before anybody is asked
RHYTHMS = 6  # so many times the usual gap between two active days
LOOK_BACK = timedelta(days=365)
REOPEN = timedelta(days=14)
SILENT, RESTS = REMINDERS = ("space_silent", "space_rests")  # mails that a person's week must have room for


class Step(NamedTuple):
    """From which states to which one; who takes it, and which mail it sends."""

    label: str
    sources: tuple
    target: str
    who: str = "coordinator"
    mail: str = ""
    needs_reason = False


STEPS = {
    "revive": Step(_("Take it up again"), (SpaceState.OPEN, SpaceState.PAUSED), SpaceState.OPEN),
    "pause": Step(_("Let it rest"), (SpaceState.OPEN,), SpaceState.PAUSED),
    "merge": Step(
        _("Go on in another space"), (SpaceState.OPEN, SpaceState.PAUSED), SpaceState.CLOSED, mail="space_closed"
    ),
    "close": Step(
        _("Close it with a report"), (SpaceState.OPEN, SpaceState.PAUSED), SpaceState.CLOSED, mail="space_closed"
    ),
    "reopen": Step(_("Open it again"), (SpaceState.CLOSED,), SpaceState.OPEN),
    "let_rest": Step(_("Rest without an answer"), (SpaceState.OPEN,), SpaceState.PAUSED, "system", RESTS),
}
MOVED_ON = _("The space is in another state by now. Nothing was changed.")
TOO_LATE = _("A space can be opened again within %(days)s days after it was closed.")
SAME = _("Choose another space that is open and that you coordinate.")


def _move(space, step, **values):
    """Bring the locked row to the step's target. Raises Frozen when the step does not begin where the space is."""
    rule = STEPS[step]
    if space.state not in rule.sources:
        raise Frozen(MOVED_ON, code="state")
    space.state = rule.target
    for name, value in values.items():
        setattr(space, name, value)
    space.version += 1
    space.save(update_fields=["state", "version", *values])


@transaction.atomic
def revive(space, *, by):
    """A coordinator says that the space lives: it is open, and its clock starts anew."""
    row, member = enter(space, by, lead=True, frozen=True)
    _move(row, "revive", asked_at=None)
    tell(member, Verb.REVIVED)
    log(row, "space.revive", by=by)


@transaction.atomic
def pause(space, *, by):
    """A coordinator lets the space rest: it is read, not written, until somebody takes it up again."""
    row, _member = enter(space, by, lead=True)
    _move(row, "pause", asked_at=None)
    log(row, "space.pause", by=by)


@transaction.atomic
def close(space, *, by, report):
    """End the space with a report (an unsaved SpaceReport): nothing is added any more, every address stays."""
    row, _member = enter(space, by, lead=True, frozen=True)
    _end(row, "close", by, report)


@transaction.atomic
def merge(space, *, by, into, report):
    """End the space with a report and go on in `into`: its people become members there, its open tasks move along.

    What was written stays where it was, to be read by those who could read it. Coordinators become members there.
    """
    target = Space.objects.led_by(by).filter(pk=into.pk, state=SpaceState.OPEN).exclude(pk=space.pk).first()
    if target is None:
        raise ValidationError(SAME)
    for pk in sorted([space.pk, target.pk]):  # always in this order: two merges never wait crosswise
        lock(pk)
    row, _member = enter(space, by, lead=True, frozen=True)
    enter(target, by, lead=True)
    _end(row, "merge", by, report, merged_into=target)
    known = target.members.values("user")
    for member in row.members.exclude(user__in=known).select_related("user", "on_behalf_of").order_by("pk"):
        role = SpaceRole.OBSERVER if member.role == SpaceRole.OBSERVER else SpaceRole.MEMBER
        let_in(target, member.user, role=role, on_behalf_of=member.on_behalf_of)
    _move_tasks(row, target)


def _move_tasks(space, target):
    """What happened with a task moves along: it is named where it lies, and nowhere else."""
    moved = list(space.tasks.open().order_by("number"))
    for number, task in enumerate(moved, next_number(target.tasks)):
        task.space, task.number, task.decision = target, number, None
        task.save(update_fields=["space", "number", "decision"])
    Activity.objects.filter(task__in=moved).update(space=target)


def _end(row, step, by, report, **values):
    now = timezone.now()
    _move(row, step, closed_at=now, asked_at=None, **values)
    kept = SpaceReport.objects.filter(space=row).first()
    report.pk, report.code = (kept.pk, kept.code) if kept else (None, report.code)
    report.space, report.by, report.at = row, by, now
    report.save()
    row.invitations.open().update(state=InvitationState.REVOKED, answered_at=now)
    row.links.filter(revoked_at=None).update(revoked_at=now)
    waiting = JoinRequest.objects.filter(space=row, state=RequestState.OPEN)
    waiting.update(state=RequestState.REFUSED, decided_at=now, decided_by=by)
    _mail(row, row.members.exclude(user=by), STEPS[step].mail, f"space-closed:{row.pk}:{row.version}")
    log(row, f"space.{step}", by=by)


@transaction.atomic
def reopen(space, *, by):
    """Undo the closing within two weeks; the report's address waits for the next one."""
    row, member = enter(space, by, lead=True, frozen=True)
    if row.closed_at is not None and row.closed_at < timezone.now() - REOPEN:
        raise ValidationError(TOO_LATE, params={"days": REOPEN.days})
    _move(row, "reopen", closed_at=None, merged_into=None)
    tell(member, Verb.REVIVED)
    log(row, "space.reopen", by=by)


def limit_for(space):
    """Days of silence before the coordinators are asked: six times the usual gap between active days, 60 to 90."""
    days = space.activities.signs_of_life().filter(at__gte=timezone.now() - LOOK_BACK)
    active = sorted(set(days.annotate(day=TruncDate("at")).values_list("day", flat=True)))
    gaps = [(later - earlier).days for earlier, later in pairwise(active)]
    return max(SHORTEST, min(LONGEST, round(RHYTHMS * median(gaps)))) if gaps else SHORTEST


def _quiet(now):
    """Open spaces that nobody was asked about, silent for so long that their own limit may have run out."""
    return Space.objects.filter(state=SpaceState.OPEN, asked_at=None, active_at__lte=now - timedelta(days=SHORTEST))


def ask_silent(now=None):
    """Ask the coordinators of each space that fell silent, once; how many were asked."""
    now = now or timezone.now()
    return sum(_ask(pk, now) for pk in _quiet(now).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _ask(pk, now):
    space = _quiet(now).filter(pk=pk).select_for_update(of=("self",)).first()
    if space is None:
        return False
    space.limit_days = limit_for(space)
    is_silent = space.active_at + timedelta(days=space.limit_days) <= now
    space.asked_at = now if is_silent else None
    space.save(update_fields=["limit_days", "asked_at"])
    if not is_silent:
        return False
    leaders = space.members.coordinators()
    _mail(space, leaders, SILENT, f"space-silent:{space.pk}:{space.active_at.isoformat()}")
    return True


def let_rest(now=None):
    """Pause each space whose coordinators were asked and gave no answer within the grace; how many."""
    now = now or timezone.now()
    due = Space.objects.filter(state=SpaceState.OPEN, asked_at__lte=now - GRACE)
    return sum(_rest(pk, now) for pk in due.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _rest(pk, now):
    unanswered = Space.objects.filter(pk=pk, state=SpaceState.OPEN, asked_at__lte=now - GRACE)
    space = unanswered.select_for_update(of=("self",)).first()
    if space is None:
        return False
    _move(space, "let_rest", asked_at=None)
    _mail(space, space.members.coordinators(), STEPS["let_rest"].mail, f"space-rests:{space.pk}:{space.version}")
    log(space, "space.let_rest", by=None)
    return True


def _mail(space, members, template, cause):
    """One mail to each of `members`; what it says of the space is asked for when it is sent (`platforms.mails`).

    That their space is silent, or rests, they hear when their week has room for it, and not at all if they want no such
    mails: nobody wrote it to them, and the space's page says it too.
    """
    users = [member.user for member in members.select_related("user").filter(user__is_active=True)]
    due, kind = dict.fromkeys((user.email for user in users), timezone.now()), EmailKind.TRANSACTIONAL
    if template in REMINDERS:
        due, kind = budget.first_room(due, template), EmailKind.REMINDER
    queue_emails(
        {
            "to": user.email,
            "user_id": user.pk,
            "language": user.language,
            "template": template,
            "kind": kind,
            "context": {"space": space.pk},
            "live": "platforms.pulse",
            "key": f"{cause}:{user.pk}",
            "due_at": due[user.email],
        }
        for user in users
        if user.email in due
    )
