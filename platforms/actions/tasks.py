"""Tasks: adding, changing, ticking off."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models import Why
from platforms.actions.rooms import Outdated, enter, next_number, tell
from platforms.actions.told import tell_closely
from platforms.models import SpaceMember, Task, Verb

NO_MEMBER = _("This person is not a member of the space who can take a task.")
OTHER_SPACE = _("There is no such decision in this space.")


def _judge(space, owner, decision):
    """The person and the decision must be of this very space, now that it is locked."""
    if owner is not None and not SpaceMember.objects.writers().filter(space=space, user=owner).exists():
        raise ValidationError({"owner": NO_MEMBER})
    if decision is not None and decision.space_id != space.pk:
        raise ValidationError({"decision": OTHER_SPACE})


@transaction.atomic
def assign(space, *, by, title, note="", owner=None, due_on=None, decision=None):
    """Add a task for a member of the space, or for nobody yet."""
    row, member = enter(space, by, write=True)
    _judge(row, owner, decision)
    task = Task.objects.create(
        space=row,
        number=next_number(row.tasks),
        title=title,
        note=note,
        owner=owner,
        due_on=due_on,
        decision=decision,
        by=by,
    )
    theirs = {owner.pk} - {by.pk} if owner else set()
    tell(member, Verb.ASSIGNED, task=task, personal=theirs)
    tell_closely(theirs, task, row.pk, verb=Verb.ASSIGNED, why=Why.OWNS)
    return task


def _locked(task, by):
    row, member = enter(task.space, by, write=True)
    task = row.tasks.select_related("owner").get(pk=task.pk)
    task.space = row
    return member, task


@transaction.atomic
def edit(task, *, by, version, **values):
    """Change a task. Raises Outdated when it was saved since `version`."""
    _member, task = _locked(task, by)
    if task.version != version:
        raise Outdated(task)
    owner = values["owner"] if values["owner"] != task.owner else None  # an owner who has left may stay on it
    _judge(task.space, owner, values["decision"])
    if owner and owner != by:
        tell_closely({owner.pk}, task, task.space_id, verb=Verb.ASSIGNED, why=Why.OWNS)
    for name, value in values.items():
        setattr(task, name, value)
    task.version += 1
    task.save(update_fields=[*values, "version"])
    return task


@transaction.atomic
def tick(task, *, by, done):
    """Say that a task is done, or that it is not after all. Saying so twice changes nothing."""
    member, task = _locked(task, by)
    if task.is_done == done:
        return task
    task.done_at, task.done_by = (timezone.now(), by) if done else (None, None)
    task.save(update_fields=["done_at", "done_by"])
    if done:
        tell(member, Verb.FINISHED, task=task)
    return task
