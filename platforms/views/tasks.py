"""Simple tasks of a space: what is to be done, by whom, by when."""

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from platforms.actions import Frozen, Outdated, tasks
from platforms.forms.decisions import TaskForm
from platforms.overview import mine_first
from platforms.views.frame import conflict, form_view, must_write, room_or_404, saying, show, space_view, typed
from web.paging import number_in, page_of

PAGE_SIZE = 25


@space_view
@form_view
def task_list(request, slug):
    room = room_or_404(request, slug)
    form = TaskForm(typed(request), space=room.space, initial={"decision": _decision_in(request, room)})
    if request.method == "POST":
        must_write(room)
        if form.is_valid() and _assigned(form, room):
            messages.success(request, _("The task has been added."))
            return redirect("tasks", slug)
    shows_done = _shows_done(request)
    page = page_of(ordered(room, done=shows_done), number_in(request), PAGE_SIZE)
    context = {"page": page, "form": form, "shows_done": shows_done}
    return show(request, "platforms/tasks.html", room, context, tab="tasks")


def _decision_in(request, room):
    """The decision of this space that the address names, for a task that follows from it."""
    number = request.GET.get("decision", "")
    return room.space.decisions.filter(number=int(number)).first() if number.isdecimal() and len(number) < 9 else None


def _shows_done(request):
    asked = request.GET.get("done", "")
    if asked not in ("", "1"):
        raise BadRequest("No such list.")
    return bool(asked)


def ordered(room, *, done):
    """What is done, newest first; else what is to be done: mine first, then by date."""
    rows = room.space.tasks.select_related("owner", "decision", "done_by")
    if done:
        return rows.exclude(done_at=None).order_by("-done_at", "-pk")
    return mine_first(rows.open(), room.user).order_by("-mine", F("due_on").asc(nulls_last=True), "number")


def _assigned(form, room):
    try:
        tasks.assign(room.space, by=room.user, **form.values)
    except Frozen:
        raise
    except ValidationError as error:
        form.add_error(None, error)
    return not form.errors


def _task(room, number):
    task = get_object_or_404(room.space.tasks.select_related("owner", "decision"), number=number)
    task.space = room.space
    return task


@space_view
@form_view
def task_edit(request, slug, number):
    room = room_or_404(request, slug)
    task = _task(room, number)
    must_write(room)
    form = TaskForm.of(task, typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            tasks.edit(task, by=request.user, version=form.cleaned_data["version"], **form.values)
        except Outdated as error:
            return conflict(request, room, form, TaskForm.of, error.current, tab="tasks")
        except Frozen:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The task has been changed."))
            return redirect("tasks", slug)
    return show(request, "platforms/task_edit.html", room, {"form": form, "task": task}, tab="tasks")


@space_view
@require_POST
def task_done(request, slug, number):
    """Tick a task off, or say that it is not done after all; back to the page where it was ticked."""
    room = room_or_404(request, slug)
    task = _task(room, number)
    done = request.POST.get("done") == "1"
    with saying(request):
        tasks.tick(task, by=request.user, done=done)
        told = _("Done: %(task)s") if done else _("To do again: %(task)s")
        messages.success(request, told % {"task": task.title})
    return redirect("space" if request.POST.get("back") == "space" else "tasks", slug)
