"""What mails about spaces say, asked for when they are sent: whoever may not know it by then gets none."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import InvitationState, User
from actors.models import Actor
from notifications.composing import ascii_address
from notifications.live import NoLonger
from platforms.models import (
    Access,
    JoinRequest,
    RequestState,
    Space,
    SpaceInvitation,
    SpaceMember,
    SpaceRole,
    SpaceState,
)


def reply_to(user):
    """A header that leads an answer to `user`; none for an address that a header cannot carry."""
    address = ascii_address(user.email)
    return {"Reply-To": address} if address.isascii() else {}


def invitations(emails):
    """To those who are invited, of many at once."""
    rows = SpaceInvitation.objects.alive().select_related("space__partnership", "by", "on_behalf_of")
    found = rows.in_bulk([email.context["invitation"] for email in emails])
    return {email.pk: _invitation(email, found.get(email.context["invitation"])) for email in emails}


def _invitation(email, found):
    if found is None:
        return NoLonger("the invitation was answered, withdrawn, or has run out")
    if found.mails != email.context["number"]:
        return NoLonger("a later mail carries the same invitation")
    return {"invitation": found, "space": found.space, "headers": reply_to(found.by)}


def _led(space_id, email):
    """The space, if the mail's reader coordinates it now."""
    space = Space.objects.led_by(email.user).filter(pk=space_id).first() if email.user else None
    if space is None:
        raise NoLonger("the reader does not coordinate the space")
    return space


def answer(email):
    """To the inviter: the invited person said no, or named a colleague."""
    answered = (InvitationState.DECLINED, InvitationState.FORWARDED)
    found = SpaceInvitation.objects.filter(pk=email.context["invitation"], state__in=answered).first()
    if found is None:
        raise NoLonger("the invitation is gone")
    return {"invitation": found, "space": _led(found.space_id, email), "colleague": found.forwarded.first()}


def request(email):
    """To a coordinator: somebody asks to join."""
    rows = JoinRequest.objects.select_related("user", "on_behalf_of")
    found = rows.filter(pk=email.context["request"], state=RequestState.OPEN).first()
    if found is None:
        raise NoLonger("the request has been answered")
    return {"request": found, "space": _led(found.space_id, email)}


def request_answer(email):
    """To whoever asked: let in, if they are still in; or refused. Of a private space they hear the partnership only:
    it may be called otherwise since they heard of it."""
    found = JoinRequest.objects.select_related("space__partnership", "user").filter(pk=email.context["request"]).first()
    if found is None or found.state == RequestState.OPEN:
        raise NoLonger("the answer is gone")
    is_in = SpaceMember.objects.filter(space=found.space, user=found.user).exists()
    if found.state == RequestState.APPROVED and not is_in:
        raise NoLonger("the person has left or been removed since")
    is_known = is_in or found.space.access != Access.PRIVATE
    return {"request": found, "space": found.space if is_known else found.space.partnership}


def seat(email):
    """To a coordinator: somebody left, or stands for another organisation now."""
    space = _led(email.context["space"], email)
    person = User.objects.filter(pk=email.context["person"], anonymised_at=None).first()
    if person is None:
        raise NoLonger("the person has closed the account")
    member = SpaceMember.objects.filter(space=space, user=person).select_related("on_behalf_of").first()
    if (email.context["what"] == "moved") != (member is not None):
        raise NoLonger("it is no longer so")
    before = Actor.objects.filter(pk=email.context["organisation"]).first()
    others = SpaceMember.objects.filter(space=space, on_behalf_of=before)
    is_vacant = before is not None and not others.exists()
    return {"space": space, "person": person, "member": member, "before": before, "is_vacant": is_vacant}


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


READERS = {
    "platforms.pulse": about_a_space,
    "platforms.answer": answer,
    "platforms.request": request,
    "platforms.request_answer": request_answer,
    "platforms.seat": seat,
}
READERS_OF_MANY = {"platforms.invitation": invitations}
