"""Print the actor's states as a table and a picture: `manage.py show_states > docs/states.md`."""

from django.core.management.base import BaseCommand
from django.utils import translation

from actors.actions import STEPS
from actors.models import ActorStatus

HEAD = """# States of an actor

Printed by `python3 manage.py show_states > docs/states.md` from the table in `actors/actions/workflow.py`; a test
compares them. Buttons, checks and mails read the same table.

| step | from | to | who | reason needed | mail |
|---|---|---|---|---|---|
"""


def states():
    """The whole of `docs/states.md`."""
    with translation.override("en"):
        rows = [
            f"| {step.label} (`{name}`) | {', '.join(sorted(step.sources))} | {step.target} | {step.who} "
            f"| {'yes' if step.needs_reason else 'no'} | {f'`{step.mail}`' if step.mail else '–'} |"
            for name, step in STEPS.items()
        ]
        names = [f"- `{status.value}`: {status.label}" for status in ActorStatus]
    arrows = [
        f"    {source} --> {step.target}: {name}" for name, step in STEPS.items() for source in sorted(step.sources)
    ]
    picture = ["```mermaid", "stateDiagram-v2", "    [*] --> draft", *arrows, "```"]
    return HEAD + "\n".join([*rows, "", *names, "", *picture]) + "\n"


class Command(BaseCommand):
    help = "Print the states of an actor and the steps between them, as Markdown."

    def handle(self, **options):
        self.stdout.write(states(), ending="")
