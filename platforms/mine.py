"""The spaces' share of my page, my data, closing an account and the purge."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions import proven_addresses
from accounts.mine import Part
from accounts.models import InvitationState
from platforms.actions import invitations, members
from platforms.models import (
    Decision,
    DecisionAnswer,
    DocumentVersion,
    Follow,
    JoinRequest,
    Mention,
    Post,
    Presence,
    Space,
    SpaceInvitation,
    SpaceLink,
    SpaceMember,
    Task,
    Thread,
)
from platforms.names import name_of

YEAR = timedelta(days=365)


def _iso(moment):
    return moment.isoformat() if moment else None


def _invited(user):
    """Invitations to an address that `user` has proved to read, or that they have accepted."""
    return SpaceInvitation.objects.filter(Q(email__in=proven_addresses(user)) | Q(accepted_by=user))


def _memberships(user):
    found = SpaceMember.objects.filter(user=user).select_related("space", "on_behalf_of")
    return [
        {
            "space": one.space.name,
            "role": one.role,
            "for": one.on_behalf_of and one.on_behalf_of.name,
            "since": _iso(one.joined_at),
            "last_visit": _iso(one.seen_at),
            "introduction": one.introduction,
        }
        for one in found.order_by("joined_at", "pk")
    ]


def _written(user):
    """What the person wrote, proposed and uploaded. The space is named only while the person may read it."""
    seen = set(Space.objects.visible_to(user).values_list("pk", flat=True))

    def place(space):
        return space.name if space.pk in seen else None

    posts = Post.objects.filter(by=user).select_related("thread__space").order_by("created_at", "pk")
    threads = Thread.objects.filter(by=user).select_related("space").order_by("created_at", "pk")
    files = DocumentVersion.objects.filter(by=user).select_related("document__space").order_by("at", "pk")
    decisions = Decision.objects.filter(by=user).select_related("space").order_by("created_at", "pk")
    return {
        "discussions": [
            {"space": place(one.space), "subject": one.title, "at": _iso(one.created_at)} for one in threads
        ],
        "posts": [
            {"space": place(one.thread.space), "text": one.body, "at": _iso(one.created_at), "via": one.via}
            for one in posts
        ],
        "uploads": [
            {"space": place(one.document.space), "name": one.name, "bytes": one.size, "at": _iso(one.at)}
            for one in files
        ],
        "proposals": [
            {"space": place(one.space), "title": one.title, "proposal": one.proposal, "at": _iso(one.created_at)}
            for one in decisions
        ],
    }


def _taken_part(user):
    """Answers, tasks, requests, invitations: the person's own side of them."""
    answers = DecisionAnswer.objects.filter(user=user).order_by("at", "pk")
    tasks = Task.objects.filter(owner=user, space__in=Space.objects.visible_to(user)).order_by("created_at", "pk")
    requests = JoinRequest.objects.filter(user=user).order_by("created_at", "pk")
    return {
        "answers": [{"answer": one.answer, "comment": one.comment, "at": _iso(one.at)} for one in answers],
        "tasks": [{"task": one.title, "by": _iso(one.due_on), "done": _iso(one.done_at)} for one in tasks],
        "requests": [
            {"answers": one.answers, "state": one.state, "asked": _iso(one.created_at), "reason": one.reason}
            for one in requests
        ],
        "invitations": [
            {"name": one.name, "role": one.role, "state": one.state, "invited": _iso(one.created_at)}
            for one in _invited(user).order_by("created_at", "pk")
        ],
        "present_at_decisions": Presence.objects.filter(user=user).count(),
        "invited_others": SpaceInvitation.objects.filter(by=user).count(),
    }


class SpacePart(Part):
    """Spaces that a person is in or invited to, and what they did there."""

    key = "spaces"
    order = 5
    template = "platforms/_mine.html"

    def page(self, user):
        mine = SpaceMember.objects.filter(user=user).select_related("space__partnership", "on_behalf_of")
        asked = JoinRequest.objects.filter(user=user, state="open").select_related("space")
        return {
            "memberships": mine.order_by("-space__active_at", "pk")[:10],
            "invitations": invitations.waiting_for(user)[:10],
            "requests": asked[:10],
        }

    def data(self, user):
        return {"memberships": _memberships(user), **_written(user), **_taken_part(user)}

    def warnings(self, user):
        texts = []
        for space in members.led_alone(user):
            heir = members.successor(space, user)
            words = {"space": space, "person": heir and name_of(heir.user)}
            if heir:
                texts.append(_("%(person)s becomes the coordinator of %(space)s, after you.") % words)
            else:
                texts.append(_("%(space)s has nobody else to lead it, and is paused.") % words)
        tasks = Task.objects.filter(owner=user, done_at=None).count()
        if tasks:
            text = ngettext("%(count)s task loses its owner.", "%(count)s tasks lose their owner.", tasks)
            texts.append(text % {"count": tasks})
        return texts

    def close(self, user):
        """Leave every space; what was written stays in it. Invitations lose name and address, requests their words."""
        members.take_out_everywhere(user)
        Follow.objects.filter(user=user).delete()
        Mention.objects.filter(user=user).delete()
        JoinRequest.objects.filter(user=user, state="open").delete()
        JoinRequest.objects.filter(user=user).update(answers=[], reason="")
        pks = list(_invited(user).values_list("pk", flat=True))
        mine = SpaceInvitation.objects.filter(pk__in=pks)
        mine.open().update(state=InvitationState.REVOKED, answered_at=timezone.now())
        gone = f"closed-{user.pk}@account.invalid"
        mine.update(email=gone, name="", line="", reason="", accepted_by=None)
        label = _("Closed account %(number)s") % {"number": user.pk}
        Presence.objects.filter(user=user).update(name=label)

    def is_used(self, users):
        me = OuterRef("pk")
        traces = (
            SpaceMember.objects.filter(user=me),
            JoinRequest.objects.filter(user=me),
            Post.objects.filter(by=me),
            SpaceInvitation.objects.filter(accepted_by=me),
        )
        found = Q()
        for rows in traces:
            found |= Q(Exists(rows))
        return users.filter(found)

    def purge(self, now):
        """Invitations and links that ended a year ago."""
        links = SpaceLink.objects.filter(expires_at__lt=now - YEAR).delete()[0]
        return links + invitations.ended(now).delete()[0]
