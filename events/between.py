"""What was done between two rounds: trainings attended, programmes completed, runs of a method. Only counts, of what
organisations of the support system did."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from actors.models import ActorKind
from events.models import Attendance, Audience, EventKind, EventState, Participant
from missions.models import Run, RunRole, RunStage, StageState

TRAINING = (EventKind.TRAINING, EventKind.WORKSHOP)
MOST_NAMED = 20


@dataclass
class Between:
    """From the day after `start` up to `end` (None: until now). `runs` are those that may be named."""

    start: object
    end: object
    source: object = None  # the round before
    target: object = None  # the round after
    trainings: set = field(default_factory=set)
    people: int = 0
    hours: Decimal = Decimal(0)
    trained: set = field(default_factory=set)
    completed: int = 0
    begun: int = 0
    closed: int = 0
    passed: int = 0
    leading: set = field(default_factory=set)
    runs: list = field(default_factory=list)

    def holds(self, day):
        return day is not None and day > self.start and (self.end is None or day <= self.end)

    @property
    def is_empty(self):
        return not (self.trainings or self.completed or self.begun or self.closed or self.passed)


def evidence_of(ability):
    """A Between for each gap between rounds, and one since the last: five questions, however many rounds there are."""
    gaps = _gaps(ability.rounds)
    if gaps:
        for fill in (_attendance, _programmes, _runs):
            fill(gaps, ability.is_invented)
    return gaps


def _gaps(rounds):
    days = [timezone.localdate(one.closed_at) for one in rounds]
    gaps = [Between(days[at], days[at + 1], rounds[at], rounds[at + 1]) for at in range(len(days) - 1)]
    if days and days[-1] < timezone.localdate():
        gaps.append(Between(days[-1], None, rounds[-1]))
    return gaps


def _gap(gaps, day):
    return next((one for one in gaps if one.holds(day)), None)


def _attendance(gaps, is_invented):
    rows = Attendance.objects.filter(
        actor__kind=ActorKind.SUPPORT,
        event__kind__in=TRAINING,
        event__audience=Audience.PUBLIC,  # of what a partnership holds behind its door nothing is told
        event__is_example=is_invented,
        event__ends_at__gte=_moment(gaps),
    ).exclude(event__state__in=[EventState.DRAFT, EventState.CANCELLED])
    for event, ended, actor, people, hours in rows.values_list("event", "event__ends_at", "actor", "people", "hours"):
        if gap := _gap(gaps, timezone.localdate(ended)):
            gap.trainings.add(event)
            gap.trained.add(actor)
            gap.people += people
            gap.hours += people * (hours or 0)


def _moment(gaps):
    """A little before the first day of the gaps."""
    return timezone.now() - timedelta(days=(timezone.localdate() - gaps[0].start).days + 1)


def _programmes(gaps, is_invented):
    rows = Participant.objects.filter(
        completed_at__gte=_moment(gaps), actor__kind=ActorKind.SUPPORT, programme__is_example=is_invented
    )
    for completed in rows.values_list("completed_at", flat=True):
        if gap := _gap(gaps, timezone.localdate(completed)):
            gap.completed += 1


def _runs(gaps, is_invented):
    """Runs that an organisation of the support system leads, by owning the mission or by a role in the run."""
    rows = Run.objects.filter(mission__is_example=is_invented).filter(
        Q(closed_on=None) | Q(closed_on__gt=gaps[0].start)
    )
    rows = list(rows.select_related("mission__owner", "method_version").order_by("started_on", "pk"))
    leading = {run.pk: set() for run in rows}
    for run in rows:
        if run.mission.owner and run.mission.owner.kind == ActorKind.SUPPORT:
            leading[run.pk].add(run.mission.owner_id)
    held = RunRole.objects.filter(run__in=rows, actor__kind=ActorKind.SUPPORT).values_list("run", "actor")
    for run, actor in held:
        leading[run].add(actor)
    passed = RunStage.objects.filter(run__in=[pk for pk, actors in leading.items() if actors], state=StageState.PASSED)
    for day in passed.values_list("closed_on", flat=True):
        if gap := _gap(gaps, day):
            gap.passed += 1
    for run in rows:
        if leading[run.pk]:
            _count(gaps, run, leading[run.pk])


def _count(gaps, run, actors):
    for gap in gaps:
        was_under_way = (gap.end is None or run.started_on <= gap.end) and (
            run.closed_on is None or run.closed_on > gap.start
        )
        if not was_under_way:
            continue
        gap.begun += gap.holds(run.started_on)
        gap.closed += gap.holds(run.closed_on)
        gap.leading |= actors
        if run.mission.is_published and len(gap.runs) < MOST_NAMED:
            gap.runs.append(run)
