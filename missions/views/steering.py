"""What people do to a mission as a whole: begin it, sharpen its goal, judge it, start, end and publish it."""

from copy import copy

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from missions.actions import mission as actions
from missions.argument import argument_of
from missions.forms.mission import CriteriaForm, EndForm, GoalForm, NewMissionForm, RelocateForm
from missions.models import Criterion, Mission
from missions.views.frame import conflict, mission_to_change, mission_view, saved, show
from platforms.actions import Frozen, Outdated
from platforms.models import Partnership, SpaceState
from platforms.views.frame import form_view, room_or_404, space_view, typed
from platforms.views.frame import show as show_in_space
from web.kept import keeps_text, kept

SIMPLE_STEPS = {  # those that need no more than a yes, and what is said afterwards
    "take_up": gettext_lazy("The candidate is taken up: it is being formulated now."),
    "start": gettext_lazy("The mission has started."),
    "reopen": gettext_lazy("The mission is under way again."),
}

PUBLIC = gettext_lazy("Everybody can read the mission now.")
NOT_PUBLIC = gettext_lazy("The mission is not public any more.")


# ── Beginning ────────────────────────────────────────────────────────────────────────────────────────────────────────
@space_view
@form_view
def space_mission_new(request, slug):
    room = room_or_404(request, slug, lead=True)
    form = NewMissionForm(typed(request), space=room.space)
    if request.method == "POST" and form.is_valid():
        return _begun(request, actions.begin(by=request.user, space=room.space, **form.cleaned_data))
    return show_in_space(request, "missions/space_mission_new.html", room, {"form": form}, tab="space_missions")


@keeps_text
@cache_control(private=True, no_store=True)
@form_view
def mission_new(request):
    """Staff begin a mission that has no space yet."""
    if not request.user.has_perm("missions.add_mission"):
        raise Http404
    choices = Partnership.objects.under_way().order_by("name_sv", "pk")
    form = NewMissionForm(typed(request), partnerships=choices, initial=kept(request))
    if request.method == "POST" and form.is_valid():
        return _begun(request, actions.begin(by=request.user, **form.cleaned_data))
    return render(request, "missions/mission_new.html", {"form": form, "is_kept": bool(kept(request))})


def _begun(request, mission):
    messages.success(request, _("The mission is here. What it needs before it can start stands below."))
    return redirect(mission)


# ── The goal and the criteria ────────────────────────────────────────────────────────────────────────────────────────
@mission_view
@form_view
def mission_goal(request, slug):
    mission = mission_to_change(request, slug)
    form = _goal_form(mission, typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_goal(form, by=request.user)
        except Outdated as error:
            return conflict(request, mission, form, _goal_form, error.current)
        messages.success(request, _("The goal is saved."))
        return redirect(mission)
    return show(request, "missions/goal.html", mission, {"form": form})


def _goal_form(mission, data=None):
    """Over a copy: judging a form writes what was typed into its row, and the page shows what is saved."""
    return GoalForm(data, instance=copy(mission))


@mission_view
@form_view
def mission_criteria(request, slug):
    mission = mission_to_change(request, slug)
    criteria = list(Criterion.objects.all())

    def make(row, data=None):
        return CriteriaForm.of(row, criteria, data)

    form = make(mission, typed(request))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.score(mission, by=request.user, version=version, scores=form.scores)
        except Outdated as error:
            return conflict(request, mission, form, make, error.current)
        messages.success(request, _("The criteria are saved."))
        return redirect(mission)
    rows = [(form[f"points_{one.pk}"], form[f"reason_{one.pk}"]) for one in criteria]
    return show(request, "missions/criteria.html", mission, {"form": form, "rows": rows})


# ── From state to state ──────────────────────────────────────────────────────────────────────────────────────────────
@mission_view
@require_POST
def mission_step(request, slug, step):
    mission = mission_to_change(request, slug, lead=True, ended=True)
    if step not in SIMPLE_STEPS:
        raise Http404
    try:
        actions.move(mission, step, by=request.user)
    except Frozen:
        raise
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, SIMPLE_STEPS[step])
    return redirect(mission)


@mission_view
@form_view
def mission_end(request, slug):
    mission = mission_to_change(request, slug, lead=True, ended=True)
    form = EndForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.end(mission, by=request.user, **form.cleaned_data)
        except Frozen:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The mission has ended, and what came of it stands on its page."))
            return redirect(mission)
    return show(request, "missions/end.html", mission, {"form": form})


@mission_view
@form_view
def mission_relocate(request, slug):
    """Staff move a mission whose space is closed to another space of the partnership."""
    if not request.user.has_perm("missions.change_mission"):
        raise Http404
    rows = Mission.objects.filter(space__state=SpaceState.CLOSED).select_related("space", "partnership")
    mission = get_object_or_404(rows, slug=slug)
    form = RelocateForm(typed(request))
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and saved(form, actions.relocate, mission=mission, by=request.user, names=form.names):
        messages.success(request, _("The mission has moved. The members of the new space have been told."))
        return redirect("mission", slug)
    return show(request, "missions/relocate.html", mission, {"form": form})


@mission_view
@form_view
def mission_publish(request, slug):
    """What everybody will see is shown before it is made public; taking it back is one press as well."""
    mission = get_object_or_404(Mission.objects.visible_to(request.user).select_related("space"), slug=slug)
    if not request.user.has_perm("missions.change_mission"):
        mission_to_change(request, slug, lead=True, ended=True)
    if request.method == "POST":
        is_public = request.POST.get("public") == "1"
        actions.publish(mission, by=request.user, is_public=is_public)
        messages.success(request, PUBLIC if is_public else NOT_PUBLIC)
        return redirect("mission", slug)
    return show(request, "missions/publish.html", mission, {"argument": argument_of(mission, inside=False)})
