"""What people who keep events do: write, copy and repeat them, publish, move and cancel them."""

from copy import copy
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import cache_control

from events import times
from events.actions import keeping as actions
from events.forms.event import CancelForm, CopyForm, EventForm, HoldForm, MoveForm, SeriesForm, StepForm
from events.forms.fields import DOING
from events.models import Event
from missions.forms.rows import rearranged
from missions.views.frame import saved
from platforms.actions import Frozen, NoEntry, Outdated
from platforms.views.frame import fill_in_again, form_view, room_or_404, space_view, typed
from platforms.views.frame import show as show_in_space
from web.conflicts import differences, over
from web.kept import keeps_text

DOUBLE = gettext_lazy("The clock shows %(time)s twice that night. The first of the two is meant.")


def keeper_view(view):
    """A page for those who keep the event, who get it as `event`; to everybody else it does not exist.

    What is typed on it outlives the session (`web.kept`).
    """

    @cache_control(private=True, no_store=True)
    @wraps(view)
    def framed(request, slug, **kwargs):
        rows = Event.objects.editable_by(request.user).select_related("space", "partnership", "series", "municipality")
        event = get_object_or_404(rows, slug=slug)
        try:
            return view(request, event, **kwargs)
        except NoEntry:
            raise Http404 from None
        except Frozen as error:
            messages.error(request, " ".join(error.messages))
        except PermissionDenied as error:
            if not str(error):
                raise
            messages.error(request, str(error))
        return redirect(event)

    return keeps_text(framed)


def show(request, template, event, context, status=200):
    context["is_kept"] = request.method == "GET" and fill_in_again(request, context)
    return render(request, f"events/{template}.html", {"event": event, **context}, status=status)


def say_double(request, *moments):
    """Tell which of two moments is meant, where the clock shows the time twice."""
    for moment in moments:
        naive = times.local(moment)
        if times.is_double(naive):
            messages.info(request, DOUBLE % {"time": times.clock(naive)})


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@keeps_text
@cache_control(private=True, no_store=True)
@form_view
def event_new(request):
    """Staff write an event that belongs to no space."""
    if not request.user.has_perm("events.add_event"):
        raise Http404
    form = _form(request, Event())
    if event := begun(request, form):
        return redirect(event)
    context = {"form": form, "is_unsaved": is_rearranging(request)}
    context["is_kept"] = request.method == "GET" and fill_in_again(request, context)
    return render(request, "events/new.html", context)


@space_view
@form_view
def space_event_new(request, slug):
    room = room_or_404(request, slug, lead=True)
    form = _form(request, Event(space=room.space, partnership=room.space.partnership))
    if event := begun(request, form, space=room.space):
        return redirect(event)
    context = {"form": form, "is_unsaved": is_rearranging(request)}
    return show_in_space(request, "events/space_event_new.html", room, context, tab="space_events")


def begun(request, form, **where):
    """The draft that a valid form became, or None when it is only shown."""
    if request.method != "POST" or is_rearranging(request) or not form.is_valid():
        return None
    event = actions.begin(form, by=request.user, **where)
    messages.success(request, _("The draft is saved. Nobody else sees it until you publish it."))
    say_double(request, event.starts_at, event.ends_at)
    return event


def is_rearranging(request):
    """Whether a button of the rows was pressed, which saves nothing."""
    return bool(DOING.fullmatch(request.POST.get("do", "")))


def _form(request, event, data=None):
    """The form as it is shown or sent. A button of the rows rearranges what was typed, and judges nothing."""
    if not is_rearranging(request):
        return EventForm(data or typed(request), instance=event, by=request.user)
    form = EventForm(request.POST, instance=event, by=request.user)
    values = {name: form[name].value() for name in form.fields}
    what, number = DOING.fullmatch(request.POST["do"]).groups()
    values["questions"] = rearranged(values["questions"], what, int(number))
    shown = EventForm(instance=event, by=request.user)
    shown.initial.update(values)
    return shown


@keeper_view
@form_view
def event_edit(request, event):
    form = _form(request, copy(event))
    if request.method == "POST" and not is_rearranging(request) and form.is_valid():
        try:
            if saved(form, actions.change, form=form, by=request.user, with_following=form.with_following):
                messages.success(request, _("The event is saved."))
                say_double(request, *(form.plain[name] for name in ("starts_at", "ends_at") if name in form.plain))
                return redirect(event)
        except Outdated as error:
            return conflict(request, event, form, error.current)
    return show(request, "edit", event, {"form": form, "is_unsaved": is_rearranging(request)})


def conflict(request, event, form, current):
    """The page that shows what somebody else saved beside what was typed (409)."""

    def make(data=None):
        return EventForm(data, instance=copy(current), by=request.user)

    again = make(over(form, current.version))
    context = {"differences": list(differences(form, make())), "hidden": [field.as_hidden() for field in again]}
    return show(request, "conflict", event, context, status=409)


# ── Copies ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@keeper_view
@form_view
def event_copy(request, event):
    form = CopyForm(typed(request))
    if request.method == "POST" and form.is_valid():
        made = actions.copy(event, by=request.user, **form.cleaned_data)
        messages.success(request, _("The copy is a draft. Look it through, then publish it."))
        say_double(request, made.starts_at, made.ends_at)
        return redirect(made)
    return show(request, "copy", event, {"form": form})


@keeper_view
@form_view
def event_series(request, event):
    form = SeriesForm(typed(request), event=event)
    if request.method == "POST" and form.is_valid():
        number = len(form.starts)
        if saved(form, actions.repeat, event=event, by=request.user, rule=form.rule, starts=form.starts):
            words = ngettext("%(number)s more event was made.", "%(number)s more events were made.", number)
            messages.success(request, words % {"number": number})
            return redirect(event)
    return show(request, "series", event, {"form": form})


# ── From state to state ──────────────────────────────────────────────────────────────────────────────────────────────
FORMS = {"publish": StepForm, "move": MoveForm, "cancel": CancelForm, "hold": HoldForm}
SAID = {
    "publish": gettext_lazy("The event is public now."),
    "move": gettext_lazy("The event is moved. Everybody who has signed up is told."),
    "cancel": gettext_lazy("The event is cancelled. Everybody who has signed up is told."),
    "hold": gettext_lazy("The event stands among what was held."),
}


@keeper_view
@form_view
def event_step(request, event, step):
    """What a step leads to is shown first; the press that takes it is the second."""
    if step not in FORMS:
        raise Http404
    form = FORMS[step](typed(request), event=event)
    if request.method == "POST" and form.is_valid() and taken(request, event, step, form):
        return redirect(event)
    seated = event.registrations.active().count()
    return show(request, "step", event, {"form": form, "step": step, "seated": seated})


def taken(request, event, step, form):
    """Whether the step was taken; what stands against it is in the form."""
    if not saved(form, getattr(actions, step), event=event, by=request.user, **form.values):
        return False
    messages.success(request, SAID[step])
    if step == "move":
        say_double(request, form.cleaned_data["starts_at"], form.cleaned_data["ends_at"])
    return True
