"""From which state of a registration an act leads to which: `docs/states.md` and the acts read it."""

from django.utils.translation import gettext_lazy as _

from actors.actions.workflow import Step
from events.actions.seat_mails import SEAT
from events.models import ACTIVE, RegistrationState

CONFIRMED, WAITING, OFFERED, LEFT = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITING,
    RegistrationState.OFFERED,
    RegistrationState.LEFT,
)
ANYBODY, PARTICIPANT, SYSTEM = "whom the event is for", "participant", "system"
STEPS = {
    "sign_up": Step(_("Sign up"), (LEFT,), CONFIRMED, ANYBODY, SEAT),
    "wait": Step(_("Sign up when all seats are taken"), (LEFT,), WAITING, ANYBODY, SEAT),
    "offer": Step(_("Offer a seat that became free"), (WAITING,), OFFERED, SYSTEM, SEAT),
    "take_offer": Step(_("Take the seat"), (OFFERED,), CONFIRMED, PARTICIPANT, SEAT),
    "decline_offer": Step(_("No, thank you"), (OFFERED,), LEFT, PARTICIPANT, SEAT),
    "lapse": Step(_("Offer the seat to the next"), (OFFERED,), LEFT, SYSTEM, SEAT),
    "leave": Step(_("Leave: I cannot come"), ACTIVE, LEFT, PARTICIPANT, SEAT),
}
