"""Rounds of self-assessment: staff open one, ask organisations, remind them once and close it; organisations answer.

Every change locks the round first, so that closing waits for an answer on its way, and no answer comes after it.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from actors.models import Actor, ActorKind, Representative
from events.models import AbilityStatement, Assessment, Judgement, Round
from notifications import budget
from notifications.actions import queue_emails
from notifications.live import NoLonger
from notifications.models import EmailKind
from platforms.actions import Outdated

ASKED, REMINDED = "ability_asked", "ability_reminder"
MINUTES = 10  # that an answer takes
CLOSED = _("The round is closed: nothing of it changes any more.")
NOT_YET = _("The round has not opened yet.")
ONCE = _("Everybody has been reminded. That is done once.")
NOBODY_LEFT = _("Nobody is left to remind.")
ANSWERED = _("The organisation has sent its answers, so it stays in the round.")
INCOMPLETE = _("Answer all statements before you send: %(number)s are left.")
TWICE = _("Your organisation answers in that role already.")


class Ended(ValidationError):
    """The round takes nothing more; the message says why."""


def _keep(round_, by):
    """The round as it is now, locked, for staff who keep it."""
    if not by.has_perm("events.change_round"):
        raise PermissionDenied
    row = Round.objects.select_for_update().get(pk=round_.pk)
    if row.closed_at:
        raise Ended(CLOSED, code="closed")
    return row


def may_be_asked():
    """Organisations of the support system, A–Ö."""
    return Actor.objects.published().filter(kind=ActorKind.SUPPORT).order_by("name_sort", "pk")


# ── Staff ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def begin(*, by, framework, **values):
    if not by.has_perm("events.change_round"):
        raise PermissionDenied
    made = Round.objects.create(framework=framework, **values)
    AuditEntry.objects.record(by=by, verb="round.begin", target=made)
    return made


@transaction.atomic
def change(round_, *, by, version, **values):
    """Change what a round is called and its days. Raises Outdated when somebody saved it since `version`."""
    row = _keep(round_, by)
    if row.version != version:
        raise Outdated(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    AuditEntry.objects.record(by=by, verb="round.change", target=row)
    return row


@transaction.atomic
def ask(round_, *, by, actors):
    """Ask these organisations, and tell their representatives; how many were not asked before."""
    row = _keep(round_, by)
    asked = set(row.assessments.values_list("actor", flat=True))
    new = [actor for actor in actors if actor.pk not in asked]
    made = Assessment.objects.bulk_create(Assessment(round=row, actor=actor) for actor in new)
    queue_emails(_mails(made, ASKED, {}))
    if made:
        AuditEntry.objects.record(by=by, verb="round.ask", target=row, reason=", ".join(map(str, new))[:2000])
    return len(made)


@transaction.atomic
def take_away(round_, actor, *, by):
    """An organisation is asked no longer, and what it began to write goes."""
    row = _keep(round_, by)
    theirs = row.assessments.filter(actor=actor)
    if theirs.sent().exists():
        raise ValidationError(ANSWERED, code="sent")
    theirs.delete()
    AuditEntry.objects.record(by=by, verb="round.take_away", target=row, reason=str(actor))


@transaction.atomic
def remind(round_, *, by):
    """Remind those who have not answered, once for each round; how many people."""
    row = _keep(round_, by)
    if row.reminded_at:
        raise ValidationError(ONCE, code="once")
    waiting = list(row.assessments.filter(sent_at=None, role=None))
    people = _people(waiting)
    first = budget.first_room([one.user.email for one in people], REMINDED)
    mails = _mails(waiting, REMINDED, first)
    if not mails:
        raise ValidationError(NOBODY_LEFT, code="nobody")
    queue_emails(mails)
    row.reminded_at = timezone.now()
    row.save(update_fields=["reminded_at"])
    AuditEntry.objects.record(by=by, verb="round.remind", target=row)
    return len(mails)


@transaction.atomic
def close(round_, *, by):
    """Close the round: from now on the database keeps it as it is, and what was sent counts."""
    row = _keep(round_, by)
    AuditEntry.objects.record(by=by, verb="round.close", target=row)
    row.closed_at = timezone.now()
    row.save(update_fields=["closed_at"])
    return row


# ── Mails ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _people(assessments):
    actors = {one.actor_id for one in assessments}
    return list(Representative.objects.filter(actor__in=actors, user__is_active=True).select_related("user"))


def _mails(assessments, template, first):
    """A mail for each representative; a reminder waits for the room that `first` tells of."""
    by_actor = {}
    for one in _people(assessments):
        by_actor.setdefault(one.actor_id, []).append(one.user)
    is_reminder = template == REMINDED
    return [
        {
            "to": user.email,
            "user_id": user.pk,
            "language": user.language,
            "template": template,
            "kind": EmailKind.REMINDER if is_reminder else EmailKind.TRANSACTIONAL,
            "context": {"assessment": one.pk},
            "live": "events.ability",
            "key": f"{template}:{one.pk}:{user.pk}",
            **({"due_at": first[user.email]} if is_reminder else {}),
        }
        for one in assessments
        for user in by_actor.get(one.actor_id, ())
        if not is_reminder or user.email in first
    ]


def read_mail(email):
    """What is asked, for who represents the organisation still, while its answer can be given."""
    rows = Assessment.objects.select_related("round", "actor").filter(sent_at=None, round__closed_at=None)
    found = rows.filter(pk=email.context["assessment"]).first()
    if found is None:
        raise NoLonger("answered, or the round is closed")
    if not Representative.objects.filter(actor=found.actor_id, user=email.user_id).exists():
        raise NoLonger("no longer theirs to answer")
    with translation.override(email.language):
        name = str(found.round)
    return {
        "round": name,
        "actor": found.actor.name,
        "closes_on": found.round.closes_on,
        "minutes": MINUTES,
        "path": reverse("ability_answer", args=[found.round_id, found.pk]),
    }


# ── Organisations ────────────────────────────────────────────────────────────────────────────────────────────────────
def _enter(assessment, by):
    """The assessment as it is now, with its round locked, for somebody who represents the organisation."""
    round_ = Round.objects.select_for_update().get(pk=assessment.round_id)
    row = Assessment.objects.of(by).select_related("actor", "role").filter(pk=assessment.pk).first()
    if row is None:
        raise PermissionDenied
    _must_be_open(round_)
    row.round = round_
    return row


def _must_be_open(round_):
    if round_.closed_at:
        raise Ended(CLOSED, code="closed")
    if not round_.is_open:
        raise Ended(NOT_YET, code="early")


@transaction.atomic
def save(assessment, *, by, version, levels, words):
    """Keep what was answered so far: `levels` maps ids of statements to levels. Raises Outdated, Ended."""
    row = _enter(assessment, by)
    if row.version != version:
        raise Outdated(row)
    Judgement.objects.bulk_create(
        [Judgement(assessment=row, statement_id=pk, level=level) for pk, level in levels.items()],
        update_conflicts=True,
        unique_fields=["assessment", "statement"],
        update_fields=["level"],
    )
    row.words, row.by = words, by
    row.version = F("version") + 1
    row.save(update_fields=["words", "by", "version"])
    row.refresh_from_db(fields=["version"])
    return row


@transaction.atomic
def send(assessment, *, by, version, levels, words):
    """Save, and from now on it counts; it can be changed until the round is closed."""
    row = save(assessment, by=by, version=version, levels=levels, words=words)
    statements = AbilityStatement.objects.filter(dimension__framework=row.round.framework_id)
    left = statements.count() - row.judgements.count()
    if left:
        raise ValidationError(INCOMPLETE, code="incomplete", params={"number": left})
    if row.sent_at is None:
        row.sent_at = timezone.now()
        row.save(update_fields=["sent_at"])
        AuditEntry.objects.record(by=by, verb="assessment.send", target=row)
    return row


@transaction.atomic
def answer_in_role(assessment, *, by, role):
    """The organisation answers in a role of the method as well: a new assessment beside the one that was asked for."""
    row = _enter(assessment, by)
    made, is_new = Assessment.objects.get_or_create(round=row.round, actor=row.actor, role=role, defaults={"by": by})
    if not is_new:
        raise ValidationError(TWICE, code="twice")
    return made
