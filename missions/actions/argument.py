"""The theory of change: adding, changing, linking and removing statements, and the evidence that moves them.

All under the mission's lock: numbers are given once, and no two links made at the same time close a circle.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from missions.actions import told
from missions.actions.evidence import column_of
from missions.actions.mission import enter_mission, log
from missions.argument import circle, links_of
from missions.models import Confidence, Evidence, Statement, StatementLink
from platforms.actions import NoEntry, Outdated, next_number
from platforms.models import SpaceMember

MOST = 300
CIRCLE = _(
    "This would close a circle: %(circle)s. What a statement rests on can not rest on the statement itself. Take away "
    "one of these links."
)
FULL = _("A mission has room for %(most)s statements. Put some together, or remove some.")
NO_MEMBER = _("This person is not a member of the space who can write there.")
GONE = _("A statement that you chose has been removed meanwhile.")


@transaction.atomic
def add(mission, *, by, leads_to=(), **values):
    """Add a statement that leads to the statements with the numbers `leads_to`."""
    mission = enter_mission(mission, by)
    if mission.statements.count() >= MOST:
        raise ValidationError(FULL, code="full", params={"most": MOST})
    _judge_owner(mission, values.get("owner"))
    statement = Statement.objects.create(mission=mission, number=next_number(mission.statements), **values)
    _link(statement, leads_to)
    told.tell_members(mission, told.ARGUED, by=by)
    return statement


@transaction.atomic
def edit(statement, *, by, version, leads_to, **values):
    """Change a statement and what it leads to. Raises Outdated when it was saved since `version`."""
    statement = _locked(statement, by)
    if statement.version != version:
        raise Outdated(statement)
    owner = values.get("owner") if values.get("owner") != statement.owner else None  # an owner who has left may stay
    _judge_owner(statement.mission, owner)
    for name, value in values.items():
        setattr(statement, name, value)
    _save(statement, *values)
    _link(statement, leads_to)
    told.tell_members(statement.mission, told.ARGUED, by=by)
    return statement


@transaction.atomic
def remove(statement, *, by):
    """Remove a statement with its links and its evidence; the log keeps that it was there."""
    statement = _locked(statement, by)
    mission, number = statement.mission, statement.number
    statement.delete()
    log(mission, "statement_remove", by=by, reason=str(number))
    told.tell_members(mission, told.ARGUED, by=by)


@transaction.atomic
def prove(statement, *, by, confidence, thing, **values):
    """Add evidence, and say how sure the statement is with it. `thing` is {column: id or address} of one thing."""
    statement = _locked(statement, by)
    column = column_of(statement.mission, thing)
    evidence = Evidence.objects.create(mission=statement.mission, statement=statement, by=by, **column, **values)
    statement.confidence = confidence
    _save(statement, "confidence")
    told.tell_members(statement.mission, told.ARGUED, by=by)
    return evidence


@transaction.atomic
def take_back(evidence, *, by):
    """Remove evidence. A statement without any is an assumption again."""
    statement = _locked(evidence.statement, by)
    statement.evidence.filter(pk=evidence.pk).delete()
    if not statement.evidence.exists():
        statement.confidence = Confidence.ASSUMED
        _save(statement, "confidence")
    told.tell_members(statement.mission, told.ARGUED, by=by)


def _locked(statement, by):
    """The statement as it is now, in its locked mission."""
    mission = enter_mission(statement.mission, by)
    row = mission.statements.select_related("owner").filter(pk=statement.pk).first()
    if row is None:
        raise NoEntry
    row.mission = mission
    return row


def _save(statement, *names):
    statement.version += 1
    statement.updated_at = timezone.now()
    statement.save(update_fields=[*names, "version", "updated_at"])


def _judge_owner(mission, owner):
    if owner and not SpaceMember.objects.writers().filter(space=mission.space_id, user=owner).exists():
        raise ValidationError({"owner": NO_MEMBER})


def _link(statement, numbers):
    """Let the statement lead to exactly these; the mission is locked."""
    numbers = sorted(set(numbers))
    if found := circle(links_of(statement.mission), statement.number, numbers):
        raise ValidationError({"leads_to": ValidationError(CIRCLE, params={"circle": " → ".join(map(str, found))})})
    targets = dict(statement.mission.statements.filter(number__in=numbers).values_list("number", "pk"))
    if len(targets) != len(numbers):
        raise ValidationError({"leads_to": GONE})
    StatementLink.objects.filter(source=statement).exclude(target__in=targets.values()).delete()
    rows = [StatementLink(source=statement, target_id=pk) for pk in targets.values()]
    StatementLink.objects.bulk_create(rows, ignore_conflicts=True)
