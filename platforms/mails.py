"""The words of mails about spaces, asked for when each is sent: nothing of a space is kept in the outbox."""

from django.urls import reverse
from django.utils.translation import gettext as _

from notifications.live import NoLonger
from platforms.models import SpaceMember, SpaceRole, SpaceState

NOT_IN_IT = "the person is not in it any more"
STATES = {  # what must still be so when the mail goes out
    "space_silent": lambda member: member.is_coordinator and member.space.is_open and member.space.asked_at,
    "space_rests": lambda member: member.is_coordinator and member.space.state == SpaceState.PAUSED,
    "space_closed": lambda member: member.space.state == SpaceState.CLOSED,
}


def about_a_space(email):
    """Name and addresses of the space that `email` is about, for a member of it."""
    members = SpaceMember.objects.filter(space=email.context["space"], user=email.user_id)
    member = members.select_related("space__report").first()
    if member is None:
        raise NoLonger(NOT_IN_IT)
    if not STATES[email.template](member):
        raise NoLonger("something else was decided meanwhile")
    space = member.space
    words = {
        "space_name": space.name,
        "space_path": space.get_absolute_url(),
        "pulse_path": reverse("space_pulse", args=[space.slug]),
        "days": space.limit_days,
        "leads": member.role == SpaceRole.COORDINATOR,
    }
    if space.state == SpaceState.CLOSED:
        words["report_path"] = space.report.get_absolute_url()
    return {**words, "why": _("You get this mail because you are in the space.")}
