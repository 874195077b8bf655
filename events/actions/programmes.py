"""Programmes: staff keep them, people take part, and a step is done by coming, by saying so, or by what is handed in.

Changes of a programme and its steps are judged over one version, that of the programme, under its lock. Changes of a
participant begin with `_enter`, which locks theirs.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from actors.models import Representative
from events.actions import task_news
from events.models import Participant, Programme, ProgrammeStep, StepDone, StepKind
from notifications import telling
from platforms.actions import Outdated

NO_STEPS = _("A programme needs a step before it becomes public.")
DONE_ALREADY = _("Somebody has done this step, so it stays. Its words can be changed.")
NOT_THIS_WAY = _("This step is not done in that way.")
ACCEPTED = _("It is accepted already.")
NOT_YOURS = _("You do not represent that organisation.")
MOST_STEPS = 30
RESERVED = ("new", "nytt")  # pages of their own
TOO_MANY = _("A programme has at most %(most)s steps.")


def _keep(programme, by, version=None):
    """The programme as it is now, locked, for staff who keep programmes. Raises Outdated."""
    if not by.has_perm("events.change_programme"):
        raise PermissionDenied
    row = Programme.objects.select_for_update().get(pk=programme.pk)
    if version is not None and row.version != version:
        raise Outdated(row)
    return row


def _saved(row, by, verb):
    row.version += 1
    row.save()
    AuditEntry.objects.record(by=by, verb=f"programme.{verb}", target=row)
    return row


# ── Keeping ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def begin(*, by, title_sv, **values):
    """A programme that nobody else sees yet; its address comes from its title."""
    if not by.has_perm("events.change_programme"):
        raise PermissionDenied
    made = Programme.objects.create(slug=_free(slugify(title_sv)[:70] or "program"), title_sv=title_sv, **values)
    AuditEntry.objects.record(by=by, verb="programme.begin", target=made)
    return made


def _free(slug):
    taken = {*Programme.objects.filter(slug__startswith=slug).values_list("slug", flat=True), *RESERVED}
    names = [slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 2))]
    return next(one for one in names if one not in taken)


@transaction.atomic
def change(programme, *, by, version, **values):
    row = _keep(programme, by, version)
    for name, value in values.items():
        setattr(row, name, value)
    return _saved(row, by, "change")


@transaction.atomic
def publish(programme, *, by):
    row = _keep(programme, by)
    if not row.steps.exists():
        raise ValidationError(NO_STEPS, code="empty")
    row.is_published = True
    return _saved(row, by, "publish")


@transaction.atomic
def add_step(programme, *, by, version, **values):
    row = _keep(programme, by, version)
    last = row.steps.aggregate(last=Max("number"))["last"] or 0
    if row.steps.count() >= MOST_STEPS:
        raise ValidationError(TOO_MANY, code="many", params={"most": MOST_STEPS})
    step = row.steps.create(number=last + 1, **values)
    _saved(row, by, "add_step")
    return step


@transaction.atomic
def change_step(step, *, by, version, **values):
    row = _keep(step.programme, by, version)
    for name, value in values.items():
        setattr(step, name, value)
    step.save()
    _saved(row, by, "change_step")
    return step


@transaction.atomic
def move_step(step, *, by, up):
    """One place up or down; where there is none, it stays."""
    row = _keep(step.programme, by)
    steps = list(row.steps.all())
    place = steps.index(step)
    other = place - 1 if up else place + 1
    if 0 <= other < len(steps):
        steps[place], steps[other] = steps[other], steps[place]
        _number(steps)
        _saved(row, by, "move_step")


def _number(steps):
    """Number the steps anew, past each other: a number is there once at every moment."""
    beyond = max(step.number for step in steps)
    for start in (beyond, 0):
        for number, step in enumerate(steps, start + 1):
            ProgrammeStep.objects.filter(pk=step.pk).update(number=number)


@transaction.atomic
def remove_step(step, *, by, version):
    row = _keep(step.programme, by, version)
    if step.done.exists():
        raise ValidationError(DONE_ALREADY, code="done")
    step.delete()
    if left := list(row.steps.all()):
        _number(left)
    _saved(row, by, "remove_step")


# ── Taking part ──────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def join(programme, *, by, actor=None):
    """Take part, for an organisation that one represents or for oneself; a second time changes for whom."""
    row = Programme.objects.select_for_update().get(pk=programme.pk)
    if not row.is_published:
        raise PermissionDenied
    if actor and not Representative.objects.filter(actor=actor, user=by).exists():
        raise ValidationError({"actor": NOT_YOURS})
    participant, is_new = Participant.objects.get_or_create(programme=row, user=by, defaults={"actor": actor})
    if is_new:
        AuditEntry.objects.record(by=by, verb="programme.join", target=row)
    elif participant.actor != actor:
        participant.actor = actor
        participant.save(update_fields=["actor"])
    note_attendance(participant)
    return participant


@transaction.atomic
def leave(participant, *, by):
    """What was done in the programme goes with the participant."""
    row = _enter(participant, by)
    AuditEntry.objects.record(by=by, verb="programme.leave", target=row.programme)
    row.delete()
    telling.forget(by, f"programme:{row.programme_id}")


def _enter(participant, by):
    row = Participant.objects.select_for_update(of=("self",)).select_related("programme").get(pk=participant.pk)
    if row.user_id != by.pk:
        raise PermissionDenied
    return row


def _must_be(step, participant, kind):
    if step.kind != kind or step.programme_id != participant.programme_id:
        raise ValidationError(NOT_THIS_WAY, code="kind")


@transaction.atomic
def say_done(participant, step, *, by):
    """Self-study is done by one's own word."""
    row = _enter(participant, by)
    _must_be(step, row, StepKind.STUDY)
    StepDone.objects.get_or_create(participant=row, step=step)
    _settle(Participant.objects.filter(pk=row.pk))


@transaction.atomic
def hand_in(participant, step, *, by, words):
    """Hand in a task, or anew what staff have not accepted."""
    row = _enter(participant, by)
    _must_be(step, row, StepKind.TASK)
    done, _is_new = StepDone.objects.get_or_create(participant=row, step=step)
    if done.accepted_at:
        raise ValidationError(ACCEPTED, code="accepted")
    done.step, done.words, done.at, done.answer = step, words, timezone.now(), ""
    done.save()
    task_news.tell_handed_in(done, by=by)
    return done


@transaction.atomic
def judge(done, *, by, is_accepted, answer):
    """Staff accept what was handed in, or say what is missing."""
    if not by.has_perm("events.change_programme"):
        raise PermissionDenied
    Participant.objects.select_for_update(of=("self",)).get(pk=done.participant_id)
    row = StepDone.objects.select_related("step__programme", "participant__user").get(pk=done.pk)
    if row.accepted_at:
        raise ValidationError(ACCEPTED, code="accepted")
    row.answer, row.accepted_by = answer, by
    row.accepted_at = timezone.now() if is_accepted else None
    row.save()
    verb = "programme.accept" if is_accepted else "programme.send_back"
    AuditEntry.objects.record(by=by, verb=verb, target=row.step.programme)
    _settle(Participant.objects.filter(pk=row.participant_id))
    task_news.tell_answered(row)


# ── What follows by itself ───────────────────────────────────────────────────────────────────────────────────────────
NOTE = """
INSERT INTO events_stepdone (participant_id, step_id, words, at, answer)
SELECT participant.id, step.id, '', coalesce(came.came_at, %(now)s), ''
FROM events_participant participant
JOIN events_programmestep step ON step.programme_id = participant.programme_id AND step.kind = 'event'
JOIN events_registration came
  ON came.event_id = step.event_id AND came.user_id = participant.user_id AND came.came
WHERE %(only)s::bigint IS NULL OR participant.id = %(only)s
ON CONFLICT (participant_id, step_id) DO NOTHING
"""


@transaction.atomic
def note_attendance(participant=None):
    """Whoever came to an event has done that step: kept for good, since registrations are not. Safe to run twice."""
    only = participant.pk if participant else None
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"now": timezone.now(), "only": only})
    rows = Participant.objects.filter(pk=only) if only else Participant.objects.all()
    _settle(rows)
    return 0  # mails


def _settle(participants):
    """Those of `participants` that have done every step have completed the programme now."""
    steps = ProgrammeStep.objects.filter(programme=OuterRef("programme"))
    done = StepDone.objects.filter(
        Q(accepted_at__isnull=False) | ~Q(step__kind=StepKind.TASK), step=OuterRef("pk"),
        participant=OuterRef(OuterRef("pk")),
    )  # fmt: skip
    left = steps.filter(~Exists(done))
    participants.filter(Exists(steps), ~Exists(left), completed_at=None).update(completed_at=timezone.now())


def with_progress(participants):
    """Participants with `number_done` steps."""
    done = StepDone.objects.filter(
        Q(accepted_at__isnull=False) | ~Q(step__kind=StepKind.TASK), participant=OuterRef("pk")
    ).order_by()
    counted = done.values("participant").annotate(number=Count("pk")).values("number")
    return participants.annotate(number_done=Coalesce(Subquery(counted), 0))
