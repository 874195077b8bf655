"""Moving a run to a newer version of its method: what would happen, told first, and doing it."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from missions.actions import told
from missions.actions.mission import log
from missions.actions.runs import NOT_CURRENT, enter_run
from missions.models import MethodVersion, Run, RunMove, RunStage, StageState

OTHER_METHOD = _("This is a version of another method.")
SAME = _("The run has this version already.")
CHANGED = _("The run or the version has changed since this was shown. Look again at what would happen.")


@dataclass(frozen=True)
class Moved:
    """What becomes of a stage: `kept` keeps its work and takes the new words, `frozen` is done or has work that the new
    version has no place for and stays as it is, `added` waits, `dropped` had no work. `lost` are the names of
    activities, outputs and questions with work in them that the new words do not have."""

    what: str
    before: object = None
    after: object = None
    lost: tuple = ()


def preview(run, version):
    """A list of Moved, in the order that the run would have."""
    rows = list(run.stages.select_related("stage").prefetch_related("ticks", "outputs", "answers", "decisions"))
    stages = {stage.slug: stage for stage in version.stages.order_by("position")}
    found = [_of(row, stages.get(row.stage.slug)) for row in rows]
    here = {row.stage.slug for row in rows}
    found += [Moved("added", after=stage) for slug, stage in stages.items() if slug not in here]
    order = {slug: stage.position for slug, stage in stages.items()}
    return sorted(found, key=lambda one: _place(one, order))


def _of(row, stage):
    if row.state not in (StageState.WAITING, StageState.OPEN):
        return Moved("frozen", row)
    if stage is None:
        return Moved("frozen" if _is_worked_on(row) else "dropped", row)
    return Moved("kept", row, stage, tuple(_lost(row, stage)))


def _is_worked_on(row):
    return row.state == StageState.OPEN or any(
        getattr(row, name).all() for name in ("ticks", "outputs", "answers", "decisions")
    )


def _lost(row, stage):
    """Slugs of the parts that hold work, which the new words have no place for; their work is kept out of sight."""
    for name, held, key in (
        ("activities", row.ticks.all(), "activity"),
        ("outputs", row.outputs.all(), "key"),
        ("gate", row.answers.all(), "key"),
    ):
        there = {item["key"] for item in getattr(stage, name)}
        old = {item["key"]: item for item in getattr(row.stage, name)}
        for one in held:
            if getattr(one, key) not in there and getattr(one, key) in old:
                yield old[getattr(one, key)]


def _place(one, order):
    """Done and frozen stages first, in their own order; then by the new version."""
    if one.what in ("frozen", "dropped"):
        return (0 if one.what == "frozen" else 2, one.before.position)
    return (1, order[(one.after or one.before.stage).slug])


@transaction.atomic
def move(run, *, by, version, seen):
    """Move the run to `version`; `seen` is the list of (what, slug) that the person was shown. Raises ValidationError
    when something has changed since."""
    run = enter_run(run, by, lead=True)
    source = run.method_version
    version = MethodVersion.objects.select_for_update(of=("self",)).filter(pk=version.pk).first()
    if version is None or not version.is_current:
        raise ValidationError(NOT_CURRENT, code="retired")
    if version.method_id != source.method_id:
        raise ValidationError(OTHER_METHOD, code="method")
    if version.pk == source.pk:
        raise ValidationError(SAME, code="same")
    found = preview(run, version)
    if facts(found) != seen:
        raise ValidationError(CHANGED, code="changed")
    _carry_out(run, found)
    Run.objects.filter(pk=run.pk).update(method_version=version)
    RunMove.objects.create(run=run, source=source, target=version, by=by)
    log(run.mission, "run_move", by=by, reason=f"{source.number} → {version.number}")
    told.tell_members(run.mission, told.RUN, by=by)


def facts(found):
    """What was shown, as plain values that can be sent back."""
    return [[one.what, (one.after or one.before.stage).slug] for one in found]


def _carry_out(run, found):
    place = 0
    for one in found:
        if one.what == "dropped":
            one.before.delete()
            continue
        place += 1
        if one.what == "added":
            RunStage.objects.create(run=run, stage=one.after, position=place)
            continue
        one.before.position = place
        if one.what == "kept":
            one.before.stage = one.after
        one.before.save(update_fields=["position", "stage"])
