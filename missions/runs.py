"""A run as its pages show it: the course with its waypoints, and one stage with what it needs and what it has."""

from dataclasses import dataclass, field

from django.utils import timezone

from missions import things
from missions.models import EvidenceKind, GateVerdict, MethodRole, Run, RunStage, StageState
from platforms.models import SpaceMember


@dataclass
class Course:
    """The stages of a run in order; `here` is the one that goes on, or None."""

    run: Run
    stages: list
    here: RunStage | None

    @property
    def done(self):
        return sum(stage.state in (StageState.PASSED, StageState.SKIPPED) for stage in self.stages)

    @property
    def begun(self):
        """The stages of which there is something to tell."""
        return [stage for stage in self.stages if stage.state != StageState.WAITING]


def course_of(run):
    """The run's stages with their decisions: two questions."""
    stages = list(run.stages.select_related("stage").prefetch_related("decisions").order_by("position"))
    for stage in stages:
        stage.run = run
        stage.adjusted = [one for one in stage.decisions.all() if one.verdict == GateVerdict.ADJUST]
    return Course(run, stages, next((stage for stage in stages if stage.state == StageState.OPEN), None))


@dataclass
class Output:
    """An expected output of a stage and what there is of it. `held` counts evidence that only the space may see."""

    item: dict
    kind: object = None
    row: object = None
    evidence: list = field(default_factory=list)
    held: int = 0
    form: object = None


@dataclass
class Work:
    """A stage with all that stands in it."""

    stage: RunStage
    activities: list
    outputs: list
    gate: list
    missing_roles: list
    roles: list
    inputs: list


def work_of(stage, *, inside):
    """What stands in a stage, for who may read the space (`inside`) or for anybody."""
    said = stage.stage
    ticks = {tick.activity: tick for tick in stage.ticks.select_related("by")}
    answers = {answer.key: answer for answer in stage.answers.all()}
    roles, missing = roles_of(stage.run, said.roles)
    return Work(
        stage=stage,
        activities=[{"item": item, "tick": ticks.get(item["key"])} for item in said.activities],
        outputs=outputs_of(stage, inside=inside),
        gate=[{"item": item, "answer": answers.get(item["key"])} for item in said.gate],
        missing_roles=missing,
        roles=roles,
        inputs=inputs_of(stage, inside=inside),
    )


def outputs_of(stage, *, inside):
    rows = list(stage.outputs.select_related("by").prefetch_related(*(f"evidence__{name}" for name in things.SELECTED)))
    things.show([one for row in rows for one in row.evidence.all()], stage.run.mission, inside=inside)
    found = {row.key: row for row in rows}
    kinds = EvidenceKind.objects.in_bulk({item["evidence_kind"] for item in stage.stage.outputs}, field_name="slug")
    return [
        _output(item, kinds.get(item["evidence_kind"]), found.get(item["key"]), inside) for item in stage.stage.outputs
    ]


def _output(item, kind, row, inside):
    if row is None:
        return Output(item, kind)
    return Output(item, kind, row if inside else None, *things.parted(row.evidence.all()))


def inputs_of(stage, *, inside):
    """What earlier stages brought forth: (stage, outputs that there are)."""
    earlier = stage.run.stages.filter(position__lt=stage.position).exclude(state=StageState.WAITING)
    found = []
    for row in earlier.select_related("stage").prefetch_related("outputs__evidence").order_by("position"):
        here = {output.key: output for output in row.outputs.all()}
        items = [(item, here[item["key"]] if inside else None) for item in row.stage.outputs if item["key"] in here]
        if items:
            row.run = stage.run
            found.append((row, items))
    return found


def roles_of(run, slugs):
    """([(role, holders)], roles that nobody has) of the roles with these slugs; a person who has left the space holds
    none."""
    roles = list(MethodRole.objects.filter(slug__in=slugs))
    members = SpaceMember.objects.filter(space=run.mission.space_id).values("user")
    held = {}
    for row in run.roles.select_related("user", "actor").filter(role__in=roles):
        held.setdefault(row.role_id, []).append(row)
    gone = {row.user_id for rows in held.values() for row in rows if row.user_id}
    gone -= set(members.filter(user__in=gone).values_list("user_id", flat=True)) if gone else set()
    found = [(role, [row for row in held.get(role.pk, ()) if row.user_id not in gone]) for role in roles]
    return found, [role for role, holders in found if not holders]


def days(stage):
    """How many days a stage has taken so far, or took in all; None before it begins."""
    if not stage.opened_on:
        return None
    return ((stage.closed_on or timezone.localdate()) - stage.opened_on).days
