"""Which of our columns hold facts about a person: on what ground, for how long, and what erasure does.

The register of processing that article 30 of the General Data Protection Regulation asks for, as data: a test fails
when a column for text, addresses, files or JSON has no class here; the privacy page can be rendered from it.
"""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class Class(NamedTuple):
    """How columns of one kind are treated; `is_personal` is False for facts about organisations and the system."""

    label: str
    is_personal: bool
    ground: str = ""
    kept: str = ""
    erasure: str = ""


PUBLIC_TASK = _("Task in the public interest (article 6.1 e): the region's work for innovation and growth")
CONTRACT = _("What you asked for (article 6.1 b): an account to sign in with")
CONSENT = _("Your consent (article 6.1 a), which you can withdraw at any time")
SECURITY = _("Task in the public interest (article 6.1 e): keeping the service and the accounts safe")
ANONYMISED = _("Replaced by “Closed account” when the account is closed")
UNTIL_CLOSED = _("As long as the account exists")

CLASSES = {
    "account": Class(_("Who you are"), True, CONTRACT, UNTIL_CLOSED, ANONYMISED),
    "credential": Class(_("Proof that it is you"), True, SECURITY, UNTIL_CLOSED, _("Deleted with the account")),
    "session": Class(_("Being signed in"), True, SECURITY, _("30 days after the last visit"), _("Ended at once")),
    "proof": Class(_("Codes to prove an address"), True, SECURITY, _("One day after the code ends"), _("Deleted")),
    "mail": Class(
        _("Mails to you"),
        True,
        PUBLIC_TASK,
        _("Codes until sent; the rest a year"),
        _("Name and address are taken out of the mails"),
    ),
    "told": Class(
        _("What you were told of, and what you do not want to hear of"),
        True,
        PUBLIC_TASK,
        _("Half a year"),
        _("Deleted when the account is closed"),
    ),
    "bounce": Class(
        _("Addresses that mail cannot reach"), True, SECURITY, _("Until staff lift the stop"), _("Deleted on request")
    ),
    "trail": Class(
        _("Who did what in the register"),
        True,
        PUBLIC_TASK,
        _("As long as the register: it is a public record"),
        ANONYMISED,
    ),
    "message": Class(
        _("What you write when you ask to edit a profile, and the answer"),
        True,
        PUBLIC_TASK,
        _("As long as the account or the actor's profile exists"),
        _("Deleted when the account is closed"),
    ),
    "contact": Class(
        _("Contact details and texts of an organisation, which may name a person"),
        True,
        PUBLIC_TASK,
        _("As long as the profile is in the register; earlier versions in its history"),
        _("Stays: it is the organisation's; its representatives or staff change it on request"),
    ),
    "space": Class(
        _("What you write, upload and decide in spaces, and that you are in them"),
        True,
        PUBLIC_TASK,
        _("As long as the space: it may be a public record"),
        _("Stays as part of the space; your name is replaced by “Closed account”"),
    ),
    "invitation": Class(
        _("Invitations: name, address and a personal line"),
        True,
        PUBLIC_TASK,
        _("A year after the answer, or after they ran out"),
        _("Name and address are taken out when the account is closed"),
    ),
    "news": Class(
        _("News by mail: your address, and what you want to hear of"),
        True,
        CONSENT,
        _("Until you end it; a week when you do not say yes"),
        _("Deleted when you end it, or close your account"),
    ),
    "coming": Class(
        _("Events you sign up to: name, address, answers and whether you came"),
        True,
        PUBLIC_TASK,
        _("30 days after the event, 60 where people met one to one; then only how many came from which organisation"),
        _("Deleted when the account is closed; a guest's with the link in their mail"),
    ),
    "care": Class(
        _("What you need as to food and access"),
        True,
        CONSENT,
        _("7 days after the event"),
        _("Deleted with the registration, or when you empty the field"),
    ),
    "learning": Class(
        _("Programmes you take part in, and what you hand in"),
        True,
        PUBLIC_TASK,
        UNTIL_CLOSED,
        _("Deleted when the account is closed"),
    ),
    "none": Class(_("Not about a person"), False),
}

# Model → class → its columns. Keys, times and numbers are not listed: they tell nothing without the columns that are.
_EVENT = {
    "contact": "text_sv text_en organiser_note",
    "none": "slug uid title_sv title_en kind state audience place address access_sv access_en video_link reason source "
    "confidence",
}
_ACTOR = {
    "contact": "contact_email website description_sv description_en offers_sv offers_en seeks_sv seeks_en "
    "name legal_name status_reason slug",
    "none": "kind organisation_number unit size sni_code sni_version seat_outside source certainty status",
}
_STRATEGY = {"none": "slug name_sv name_en description_sv description_en source"}
_DESCRIBED = {"none": "slug name_sv name_en description_sv description_en"}
COLUMNS = {
    "accounts.user": {"account": "name email", "credential": "password", "none": "language"},
    "accounts.emailproof": {"proof": "email code_hash", "none": "purpose"},
    "accounts.tally": {"none": "key"},
    "accounts.auditentry": {
        "trail": "by_label target_label reason",
        "none": "verb target_type target_id",
    },
    "account.emailaddress": {"account": "email"},
    "account.emailconfirmation": {"proof": "key"},
    "mfa.authenticator": {"credential": "data", "none": "type"},
    "sessions.session": {"session": "session_key session_data"},
    "notifications.email": {
        "mail": "to context secret subject answer",
        "none": "key kind language template live state",
    },
    "notifications.notification": {"told": "thing place kind part why"},
    "notifications.mute": {"told": "target"},
    "notifications.suppression": {"bounce": "address reason cause"},
    "actors.actor": {
        "contact": f"{_ACTOR['contact']} name_sort",
        "none": f"{_ACTOR['none']} labels facets",
    },
    "actors.actorevent": {"contact": _ACTOR["contact"], "none": f"{_ACTOR['none']} pgh_label"},
    "actors.representative": {"none": "role"},
    # Who came and went, by id: the name stands in the account, and leaves it when that is closed.
    "actors.representativeevent": {"none": "role pgh_label"},
    "actors.actorareaevent": {"none": "pgh_label"},
    "actors.actorthemeevent": {"none": "pgh_label"},
    "actors.actorcompetenceevent": {"none": "pgh_label"},
    "actors.claim": {"message": "message reason", "none": "state"},
    "actors.merge": {"contact": "moved reason"},
    "actors.area": _STRATEGY,
    "actors.theme": _STRATEGY,
    "actors.competence": {"none": "slug name_sv name_en"},
    "actors.loadedrow": {"none": "kind key values"},
    "actors.municipality": {"none": "code name source"},
    "platforms.partnership": {
        "contact": "other_members note",
        "none": "slug name_sv name_en purpose_sv purpose_en status kind period source certainty",
    },
    "platforms.partnershipmember": {"none": "role"},
    "platforms.agreement": {"none": "text_sv text_en"},
    "platforms.space": {"space": "name purpose questions", "none": "slug access state"},
    "platforms.spacemember": {"space": "introduction", "none": "role"},
    "platforms.spacememberevent": {"none": "role pgh_label"},
    "platforms.activity": {"none": "verb"},
    "platforms.thread": {"space": "title"},
    "platforms.post": {"space": "body html message_id", "none": "via"},
    "platforms.postversion": {"space": "body"},
    "platforms.document": {"space": "title"},
    "platforms.documentversion": {"space": "file name note", "none": "content_type sha256 scan"},
    "platforms.decision": {"space": "title proposal outcome resolution", "none": "way deciders state"},
    "platforms.decisionanswer": {"space": "comment answer"},
    "platforms.presence": {"space": "name"},
    "platforms.task": {"space": "title note"},
    "platforms.spaceinvitation": {
        "invitation": "email name line reason",
        "none": "language nonce token_hash state role",
    },
    "platforms.spacelink": {"none": "nonce token_hash role"},
    "platforms.joinrequest": {"message": "answers reason", "none": "state"},
    "platforms.spacereport": {"space": "title purpose members decisions documents learnings onward", "none": "code"},
    "missions.commitment": {"none": "text state answer result"},
    "missions.experiment": {"none": "title hypothesis test outcome learning verdict"},
    "missions.indicator": {"none": "name unit source"},
    "missions.measurement": {"none": "note"},
    "missions.mission": {
        "contact": "note outcome",
        "none": "slug name_sv name_en challenge_sv challenge_en goal_sv goal_en measure_sv measure_en unit level state "
        "period measure_note source",
    },
    "missions.criterion": _DESCRIBED,
    "missions.criterionscore": {"space": "reason"},
    "missions.statement": {"space": "if_text then_text because_text", "none": "confidence"},
    "missions.evidence": {"space": "words url", "none": "thing"},
    "missions.methodrole": _DESCRIBED,
    "missions.evidencekind": _DESCRIBED,
    "missions.method": {"none": "slug"},
    "missions.methodversion": {
        "none": "name_sv name_en origin_sv origin_en suits_sv suits_en sources news_sv news_en",
    },
    "missions.stage": {
        "none": "slug short_sv short_en name_sv name_en purpose_sv purpose_en activities outputs gate roles",
    },
    "missions.change": {"none": "stage part key reason"},
    "insight.subscription": {"news": "email", "none": "language rhythm"},
    "missions.run": {"space": "outcome", "none": "state"},
    "missions.runstage": {"space": "reason learning", "none": "state"},
    "missions.tick": {"none": "activity"},
    "missions.output": {"space": "text", "none": "key"},
    "missions.outputevidence": {"space": "words url", "none": "thing"},
    "missions.gateanswer": {"space": "note", "none": "key answer"},
    "missions.gatedecision": {"space": "reason", "none": "verdict"},
    "missions.review": {"space": "worked hindered missing surprise change"},
    "missions.proposal": {"space": "text learning answer", "none": "stage part state"},
    "missions.need": {"none": "words"},
    "events.eventseries": {"none": "rule"},
    "events.event": _EVENT,
    "events.eventevent": {"contact": _EVENT["contact"], "none": f"{_EVENT['none']} pgh_label"},
    "events.question": {"none": "text_sv text_en kind options"},
    "events.registration": {"coming": "name email organisation", "none": "language state nonce token_hash"},
    "events.answer": {"care": "text"},
    "events.walkin": {"coming": "name organisation"},
    "events.calendarfeed": {"none": "nonce token_hash"},
    "events.framework": {"none": "slug name_sv name_en levels sources"},
    "events.dimension": {"none": "slug name_sv name_en"},
    "events.abilitystatement": {"none": "slug text_sv text_en"},
    "events.round": {"none": "kind name_sv name_en"},
    "events.assessment": {"contact": "words"},
    "events.programme": {"none": "slug title_sv title_en ability_sv ability_en text_sv text_en"},
    "events.programmestep": {"none": "kind title_sv title_en text_sv text_en link"},
    "events.stepdone": {"learning": "words answer"},
    "events.profile": {"coming": "offers wishes"},
    "events.meeting": {"coming": "line", "none": "state"},
    "events.followup": {"none": "outcome"},
    "admin.logentry": {"trail": "object_repr change_message", "none": "object_id"},
    # The person's id and the shape of the address, never a name: see accounts.middleware.history_context.
    "pghistory.context": {"trail": "metadata"},
    # Views over the event tables and the context; they hold nothing of their own.
    "pghistory.events": {
        "none": "pgh_slug pgh_model pgh_label pgh_data pgh_diff pgh_context pgh_obj_model pgh_obj_id",
    },
    "pghistory.middlewareevents": {"none": "url"},
    "auth.permission": {"none": "name codename"},
    "auth.group": {"none": "name"},
    "contenttypes.contenttype": {"none": "app_label model"},
}


def columns():
    """{(model, column): class} for every classified column; a column named twice is an error."""
    found = {}
    for model, classes in COLUMNS.items():
        for name, listed in classes.items():
            for column in listed.split():
                if (model, column) in found:
                    raise ValueError(f"{model}.{column} has two classes")
                found[model, column] = CLASSES[name]
    return found


def kept_about_people():
    """The classes of personal data, in order, for the privacy page."""
    return [each for each in CLASSES.values() if each.is_personal]
