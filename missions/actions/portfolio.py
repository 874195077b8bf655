"""The portfolio of a mission: what is promised, tried and measured. Members write it, under the mission's lock."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from missions.actions.evidence import column_of
from missions.actions.promises import tell_person
from missions.actions.taking import log, take
from missions.models import Commitment, CommitmentState, Evidence, Experiment, Indicator, Measurement, Reminded
from platforms.actions.rooms import NoEntry, Outdated, next_number
from platforms.models import SpaceMember

NO_MEMBER = _("This person is not a member of the mission's space who can take it on.")
OTHER_MISSION = _("There is no such statement in this mission.")
ONE_GOAL = _("“%(name)s” measures the goal already. Take the mark from it first.")
SAME_DAY = _("There is a value for this day already. Correct that one instead.")
MOVED_ON = _("The promise is in another state by now. Nothing was changed.")


def in_portfolio(model, mission):
    """The rows of a kind that members of the mission write: of commitments those that are promised or kept."""
    rows = model.objects.filter(mission=mission)
    return rows.public() if model is Commitment else rows


def _judge_statement(mission, values):
    statement = values.get("statement")
    if statement is not None and statement.mission_id != mission.pk:
        raise ValidationError({"statement": OTHER_MISSION})


def _judge_commitment(mission, before, values):
    """The person must be of the mission's space, now that it is locked; who has left since may stay on it."""
    user = values["user"]
    stays = before is not None and user is not None and user.pk == before.user_id
    writers = SpaceMember.objects.writers().filter(space=mission.space_id, user=user)
    if user is not None and not stays and not writers.exists():
        raise ValidationError({"user": NO_MEMBER})
    _judge_statement(mission, values)


def _judge_experiment(mission, before, values):
    _judge_statement(mission, values)


def _judge_indicator(mission, before, values):
    """One indicator measures the goal."""
    others = mission.indicators.filter(is_goal=True).exclude(pk=before.pk if before else None)
    if values["is_goal"] and (other := others.first()):
        raise ValidationError({"is_goal": ValidationError(ONE_GOAL, params={"name": other.name})})


JUDGES = {Commitment: _judge_commitment, Experiment: _judge_experiment, Indicator: _judge_indicator}


@transaction.atomic
def add(model, mission, *, by, **values):
    """Add a commitment, an experiment or an indicator to the mission, with the next number of its kind."""
    row = take(mission, by)
    JUDGES[model](row, None, values)
    number = next_number(model.objects.filter(mission=row))
    thing = model.objects.create(mission=row, number=number, **values)
    if model is Commitment:
        tell_person(thing, by=by)
    return thing


def _locked(thing, by):
    """(the locked mission, the row as it is now)."""
    mission = take(thing.mission, by)
    row = in_portfolio(type(thing), mission).filter(pk=thing.pk).first()
    if row is None:
        raise NoEntry
    row.mission = mission
    return mission, row


@transaction.atomic
def edit(thing, *, by, version, **values):
    """Change one of them. Raises Outdated when it was saved since `version`."""
    mission, row = _locked(thing, by)
    if row.version != version:
        raise Outdated(row)
    JUDGES[type(row)](mission, row, values)
    before = row.user_id if isinstance(row, Commitment) else None
    if isinstance(row, Commitment) and values["due_on"] != row.due_on:
        values["reminded"] = Reminded.NOT_YET
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*values, "version"])
    if isinstance(row, Commitment) and row.user_id != before:
        tell_person(row, by=by)
    return row


@transaction.atomic
def remove(thing, *, by):
    """Take one of them out of the portfolio; the log keeps what it said."""
    mission, row = _locked(thing, by)
    log(mission, f"{row._meta.model_name}.remove", by=by, reason=str(row))
    row.delete()


@transaction.atomic
def finish(commitment, *, by, done_on, result):
    """A promise is kept: when, and what came of it."""
    _mission, row = _locked(commitment, by)
    if row.state != CommitmentState.PROMISED:
        raise ValidationError(MOVED_ON, code="state")
    row.state, row.done_on, row.result = CommitmentState.DONE, done_on, result
    row.version += 1
    row.save(update_fields=["state", "done_on", "result", "version"])


@transaction.atomic
def reopen(commitment, *, by):
    """It is not kept after all: what was said of it stays, to be written anew."""
    _mission, row = _locked(commitment, by)
    if row.state != CommitmentState.DONE:
        raise ValidationError(MOVED_ON, code="state")
    row.state, row.done_on = CommitmentState.PROMISED, None
    row.version += 1
    row.save(update_fields=["state", "done_on", "version"])


# ── Evidence of experiments ──────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def attach(experiment, *, by, thing, **values):
    """Add evidence to an experiment. `thing` is {column: id or address} of one thing."""
    mission, row = _locked(experiment, by)
    return Evidence.objects.create(mission=mission, experiment=row, by=by, **column_of(mission, thing), **values)


@transaction.atomic
def detach(evidence, *, by):
    """Take evidence away from an experiment again; the thing itself stays where it lies."""
    _mission, row = _locked(evidence.experiment, by)
    row.evidence.filter(pk=evidence.pk).delete()


# ── Values ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def measure(indicator, *, by, on, value, note=""):
    """Enter the value of a day; a day has one."""
    _mission, row = _locked(indicator, by)
    if row.measurements.filter(on=on).exists():
        raise ValidationError({"on": SAME_DAY})
    return Measurement.objects.create(indicator=row, on=on, value=value, note=note, by=by)


def _measured(measurement, by):
    mission, indicator = _locked(measurement.indicator, by)
    row = indicator.measurements.filter(pk=measurement.pk).first()
    if row is None:
        raise NoEntry
    row.indicator = indicator
    return mission, row


@transaction.atomic
def correct(measurement, *, by, value, note=""):
    """Correct a value; the log keeps what stood there."""
    mission, row = _measured(measurement, by)
    if row.value != value:
        log(mission, "measurement.correct", by=by, reason=f"{row.indicator}, {row.on}: {row.value} → {value}")
    row.value, row.note = value, note
    row.save(update_fields=["value", "note"])


@transaction.atomic
def unmeasure(measurement, *, by):
    """Take a value out of the series; the log keeps it."""
    mission, row = _measured(measurement, by)
    log(mission, "measurement.remove", by=by, reason=f"{row.indicator}, {row.on}: {row.value}")
    row.delete()
