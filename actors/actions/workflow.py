"""An actor's way to the public register and out of it: one table, and one function that moves.

Buttons, checks and `docs/states.md` all read `STEPS`.
"""

from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, User
from actors.actions.twins import remember_twins
from actors.models import Actor, ActorStatus
from notifications.actions import queue_email

CURATOR, REPRESENTATIVE = "curator", "representative"


class Step(NamedTuple):
    """From which states to which one, who may, which mail it sends, and whether it needs a reason."""

    label: str
    sources: tuple
    target: str
    who: str
    mail: str = ""
    needs_reason: bool = False


STEPS = {
    "submit": Step(
        _("Send for review"), (ActorStatus.DRAFT, ActorStatus.RETURNED), ActorStatus.SUBMITTED, REPRESENTATIVE
    ),
    "withdraw": Step(_("Withdraw"), (ActorStatus.SUBMITTED,), ActorStatus.DRAFT, REPRESENTATIVE),
    "publish": Step(_("Publish"), (ActorStatus.SUBMITTED,), ActorStatus.PUBLISHED, CURATOR, "actor_published"),
    "return_for_changes": Step(
        _("Return with a reason"), (ActorStatus.SUBMITTED,), ActorStatus.RETURNED, CURATOR, "actor_returned", True
    ),
    "archive": Step(
        _("Archive"),
        (ActorStatus.DRAFT, ActorStatus.SUBMITTED, ActorStatus.PUBLISHED, ActorStatus.RETURNED),
        ActorStatus.ARCHIVED,
        CURATOR,
        "actor_archived",
        True,
    ),
    "restore": Step(_("Restore"), (ActorStatus.ARCHIVED,), ActorStatus.PUBLISHED, CURATOR, "actor_published"),
}

NO_LONGER_WAITING = {
    ActorStatus.DRAFT: _("“%(name)s” was withdrawn by the applicant. Nothing was changed and no mail was sent."),
    ActorStatus.PUBLISHED: _("“%(name)s” is already published. Nothing was changed and no mail was sent."),
    ActorStatus.RETURNED: _("“%(name)s” was already returned for changes. Nothing was changed and no mail was sent."),
    ActorStatus.ARCHIVED: _("“%(name)s” is already archived. Nothing was changed and no mail was sent."),
    ActorStatus.SUBMITTED: _("“%(name)s” is already waiting for review. Nothing was changed and no mail was sent."),
}
MERGED = _("“%(name)s” is merged into “%(into)s”. Undo the merge first.")


class Changed(ValidationError):
    """Somebody saved the actor after the page was drawn that the decision was taken on; `current` is the row now."""

    def __init__(self, current):
        self.current = current
        text = _("“%(name)s” was changed after you opened it. Look at what is new and decide again.")
        super().__init__(text, code="changed", params={"name": current.name})


def may(actor, step, by):
    """Whether `by` has the right to take `step` with `actor`, whatever state it is in."""
    if STEPS[step].who == CURATOR:
        return by.has_perm("actors.curate_actor")
    return Actor.objects.editable_by(by).filter(pk=actor.pk).exists()


def open_steps(actor, by):
    """The names of the steps that `by` can take with `actor` now: what buttons to show."""
    if actor.merged_into_id:
        return []
    return [name for name, step in STEPS.items() if actor.status in step.sources and may(actor, name, by)]


def mails_for(actor, step, *, text="", people=None):
    """The mails that taking `step` sends: one for each active representative, in their language.

    Returns a list of what `queue_email` takes, without the key; the review page shows the same list before the act.
    `people` are the representatives when the caller has them already.
    """
    if not STEPS[step].mail:
        return []
    if people is None:
        people = User.objects.filter(represents__actor=actor).order_by("pk")
    return [
        {
            "to": person.email,
            "user": person,
            "template": STEPS[step].mail,
            "language": person.language,
            "context": {"name": person.name, "actor": actor.name, "slug": actor.slug, "text": text},
        }
        for person in people
        if person.is_active
    ]


def _check(row, step, by, text, version):
    rule = STEPS[step]
    if not may(row, step, by):
        raise PermissionDenied
    if row.merged_into_id:
        raise ValidationError(MERGED, code="merged", params={"name": row.name, "into": row.merged_into})
    if row.status not in rule.sources:
        raise ValidationError(NO_LONGER_WAITING[row.status], code="state", params={"name": row.name})
    if version is not None and row.version != version:
        raise Changed(row)
    if rule.needs_reason and not text:
        raise ValidationError(_("Write a reason: it is sent to those who represent the actor."), code="reason")


def _stamp(row, step, text):
    now = timezone.now()
    row.status = STEPS[step].target
    row.status_reason = text if STEPS[step].needs_reason else ""
    if step == "submit":
        row.submitted_at = row.confirmed_at = now
    if row.status == ActorStatus.PUBLISHED:
        row.published_at = row.published_at or now


@transaction.atomic
def _move(actor, step, *, by, text="", version=None):
    row = Actor.objects.select_for_update().get(pk=actor.pk)
    text = text.strip()
    _check(row, step, by, text, version)
    _stamp(row, step, text)
    row.save()
    entry = AuditEntry.objects.record(by=by, verb=f"actor.{step}", target=row, reason=text)
    for mail in mails_for(row, step, text=text):
        queue_email(**mail, key=f"{mail['template']}:{entry.pk}:{mail['user'].pk}")
    actor.refresh_from_db()
    return actor


@transaction.atomic
def submit(actor, *, by):
    """A representative says that the profile is right and asks for review; likely twins are looked for."""
    _move(actor, "submit", by=by)
    remember_twins(actor)
    return actor


def withdraw(actor, *, by):
    """A representative takes the profile back from the queue."""
    return _move(actor, "withdraw", by=by)


def publish(actor, *, by, message="", version=None):
    """Make a submitted actor public; `message` is a personal line in the mail.

    `version` is the one that the curator saw: `Changed` is raised when the row is newer.
    """
    return _move(actor, "publish", by=by, text=message, version=version)


def return_for_changes(actor, *, by, reason, version=None):
    """Ask the representatives for changes, with a reason that they read in the mail and on the profile."""
    return _move(actor, "return_for_changes", by=by, text=reason, version=version)


def archive(actor, *, by, reason, version=None):
    """Take an actor out of the register; it can be restored."""
    return _move(actor, "archive", by=by, text=reason, version=version)


def restore(actor, *, by, message="", version=None):
    """Make an archived actor public again."""
    return _move(actor, "restore", by=by, text=message, version=version)
