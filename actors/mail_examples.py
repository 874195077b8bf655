"""The mails of the register as examples (`notifications.examples`)."""

from functools import partial

from notifications.examples import LONG, Example
from notifications.models import EmailKind

ACTOR, SLUG = "Kustens Mast & Rigg AB", "kustens-mast-rigg"
STEPS = ("actor_archived", "actor_published", "actor_returned", "claim_approved", "claim_refused")


def mails(say):
    return [*_steps(say), *_merging(say), *_claims(), *_registering(), *_still_right(say), *_left()]


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
    context = {"name": "Eva Ek", "actor": "Mast och Rigg vid kusten", "into": ACTOR, "slug": SLUG, "text": text}
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


def _still_right(say):
    """One profile and several; the links open nothing."""
    place = (say("Var", "Where"), "Hamnstad")
    about = (say("Om oss", "About"), say("Vi bygger master och riggar.", "We build masts and rigs."))
    profiles = [_profile(name, [place, about]) for name in (ACTOR, LONG)]
    return [
        _asked("actor_still_right", "usual", profiles[:1]),
        _asked("actor_still_right", "several", profiles),
    ]


def _profile(name, facts):
    links = {link: f"https://hub.example/{link}/" for link in ("yes", "left", "change")}
    return {"name": name, "facts": facts, **links}


def _asked(template, case, profiles):
    values = {"profiles": profiles, "count": len(profiles), "first": profiles[0]["name"]}
    return Example(template, case, kind=EmailKind.REMINDER, live=values)


def _left():
    paths = {"actor_path": f"/aktorer/{SLUG}/", "admin_path": "/admin/"}
    said = {"actor": ACTOR, "person": "Bo Berg", **paths}
    return [
        Example("representative_left", live={**said, "is_colleague": True, "has_owner": True}),
        Example("representative_left", "no-owner", live={**said, "is_colleague": True, "has_owner": False}),
        Example(
            "representative_left",
            "to-staff",
            kind=EmailKind.REMINDER,
            live={**said, "is_colleague": False, "has_owner": False},
        ),
    ]
