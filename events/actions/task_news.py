"""Tasks of programmes: who hears that one is handed in or answered, and in which words."""

from functools import partial

from django.contrib.auth.backends import ModelBackend
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from events.models import Programme, StepDone
from notifications import telling
from notifications.actions import queue_emails
from notifications.live import NoLonger
from notifications.models import Part, Why
from notifications.subjects import Line, id_of

MAIL, LIVE = "task_answered", "events.task"
HANDED_IN, ACCEPTED, RETURNED = "task_handed_in", "task_accepted", "task_returned"
WORDS = {
    HANDED_IN: _("A task is handed in"),
    ACCEPTED: _("Your task is accepted"),
    RETURNED: _("Your task needs something more"),
}
ACTIONS = {HANDED_IN: _("Read and answer"), ACCEPTED: "", RETURNED: _("Read the answer, and hand in anew")}
KINDS = {
    HANDED_IN: _("tasks that are handed in"),
    ACCEPTED: _("tasks of mine that are accepted"),
    RETURNED: _("tasks of mine that need something more"),
}


def keepers():
    """The staff who keep programmes."""
    return ModelBackend().with_perm("events.change_programme")


# ── Telling ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def tell_handed_in(done, *, by):
    """Staff find it among their notices and in their digest; nobody gets a mail of its own about it."""
    people = set(keepers().exclude(pk=by.pk).values_list("pk", flat=True))
    telling.notify(people, kind=HANDED_IN, why=Why.DECIDES, part=Part.NEEDS, **_facts(done))


def tell_answered(done):
    """Whoever handed it in hears at once what staff said."""
    user, key = done.participant.user, f"task:{done.pk}:{timezone.now().isoformat()}"
    queue_emails([_mail(user, done, key)])
    kind, part = (ACCEPTED, Part.DECIDED) if done.accepted_at else (RETURNED, Part.NEEDS)
    telling.notify({user.pk}, kind=kind, why=Why.SPOKEN_TO, part=part, mailed={user.pk: key}, **_facts(done))


def _facts(done):
    return {"thing": f"task:{done.pk}", "place": f"programme:{done.step.programme_id}"}


def _mail(user, done, key):
    return {
        "to": user.email,
        "user_id": user.pk,
        "language": user.language,
        "template": MAIL,
        "context": {"task": done.pk},
        "live": LIVE,
        "key": key,
    }


def seen(user, tasks):
    """`user` has these before their eyes."""
    if tasks:
        telling.mark_read(user, *(f"task:{one.pk}" for one in tasks))


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def read_answer(email):
    """For `notifications.live`: what staff said, while that is their last word."""
    rows = StepDone.objects.select_related("step__programme").filter(participant__user=email.user_id)
    done = rows.filter(pk=email.context["task"]).first() if email.user_id else None
    if done is None or done.waits:
        raise NoLonger("handed in anew, or the person has left the programme")
    return {"step": done.step, "programme": done.step.programme, "done": done}


def read_tasks(rows):
    """For `notifications.subjects`: a task for staff while it waits, its answer for whoever handed it in."""
    tasks = StepDone.objects.select_related("step__programme", "participant__user")
    found, told = tasks.in_bulk({id_of(row) for row in rows}), {}
    staff = set(keepers().filter(pk__in={row.user_id for row in rows}).values_list("pk", flat=True))
    for row in rows:
        done = found.get(id_of(row))
        if done and row.kind == _kind_of(done) and _may_read(row, done, staff):
            told[row.pk] = _line(row, done)
    return told


def _may_read(row, done, staff):
    return row.user_id in staff if row.kind == HANDED_IN else row.user_id == done.participant.user_id


def _kind_of(done):
    """What there is to tell of the task now."""
    if done.waits:
        return HANDED_IN
    return ACCEPTED if done.accepted_at else RETURNED


def _line(row, done):
    step = done.step
    title, place = lazy(lambda: step.title, str)(), lazy(lambda: step.programme.title, str)()
    return Line(title, partial(_address, row, done), place, lambda: WORDS[row.kind], ACTIONS[row.kind])


def _address(row, done):
    programme = done.step.programme
    if row.kind == HANDED_IN:
        return reverse("programme_task", args=[programme.slug, done.pk])
    return f"{programme.get_absolute_url()}#step-{done.step.number}"


def read_programmes(rows):
    """For `notifications.subjects`: the name of a programme of which somebody wants to hear nothing."""
    found = Programme.objects.published().in_bulk({id_of(row) for row in rows})
    return {
        row.pk: Line(lazy(lambda one=one: one.title, str)(), one.get_absolute_url, "", lambda: "")
        for row in rows
        if (one := found.get(id_of(row)))
    }


READERS = {"task": read_tasks, "programme": read_programmes}
