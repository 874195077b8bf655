"""The mails of rounds of self-assessment and of programmes as examples (`notifications.examples`)."""

from datetime import date

from django.utils import timezone

from events.models import Programme, ProgrammeStep, StepDone
from notifications.examples import LONG, Example
from notifications.models import EmailKind


def mails(say):
    usual = {
        "round": say("Före projektet, hösten 2026", "Before the project, autumn 2026"),
        "actor": say("Exempelfrämjarna", "The example supporters"),
        "closes_on": date(2026, 12, 18),
        "minutes": 10,
        "path": "/formaga/matningar/0/svar/0/",
    }
    long = usual | {"round": LONG, "actor": LONG}
    return [
        *(Example("ability_asked", case, live=live) for case, live in (("usual", usual), ("long", long))),
        *(
            Example("ability_reminder", case, kind=EmailKind.REMINDER, live=live)
            for case, live in (("usual", usual), ("long", long))
        ),
        *_answers(say),
    ]


def _answers(say):
    accepted = StepDone(accepted_at=timezone.now())
    returned = StepDone(answer=say("Skriv också hur ni mäter det.", "Write how you measure it, too."))
    titles = {"title_sv": "Din missions mål", "title_en": "The goal of your mission"}
    return [
        _answer("usual", accepted, **titles),
        _answer("returned", returned, **titles),
        _answer("long", StepDone(answer=LONG), LONG, title_sv=LONG),
    ]


def _answer(case, done, long="", **titles):
    programme = Programme(slug="exempel", title_sv=long or "Leda missioner", title_en=long or "Leading missions")
    step = ProgrammeStep(programme=programme, number=2, **titles)
    return Example("task_answered", case, live={"step": step, "programme": programme, "done": done})
