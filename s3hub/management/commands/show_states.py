"""Print the states of what has a workflow, as tables and pictures: `manage.py show_states > docs/states.md`."""

from typing import NamedTuple

from django.core.management.base import BaseCommand
from django.utils import translation

from actors.actions import workflow
from actors.models import ActorStatus
from events.actions import keeping, matching, seat_states
from events.models import EventState, MeetingState, RegistrationState
from missions.actions import learning, mission, offers, runs
from missions.models import CommitmentState, MissionState, ProposalState, RunState, StageState
from platforms.actions import partnerships, pulse
from platforms.models import PartnershipStatus, SpaceState

HEAD = """# States

Printed by `python3 manage.py show_states > docs/states.md` from the tables in the code; a test compares them. Buttons,
checks and mails read the same tables.
"""
TABLE = """
## {title}

From `{source}`.

| step | from | to | who | reason needed | mail |
|---|---|---|---|---|---|
"""


class Workflow(NamedTuple):
    """Something with states: its name, the module with its `table` of steps, the states, and where it begins, or begins
    as well."""

    title: str
    module: object
    states: type
    first: str
    table: str = "STEPS"
    also: tuple = ()


WORKFLOWS = (
    Workflow("Actor", workflow, ActorStatus, ActorStatus.DRAFT),
    Workflow("Partnership", partnerships, PartnershipStatus, PartnershipStatus.FORMING),
    Workflow("Mission", mission, MissionState, MissionState.FORMING),
    Workflow("Space", pulse, SpaceState, SpaceState.OPEN),
    Workflow("Commitment", offers, CommitmentState, CommitmentState.OFFERED),
    Workflow("Run of a method", runs, RunState, RunState.RUNNING, "RUN_STEPS"),
    Workflow("Stage of a run", runs, StageState, StageState.WAITING, "STAGE_STEPS"),
    Workflow("Event", keeping, EventState, EventState.DRAFT),
    Workflow("Registration", seat_states, RegistrationState, RegistrationState.CONFIRMED, also=("waiting",)),
    Workflow("Meeting of two", matching, MeetingState, MeetingState.ASKED, also=("booked",)),
    Workflow("Proposal for a method", learning, ProposalState, ProposalState.OPEN),
)


def states():
    """The whole of `docs/states.md`."""
    with translation.override("en"):
        return HEAD + "".join(described(one) for one in WORKFLOWS)


def described(one):
    steps = getattr(one.module, one.table)
    rows = [
        f"| {step.label} (`{name}`) | {', '.join(sorted(step.sources))} | {step.target} | {step.who} "
        f"| {'yes' if step.needs_reason else 'no'} | {f'`{step.mail}`' if step.mail else '–'} |"
        for name, step in steps.items()
    ]
    names = [f"- `{status.value}`: {status.label}" for status in one.states]
    arrows = [
        f"    {source} --> {step.target}: {name}" for name, step in steps.items() for source in sorted(step.sources)
    ]
    begins = [f"    [*] --> {state}" for state in (one.first, *one.also)]
    picture = ["```mermaid", "stateDiagram-v2", *begins, *arrows, "```"]
    head = TABLE.format(title=one.title, source=one.module.__name__.replace(".", "/") + ".py")
    return head + "\n".join([*rows, "", *names, "", *picture]) + "\n"


class Command(BaseCommand):
    help = "Print the states of whatever has a workflow, and the steps between them, as Markdown."

    def handle(self, **options):
        self.stdout.write(states(), ending="")
