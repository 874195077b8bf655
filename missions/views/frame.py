"""What the pages of a mission share: the way in, the frame with its tabs, and the answers to what is not allowed."""

from copy import copy
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control

from missions.actions.mission import enter_mission
from missions.models import Mission
from platforms.actions import Frozen, NoEntry, Outdated
from platforms.views.frame import fill_in_again
from web.conflicts import differences, over
from web.kept import keeps_text
from web.templatetags.web import address

TABS = (
    ("mission", _("Mission")),
    ("mission_portfolio", _("Portfolio")),
    ("mission_needs", _("Competence")),
    ("runs", _("Runs")),
)


def mission_view(view):
    """A page on which people work on a mission: kept by nobody, 404 where there is no entry, and a word where nothing
    can be changed. What is typed on it outlives the session (`web.kept`)."""

    @cache_control(private=True, no_store=True)
    @wraps(view)
    def framed(request, slug, **kwargs):
        try:
            return view(request, slug, **kwargs)
        except NoEntry:
            raise Http404 from None
        except Frozen as error:
            messages.error(request, error.message)
        except PermissionDenied as error:
            if not str(error):
                raise
            messages.error(request, str(error))
        return redirect("mission", slug)

    return keeps_text(framed)


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
