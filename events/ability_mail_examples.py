"""The mails of rounds of self-assessment as examples (`notifications.examples`)."""

from datetime import date

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
    ]
