"""The mails of the register as examples (`notifications.examples`)."""

from functools import partial

from notifications.examples import LONG, Example
from notifications.models import EmailKind

ACTOR, SLUG = "Karlskrona Mast & Rigg AB", "karlskrona-mast-rigg"
STEPS = ("actor_archived", "actor_published", "actor_returned", "claim_approved", "claim_refused")


def mails(say):
    return [*_steps(say), *_merging(say), *_claims(), *_registering()]


def _steps(say):
    """Each in full, and as short and as awkward as it can be."""
    text = say("Beskriv gärna kortare.\nOch lägg till en kontaktadress.", "Please say it shorter.\nAnd add an address.")
    full = {"name": "Eva Ek", "actor": ACTOR, "slug": SLUG, "text": text}
    bare = {"name": "", "actor": LONG, "slug": SLUG, "text": ""}
    return [
        Example(template, case, context=context)
        for template in STEPS
        for case, context in (("usual", full), ("bare", bare))
    ]


def _merging(say):
    merged = partial(Example, "actor_merged")
    text = say("Samma organisationsnummer.", "The same organisation number.")
    context = {"name": "Eva Ek", "actor": "Mast och Rigg i Karlskrona", "into": ACTOR, "slug": SLUG, "text": text}
    return [merged(context=context), merged("bare", context={**context, "name": "", "text": ""})]


def _claims():
    asks = {"actor": ACTOR, "person": "Bo Berg", "email": "bo.berg@example.org", "claim": 0}
    return [
        Example("claim_asks_owner", context=asks),
        *(
            Example("claim_received", case, context={"actor": ACTOR, "asks_owner": case == "asks-owner"})
            for case in ("asks-owner", "asks-staff")
        ),
    ]


def _registering():
    code = {"code": "QWE-789"}
    return [
        Example("registration_code", kind=EmailKind.SECURITY, context={"minutes": 30}, secret=code),
        Example("registration_received", context={"actor": ACTOR, "name": "Eva Ek"}),
        Example("registration_received", "bare", context={"actor": LONG, "name": ""}),
    ]
