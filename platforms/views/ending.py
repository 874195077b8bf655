"""Settings of a space, its pulse, its end, and the report that stays."""

from copy import copy

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from platforms.actions import Frozen, Outdated, change_space, pulse
from platforms.actions.report import draft
from platforms.forms.ending import ReportForm, SettingsForm
from platforms.models import Space, SpaceReport, SpaceState
from platforms.views.frame import conflict, form_view, room_or_404, show, space_view, typed
from platforms.weeks import weeks_of

SIMPLE_STEPS = {  # those that need no more than a yes, and what is said afterwards
    "revive": (pulse.revive, gettext_lazy("The space is open, and its clock starts anew.")),
    "pause": (
        pulse.pause,
        gettext_lazy("The space rests. It can be read, and you can take it up again at any time."),
    ),
    "reopen": (pulse.reopen, gettext_lazy("The space is open again.")),
}


@space_view
@form_view
def space_settings(request, slug):
    room = room_or_404(request, slug, lead=True)
    form = _settings_form(room.space, typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            change_space(form, by=request.user)
        except Outdated as error:
            room.space = error.current
            return conflict(request, room, form, _settings_form, error.current, tab="space_settings")
        messages.success(request, _("The changes are saved."))
        return redirect("space_settings", slug)
    return show(request, "platforms/settings.html", room, {"form": form}, tab="space_settings")


def _settings_form(space, data=None):
    """Over a copy: judging a form writes what was typed into its row, and the page shows what is saved."""
    return SettingsForm(data, instance=copy(space))


@space_view
@require_safe
def space_pulse(request, slug):
    """How alive the space is, and the four ways on; nothing is changed by looking."""
    room = room_or_404(request, slug, lead=True)
    limit = pulse.limit_for(room.space)
    context = {
        "limit": limit,
        "silent_days": (timezone.now() - room.space.active_at).days,
        "weeks": weeks_of(room.space),
        "may_merge": _others(request.user, room.space).exists(),
        "may_reopen": room.space.state == SpaceState.CLOSED and room.space.closed_at > timezone.now() - pulse.REOPEN,
        "reopen_days": pulse.REOPEN.days,
    }
    return show(request, "platforms/pulse.html", room, context, tab="space_settings")


def _others(user, space):
    """Where a space can go on: other open ones that the person coordinates."""
    return Space.objects.led_by(user).filter(state=SpaceState.OPEN).exclude(pk=space.pk).order_by("name", "pk")


@space_view
@require_POST
def space_step(request, slug, step):
    room = room_or_404(request, slug, lead=True)
    if step not in SIMPLE_STEPS:
        raise Http404
    act, done = SIMPLE_STEPS[step]
    try:
        act(room.space, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("space_pulse", slug)
    messages.success(request, done)
    return redirect("space", slug)


@space_view
@form_view
def space_close(request, slug):
    return _end(request, slug, merging=False)


@space_view
@form_view
def space_merge(request, slug):
    return _end(request, slug, merging=True)


def _end(request, slug, *, merging):
    room = room_or_404(request, slug, lead=True)
    others = _others(request.user, room.space) if merging else None
    form = ReportForm(typed(request), instance=draft(room.space), choices=others)
    if request.method == "POST" and form.is_valid():
        report = form.save(commit=False)
        try:
            if merging:
                pulse.merge(room.space, by=request.user, into=form.cleaned_data["into"], report=report)
            else:
                pulse.close(room.space, by=request.user, report=report)
        except Frozen:
            raise
        except ValidationError as error:
            form.add_error("into", error)
        else:
            messages.success(request, _("The space is closed. Its report stands here, at an address that stays."))
            return redirect(report)
    context = {"form": form, "merging": merging, "count": room.space.members.count()}
    return show(request, "platforms/close.html", room, context, tab="space_settings")


@login_not_required
@cache_control(private=True, no_store=True)
@require_safe
def space_report(request, code):
    """The closing report: for everybody when it is public, else for those who may read the space."""
    reports = SpaceReport.objects.visible_to(request.user).select_related("space__partnership", "space__merged_into")
    report = get_object_or_404(reports, code=code)
    inside = Space.objects.visible_to(request.user).filter(pk=report.space_id).exists()
    onward = report.space.merged_into
    if onward and not Space.objects.visible_to(request.user).filter(pk=onward.pk).exists():
        onward = None
    context = {"report": report, "inside": inside, "into": onward}
    return render(request, "platforms/report.html", context)
