"""The method was developed, carried out and tested: what the rows say about it, each line with what shows it.

Everybody reads the same: runs of missions that are not public are counted, and say nothing else.
"""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from django.db.models import Count, Q

from missions.models import GateVerdict, OutputEvidence, Review, Run, RunStage, RunState, Said, StageState
from missions.runs import days

TAUGHT = Q(changes__run__isnull=False) | Q(changes__proposal__isnull=False)
UNASKED = (StageState.WAITING, StageState.SKIPPED)  # their gates were never stood at


@dataclass
class RunFacts:
    """A run in a report. `stages` maps a stage's slug to its StageFacts, in order; `is_public` says whether its mission
    may be named."""

    run: Run
    is_public: bool
    stages: dict = field(default_factory=dict)
    reviews: int = 0

    @property
    def days(self):
        """How long the run has taken, from its start to its closing; None while it goes on."""
        return (self.run.closed_on - self.run.started_on).days if self.run.closed_on else None

    @property
    def passed(self):
        return sum(stage.state == StageState.PASSED for stage in self.stages.values())

    @property
    def evidence(self):
        return sum(stage.evidence for stage in self.stages.values())


@dataclass
class StageFacts:
    name: str
    state: str
    words: str
    days: int | None
    adjusted: int
    yes: int
    asked: int
    evidence: int
    learning: str
    reason: str


@dataclass
class Line:
    """One claim of the report, whether it holds, and what shows it."""

    key: str
    holds: bool
    numbers: dict


@dataclass
class Report:
    """`names` maps the slug of a stage to its name, in the order of the newest version; `is_invented` says that all
    runs are those of examples."""

    method: object
    versions: list
    runs: list
    names: dict
    is_invented: bool = False

    @property
    def lines(self):
        """The claims that the project was set, each true only by real rows."""
        closed = [one for one in self.runs if one.run.state == RunState.CLOSED]
        taught = [version for version in self.versions if version.taught]
        return [
            Line("developed", bool(taught), {"versions": len(self.versions), "taught": len(taught)}),
            Line(
                "carried_out",
                any(one.passed for one in closed),
                {"runs": len(self.runs), "closed": len(closed), "passed": sum(one.passed for one in self.runs)},
            ),
            Line(
                "tested",
                any(one.reviews and one.evidence for one in closed),
                {
                    "evidence": sum(one.evidence for one in self.runs),
                    "reviews": sum(one.reviews for one in self.runs),
                    "proposals": sum(version.taught for version in self.versions),
                },
            ),
        ]

    @property
    def compared(self):
        """For each stage: its name, the median of days, and the stage in each public run (None where the run has it
        not). What is not public would be told by a median, and by a stage that it alone has."""
        public, found = [one for one in self.runs if one.is_public], []
        for slug, name in self.names.items():
            cells = [one.stages.get(slug) for one in public]
            took = [cell.days for cell in cells if cell and cell.days is not None and cell.state == StageState.PASSED]
            found.append({"name": name, "median": round(median(took)) if took else None, "cells": cells})
        return found


def report_of(method):
    """The facts of a method's versions and runs: eight questions, however many runs there are."""
    versions = list(method.versions.published().annotate(taught=Count("changes", filter=TAUGHT)).order_by("number"))
    rows = Run.objects.filter(method_version__method=method).select_related("mission__partnership", "method_version")
    rows = list(rows.order_by("started_on", "pk"))
    real = [run for run in rows if not run.mission.is_example]  # an invented run shows nothing beside a real one
    runs = real or rows
    facts = {run.pk: RunFacts(run, run.mission.is_published) for run in runs}
    _stages(facts)
    answered = Review.objects.filter(run__in=runs).exclude(answered_at=None).values_list("run").annotate(n=Count("pk"))
    for run, number in answered:
        facts[run].reviews = number
    return Report(method, versions, list(facts.values()), _names(versions, facts), is_invented=bool(rows and not real))


def _stages(facts):
    rows = RunStage.objects.filter(run__in=facts).select_related("stage").order_by("run", "position")
    rows = list(rows.prefetch_related("decisions", "answers"))
    shown = OutputEvidence.objects.filter(output__stage__in=rows).values_list("output__stage").annotate(n=Count("pk"))
    evidence = dict(shown)
    for row in rows:
        verdicts = Counter(one.verdict for one in row.decisions.all())
        said = [one.answer for one in row.answers.all()]
        facts[row.run_id].stages[row.stage.slug] = StageFacts(
            name=row.stage.name,
            state=row.state,
            words=row.get_state_display(),
            days=days(row),
            adjusted=verdicts[GateVerdict.ADJUST],
            yes=said.count(Said.YES),
            asked=0 if row.state in UNASKED else len(row.stage.gate),
            evidence=evidence.get(row.pk, 0),
            learning=row.learning,
            reason=row.reason,
        )


def _names(versions, facts):
    """The stages by name: those of the newest version first, then those that only public runs have."""
    found = {}
    if versions:
        found = {stage.slug: stage.name for stage in versions[-1].stages.order_by("position")}
    for one in facts.values():
        for slug, stage in one.stages.items() if one.is_public else ():
            found.setdefault(slug, stage.name)
    return found
