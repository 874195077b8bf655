"""A commitment's way: promised by members, or offered from outside and answered. Buttons and `docs/states.md` read
`STEPS`.

Who speaks for a published organisation offers, on a public mission that is being formulated or under way. Everything
is judged under the mission's lock.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actors.actions.following import MISSION, tell_followers
from actors.actions.workflow import Step
from actors.models import ActorStatus, Representative
from missions.actions.promises import tell_leaders
from missions.actions.taking import lock, take
from missions.models import Commitment, CommitmentState, MissionState
from notifications.actions import queue_emails
from platforms.actions.rooms import NoEntry, next_number

MAIL = "offer_answered"
STEPS = {
    "accept": Step(
        _("Accept the offer"), (CommitmentState.OFFERED,), CommitmentState.PROMISED, "coordinator", mail=MAIL
    ),
    "decline": Step(
        _("Decline the offer"),
        (CommitmentState.OFFERED,),
        CommitmentState.DECLINED,
        "coordinator",
        needs_reason=True,
        mail=MAIL,
    ),
    "withdraw": Step(_("Withdraw the offer"), (CommitmentState.OFFERED,), CommitmentState.WITHDRAWN, "representative"),
    "finish": Step(_("It is done"), (CommitmentState.PROMISED,), CommitmentState.DONE, "member"),
    "reopen": Step(_("Not done after all"), (CommitmentState.DONE,), CommitmentState.PROMISED, "member"),
}
TAKES_OFFERS = (MissionState.FORMING, MissionState.STARTED)
SHUT = _("The mission takes no offers just now: it has ended, or is led elsewhere.")
NOT_YOURS = _("You do not speak for this organisation in the register any more. Nothing was sent.")
WAITS = _("An offer of %(name)s waits for an answer already. Withdraw it first, or wait.")
ANSWERED = _("The offer was answered or withdrawn meanwhile. Nothing was changed.")
NOBODY = _("Nobody who made this offer speaks for %(name)s any more. Answer with words instead.")


def takes_offers(mission):
    return mission.is_published and mission.state in TAKES_OFFERS


def _speaks(user_id, actor_id):
    """Whether the person speaks for the organisation now, and it is public; the answer holds until the end of the
    transaction."""
    rows = Representative.objects.select_for_update(of=("self",)).filter(user=user_id, actor=actor_id)
    return rows.filter(actor__status=ActorStatus.PUBLISHED).first() is not None


@transaction.atomic
def offer(mission, *, by, actor, text, due_on):
    """An organisation from outside wants to contribute; the coordinators hear of it."""
    row = lock(mission)
    if not takes_offers(row):
        raise ValidationError(SHUT, code="shut")
    if not _speaks(by.pk, actor.pk):
        raise ValidationError(NOT_YOURS, code="not_yours")
    if row.commitments.waiting().filter(actor=actor).exists():
        raise ValidationError(WAITS, code="waits", params={"name": actor.name})
    made = Commitment.objects.create(
        mission=row,
        number=next_number(row.commitments),
        actor=actor,
        text=text,
        due_on=due_on,
        state=CommitmentState.OFFERED,
        offered_by=by,
    )
    tell_leaders(made)
    return made


def _move(row, step, **values):
    """Bring the row, of a locked mission, to the step's target."""
    if row.state not in STEPS[step].sources:
        raise ValidationError(ANSWERED, code="state")
    row.state = STEPS[step].target
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=["state", "version", *values])


def _waiting(offer, by):
    """The offer in its mission, both as they are now, for who decides about the mission."""
    mission = take(offer.mission, by, lead=True)
    return mission.commitments.select_related("actor").get(pk=offer.pk)


@transaction.atomic
def accept(offer, *, by, wave, answer=""):
    """The offer becomes a promise of its wave, and whoever made it the person to ask."""
    row = _waiting(offer, by)
    if row.state == CommitmentState.OFFERED and not _speaks(row.offered_by_id, row.actor_id):
        raise ValidationError(NOBODY, code="nobody", params={"name": row.actor.name})
    _move(row, "accept", wave=wave, answer=answer, user_id=row.offered_by_id)
    if row.mission.is_published and not row.mission.actors.filter(pk=row.actor_id).exists():
        tell_followers([row.actor_id], MISSION, by=by)
    row.mission.actors.add(row.actor_id)
    _mail(row)


@transaction.atomic
def decline(offer, *, by, answer):
    row = _waiting(offer, by)
    _move(row, "decline", answer=answer)
    _mail(row)


@transaction.atomic
def withdraw(offer, *, by):
    """Whoever offered, or speaks for the organisation now, takes the offer back; also when the mission has ended."""
    lock(offer.mission)
    row = Commitment.objects.offered_by(by).filter(pk=offer.pk).first()
    if row is None:
        raise NoEntry
    _move(row, "withdraw")


def _mail(row):
    """What became of the offer, to whoever made it; read when it is sent."""
    user = row.offered_by
    if user is None:
        return
    queue_emails(
        [
            {
                "to": user.email,
                "user_id": user.pk,
                "language": user.language,
                "template": MAIL,
                "context": {"commitment": row.pk},
                "live": "missions.offer",
                "key": f"offer:{row.pk}:answered",
            }
        ]
    )
