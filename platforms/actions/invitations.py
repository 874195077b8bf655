"""Invitations: judging and sending many at once, sending again, reminding, withdrawing, and every answer to one."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions import proven_addresses
from accounts.models import INVITATION_DAYS, InvitationState, link_token, new_nonce, token_hash
from notifications.actions import queue_emails
from notifications.models import Email, EmailState, Suppression
from platforms.actions.addresses import Person
from platforms.actions.members import let_in
from platforms.actions.rooms import enter, here, lock, log
from platforms.models import SpaceInvitation, SpaceMember, SpaceRole
from web import bulk

NO_LONGER = _("The invitation no longer works. Reply to the mail that you got: the person who invited you reads it.")
NOT_YOURS = _("The invitation was sent to another address than the one you have proved to read.")
BOUNCES = _("No mail reaches this address. Ask for another one, and invite that.")
ANSWERED = _("The invitation has been answered or withdrawn.")
NOT_PASSED_ON = _("This invitation cannot be passed on. Reply to the mail, and say who should be invited.")


class Unfit(ValidationError):
    """The invitation cannot be answered like that; the message says what to do."""


class Result(models.TextChoices):
    """What comes of one pasted row."""

    NEW = "new", _("is invited")
    MEMBER = "member", _("is a member already")
    INVITED = "invited", _("is invited already")
    DECLINED = "declined", _("has said no earlier")
    BOUNCED = "bounced", _("mail to this address has bounced")
    TWICE = "twice", _("stands further up already")
    BROKEN = "broken", _("cannot be read")


@dataclass(frozen=True)
class Judged:
    person: Person
    result: Result

    @property
    def why(self):
        return self.person.problem or self.result.label


def judge(space, people):
    """What would come of inviting each of `people`, in their order; four questions however many they are."""
    emails = list({one.email for one in people if not one.problem})
    known = _members(space, emails)
    bounced = set(Suppression.objects.filter(address__any=emails).values_list("address", flat=True))
    invitations = SpaceInvitation.objects.filter(space=space, email__any=emails)
    invited = set(invitations.open().values_list("email", flat=True))
    declined = set(invitations.filter(state=InvitationState.DECLINED).values_list("email", flat=True))
    sets = {Result.MEMBER: known, Result.BOUNCED: bounced, Result.INVITED: invited, Result.DECLINED: declined}
    seen, judged = set(), []
    for one in people:
        found = next((result for result, those in sets.items() if one.email in those), Result.NEW)
        result = Result.BROKEN if one.problem else Result.TWICE if one.email in seen else found
        seen.add(one.email)
        judged.append(Judged(one, result))
    return judged


def _members(space, emails):
    """Of `emails`, those that a member signs in with or has proved to read."""
    members = SpaceMember.objects.filter(space=space)
    names = members.filter(user__email__any=emails).values_list("user__email", flat=True)
    proven = EmailAddress.objects.filter(email__any=emails, verified=True, user__in=members.values("user_id"))
    return set(names.union(proven.values_list("email", flat=True)))


@transaction.atomic
def invite(space, *, by, people, role, language, on_behalf_of=None, line="", again=False, declined=False):
    """Invite everybody in `people` who can be; `again` also writes to those invited already, `declined` also to those
    who have said no. How many of each `Result`; those written to are `new`."""
    row, _member = enter(space, by, lead=True)
    judged = judge(row, people)
    wanted = {Result.NEW, *([Result.DECLINED] if declined else [])}
    shared = {"space_id": row.pk, "by_id": by.pk, "role": role, "language": language, "line": line}
    shared["on_behalf_of_id"] = on_behalf_of.pk if on_behalf_of else None
    made = _make([one.person for one in judged if one.result in wanted], shared)
    resent = _send_again(row, by, [one.person.email for one in judged if one.result == Result.INVITED]) if again else 0
    counts = Counter(one.result for one in judged)
    if made or resent:
        log(row, "space.invite", by=by, reason=str(len(made) + resent))
    counts[Result.NEW] = len(made) + resent
    return counts


def _make(people, shared):
    """Invite each of `people`, of whom none is invited yet; the ids of the invitations."""
    kind = SpaceInvitation._meta.label_lower
    nonces = [new_nonce() for _one in people]
    rows = [
        {
            **shared,
            "email": one.email,
            "name": one.name,
            "nonce": nonce,
            "token_hash": token_hash(link_token(kind, nonce)),
        }
        for one, nonce in zip(people, nonces, strict=True)
    ]
    pks = bulk.insert(SpaceInvitation, rows, returning="id")
    _mail(pks)
    return pks


def _mail(pks):
    """One mail for each invitation; its number makes it a mail of its own, and tells it from the earlier ones when it
    is sent."""
    found = SpaceInvitation.objects.filter(pk__any=pks).order_by("pk")
    queue_emails(
        {
            "to": email,
            "language": language,
            "template": "space_invitation",
            "context": {"invitation": pk, "number": sendings + reminders},
            "live": "platforms.invitation",
            "key": _mail_key(pk, sendings + reminders),
            "expires_at": expires_at,
        }
        for pk, email, language, sendings, reminders, expires_at in found.values_list(
            "pk", "email", "language", "sendings", "reminders", "expires_at"
        )
    )


def _mail_key(pk, number):
    return f"invitation:{pk}:{number}"


def mail_key(invitation):
    return _mail_key(invitation.pk, invitation.mails)


def _send_again(space, by, emails):
    """Send open invitations again, now in the name of `by`: seven more days. How many."""
    bounced = Suppression.objects.filter(address=OuterRef("email"))
    found = SpaceInvitation.objects.open().filter(space=space, email__any=emails).exclude(Exists(bounced))
    pks = list(found.values_list("pk", flat=True))
    now = timezone.now()
    rows = SpaceInvitation.objects.filter(pk__any=pks)
    rows.update(by=by, sent_at=now, expires_at=now + INVITATION_DAYS, sendings=F("sendings") + 1)
    _mail(pks)
    return len(pks)


def _open_one(row, pk):
    found = here(SpaceInvitation.objects, row, pk)
    if found.state != InvitationState.OPEN:
        raise Unfit(ANSWERED)
    return found


@transaction.atomic
def resend(space, pk, *, by):
    row, _member = enter(space, by, lead=True)
    found = _open_one(row, pk)
    if not _send_again(row, by, [found.email]):
        raise Unfit(BOUNCES)
    log(row, "space.resend_invitation", by=by)


@transaction.atomic
def revoke(space, pk, *, by):
    row, _member = enter(space, by, lead=True, frozen=True)
    found = _open_one(row, pk)
    _end(found, InvitationState.REVOKED)
    log(row, "space.revoke_invitation", by=by)


@transaction.atomic
def show_link(space, pk, *, by):
    """The token of an open invitation, for support to copy; the log tells who looked."""
    row, _member = enter(space, by, lead=True)
    found = _open_one(row, pk)
    log(row, "space.show_invitation_link", by=by)
    return found.token


@transaction.atomic
def remind(space, *, by):
    """Remind everybody who has not answered, was not written to for three days, and not reminded twice; how many."""
    row, _member = enter(space, by, lead=True)
    due = SpaceInvitation.objects.to_remind().filter(space=row)
    pks = list(due.values_list("pk", flat=True))
    rows = SpaceInvitation.objects.filter(pk__any=pks)
    rows.update(reminders=F("reminders") + 1, sent_at=timezone.now())
    _mail(pks)
    if pks:
        log(row, "space.remind", by=by, reason=str(len(pks)))
    return len(pks)


def progress(space):
    """(sent, all) of the mails of the last hour: how far a large sending has come."""
    recent = SpaceInvitation.objects.filter(space=space, sent_at__gt=timezone.now() - timedelta(hours=1))
    keys = [mail_key(one) for one in recent.only("pk", "sendings", "reminders")[:2000]]
    waiting = Email.objects.filter(key__any=keys, state__in=[EmailState.QUEUED, EmailState.SENDING]).count()
    return len(keys) - waiting, len(keys)


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _end(invitation, state, *, reason="", by=None):
    invitation.state, invitation.answered_at, invitation.reason = state, timezone.now(), reason
    invitation.accepted_by = by
    invitation.save(update_fields=["state", "answered_at", "reason", "accepted_by"])


def _locked(invitation):
    """The space and the invitation, both locked in the order of all actions, and judged: Unfit when it is dead."""
    space = lock(invitation.space_id)
    row = SpaceInvitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not SpaceInvitation.objects.alive().filter(pk=row.pk).exists():
        raise Unfit(NO_LONGER)
    row.space = space
    return space, row


@transaction.atomic
def accept(invitation, *, by):
    """The invited person comes in; the membership. A second time changes nothing. Raises Unfit."""
    already = SpaceMember.objects.filter(space=invitation.space_id, user=by)
    try:
        space, row = _locked(invitation)
    except Unfit:
        if member := already.select_related("space").first():
            return member
        raise
    if row.email not in proven_addresses(by):
        raise Unfit(NOT_YOURS)
    _end(row, InvitationState.ACCEPTED, by=by)
    return let_in(space, by, role=row.role, on_behalf_of=row.on_behalf_of)


@transaction.atomic
def decline(invitation, *, reason):
    """Say no; whoever invited hears of it. The link is enough: it can be sent again when somebody else said it."""
    _space, row = _locked(invitation)
    _end(row, InvitationState.DECLINED, reason=reason)
    _tell_inviter(row)


def may_be_passed_on(invitation):
    """Once, and never what leads a space."""
    return invitation.forwarded_from_id is None and invitation.role != SpaceRole.COORDINATOR


@transaction.atomic
def pass_on(invitation, *, email, name):
    """The invited person, who has proved to be it, names the right colleague: the invitation goes there instead.

    Somebody who is in already, or is invited, gets none; whoever passes on learns nothing of it. The new one, or None.
    """
    space, row = _locked(invitation)
    if not may_be_passed_on(row):
        raise Unfit(NOT_PASSED_ON)
    colleague = Person(1, email, name)
    _end(row, InvitationState.FORWARDED)
    needs_one = judge(space, [colleague])[0].result in (Result.NEW, Result.DECLINED)
    same = {field: getattr(row, field) for field in ("by_id", "role", "language", "on_behalf_of_id", "line")}
    made = _make([colleague] if needs_one else [], {**same, "space_id": space.pk, "forwarded_from_id": row.pk})
    _tell_inviter(row)
    return SpaceInvitation.objects.get(pk=made[0]) if made else None


@transaction.atomic
def renew(invitation):
    """A fresh mail to the very address that was invited: seven more days, from the same inviter. Raises Unfit."""
    lock(invitation.space_id)
    row = SpaceInvitation.objects.standing().filter(pk=invitation.pk, expires_at__lte=timezone.now()).first()
    if row is None or not _send_again(row.space, row.by, [row.email]):
        raise Unfit(NO_LONGER)


def _tell_inviter(row):
    queue_emails(
        [
            {
                "to": row.by.email,
                "user_id": row.by_id,
                "language": row.by.language,
                "template": "space_invitation_answered",
                "context": {"invitation": row.pk},
                "live": "platforms.answer",
                "key": f"invitation:{row.pk}:answered",
            }
        ]
    )


def waiting_for(user):
    """Living invitations to the addresses that `user` has proved to read, also when no mail came."""
    alive = SpaceInvitation.objects.alive().filter(email__in=proven_addresses(user))
    members = SpaceMember.objects.filter(space=OuterRef("space"), user_id=user.pk)
    return alive.exclude(Exists(members)).select_related("space__partnership", "by")


def ended(now):
    """Invitations that ended a year ago or more."""
    long_ago = now - timedelta(days=365)
    answered = ~Q(state=InvitationState.OPEN) & Q(answered_at__lt=long_ago)
    return SpaceInvitation.objects.filter(answered | Q(state=InvitationState.OPEN, expires_at__lt=long_ago))
