"""What a mission needs and who in the register may have it; and, for staff, what missions look for and nobody has."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from actors.models import ActorCompetence, ActorStatus, Competence
from missions.actions import needs as actions
from missions.actions.taking import KEEPER
from missions.forms.needs import NeedForm
from missions.gap import gap_of
from missions.models import Mission, MissionState
from missions.views.frame import conflict, mission_to_change, mission_view, show, tabs
from missions.views.mission import reader_of
from platforms.actions import Frozen, Outdated
from platforms.views.frame import form_view, typed
from web.public import public_page


@public_page
def mission_needs(request, slug):
    """Anybody reads what is needed; the mission's people and staff also read who may have it, and why."""
    rows = Mission.objects.visible_to(request.user).select_related("space", "partnership")
    found = get_object_or_404(rows, slug=slug)
    context = {
        "mission": found,
        "tabs": tabs(found, "mission_needs"),
        "gaps": gap_of(found, request.user),
        "filled": found.needs.exclude(filled_by=None).select_related("competence", "filled_by").order_by("number"),
        **reader_of(found, request.user),
    }
    return render(request, "missions/needs.html", context)


def _need(mission, number):
    found = get_object_or_404(mission.needs.select_related("competence", "filled_by"), number=number)
    found.mission = mission
    return found


def _show(request, template, mission, context):
    return show(request, template, mission, {"tabs": tabs(mission, "mission_needs"), **context})


def _done(request, mission, words):
    messages.success(request, words)
    return redirect("mission_needs", mission.slug)


@mission_view
@form_view
def need_new(request, slug):
    mission = mission_to_change(request, slug)
    form = NeedForm(typed(request), mission=mission)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add(mission, by=request.user, **form.values)
        except Frozen:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _done(request, mission, _("The need is added. Here is who may fill it."))
    return _show(request, "missions/need.html", mission, {"form": form})


@mission_view
@form_view
def need(request, slug, number):
    mission = mission_to_change(request, slug)
    found = _need(mission, number)
    form = NeedForm.of(found, typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(found, by=request.user, version=form.cleaned_data["version"], **form.values)
        except Outdated as error:
            return conflict(request, mission, form, NeedForm.of, error.current)
        return _done(request, mission, _("The need is saved."))
    return _show(request, "missions/need.html", mission, {"form": form, "need": found})


@mission_view
@form_view
def need_remove(request, slug, number):
    mission = mission_to_change(request, slug)
    found = _need(mission, number)
    if request.method == "POST":
        actions.remove(found, by=request.user)
        return _done(request, mission, _("The need is removed."))
    return _show(request, "missions/need_remove.html", mission, {"need": found})


@cache_control(private=True, no_store=True)
@require_safe
def competences_wanted(request):
    """For staff: the competences that missions need and do not have, those first that fewest in the register name."""
    if not request.user.has_perm(KEEPER):
        raise PermissionDenied
    holders = ActorCompetence.objects.filter(competence=OuterRef("pk"), actor__status=ActorStatus.PUBLISHED)
    held = holders.order_by().values("competence").annotate(count=Count("pk")).values("count")
    is_open = Q(needs__filled_by=None) & ~Q(needs__mission__state=MissionState.ENDED)
    rows = Competence.objects.annotate(
        asked=Count("needs__mission", filter=is_open, distinct=True), held=Coalesce(Subquery(held), 0)
    )
    context = {"rows": rows.filter(asked__gt=0).order_by("held", F("asked").desc(), "name_sv", "pk")}
    return render(request, "missions/competences_wanted.html", context)
