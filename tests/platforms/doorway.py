"""Invitations in every state, and people who come with the link in every way: what the tests of the door stand on."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import InvitationState
from notifications.models import Email
from platforms.actions import invitations
from platforms.actions.addresses import Person
from platforms.models import Space, SpaceInvitation, SpaceMember, SpaceRole, SpaceState
from tests.factories import make_space, make_user, verified

ADDRESS = "eva@havsprov.example"


def make_invitation(space=None, *, by=None, email=ADDRESS, **fields):
    """An open invitation from the space's coordinator, who has a proven address."""
    space = space or make_space("Living Bays", coordinator=verified(make_user(name="Cora Coordinator")))
    by = by or space.members.coordinators().first().user
    return SpaceInvitation.objects.create(space=space, by=by, email=email, **fields)


def invite(space, *emails, **values):
    """Through the action, mails and all; the invitations."""
    by = values.pop("by", None) or space.members.coordinators().first().user
    people = [Person(number, email) for number, email in enumerate(emails, 1)]
    invitations.invite(space, by=by, people=people, **{"role": "member", "language": "en", **values})
    return list(SpaceInvitation.objects.filter(email__in=emails).order_by("pk"))


def age(invitation, **delta):
    """Move an invitation into the past."""
    delta = timedelta(**delta)
    invitation.sent_at -= delta
    invitation.expires_at -= delta
    invitation.save()


def put(invitation, state):
    """Bring the invitation into one of the states of the table, by the shortest honest way."""
    space = invitation.space
    if state in InvitationState.values and state != InvitationState.OPEN:
        values = {"state": state, "answered_at": timezone.now()}
        if state == InvitationState.ACCEPTED:
            values["accepted_by"] = make_user()
        SpaceInvitation.objects.filter(pk=invitation.pk).update(**values)
    elif state == "expired":
        age(invitation, days=8)
    elif state == "orphaned":
        SpaceMember.objects.filter(user=invitation.by).update(role=SpaceRole.MEMBER)
        SpaceMember.objects.create(space=space, user=make_user(), role=SpaceRole.COORDINATOR)
    elif state == "paused":
        Space.objects.update(state=SpaceState.PAUSED)
    elif state == "closed":
        Space.objects.update(state=SpaceState.CLOSED, closed_at=timezone.now())


def visitor(who, invitation):
    """A client of somebody who comes like this, and the person."""
    client = Client()
    if who == "anonymous":
        return client, None
    if who == "anonymous with an account":
        verified(make_user(invitation.email))
        return client, None
    if who == "unproven":
        user = make_user(invitation.email)
    elif who == "invited":
        user = verified(make_user(invitation.email))
    else:
        user = verified(make_user("somebody.else@example.org"))
    if who == "member":
        SpaceMember.objects.create(space=invitation.space, user=user)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client, user


def address(invitation, name="invitation"):
    return reverse(name, args=[invitation.token])


def code_to(email):
    """The last code that was sent to `email`."""
    return Email.objects.filter(template="registration_code", to=email).order_by("-pk")[0].secret["code"]
