"""What the pages of a mission share: the way in, the frame with its tabs, and the answers to what is not allowed."""

from copy import copy
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from missions.actions.mission import enter_mission
from missions.models import Mission
from platforms.actions import Frozen, Outdated
from platforms.views.frame import closed_view, fill_in_again
from web.conflicts import differences, over
from web.templatetags.web import address

TABS = (
    ("mission", _("Mission")),
    ("mission_portfolio", _("Portfolio")),
    ("mission_needs", _("Competence")),
    ("runs", _("Runs")),
)


mission_view = partial(closed_view, back="mission")


def mission_to_change(request, slug, *, lead=False, ended=False):
    """The mission with this slug for somebody who may change it now. Raises as `enter_mission` does."""
    rows = Mission.objects.visible_to(request.user).select_related("space", "partnership", "owner")
    found = get_object_or_404(rows, slug=slug)
    with transaction.atomic():
        enter_mission(found, request.user, lead=lead, ended=ended)
    return found


def saved(form, action, /, **values):
    """Whether `action` took the values; what it has against them stands in the form."""
    try:
        action(**values)
    except (Frozen, Outdated):
        raise
    except ValidationError as error:
        form.add_error(None, error)
    return not form.errors


def show(request, template, mission, context=None, *, status=200, tab="mission"):
    """Render a page of the mission within its frame."""
    context = context or {}
    frame = {"mission": mission, "tabs": tabs(mission, tab)}
    frame["is_kept"] = request.method == "GET" and fill_in_again(request, context)
    return render(request, template, {**frame, **context}, status=status)


def tabs(mission, current):
    found = [{"url": address(name, mission.slug), "label": label, "current": name == current} for name, label in TABS]
    return [tab for tab in found if tab["url"]]


def conflict(request, mission, form, make, current, tab="mission"):
    """The page that shows what somebody else saved beside what was typed (409). `make(row, data)` makes such a form."""
    again = make(copy(current), over(form, current.version))
    context = {
        "differences": list(differences(form, make(copy(current)))),
        "hidden": [field.as_hidden() for field in again],
    }
    return show(request, "missions/conflict.html", mission, context, status=409, tab=tab)
