"""What the pages on which a mission is worked on share: the way in, and the answers to what is not allowed."""

from copy import copy
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control

from missions.actions.mission import enter_mission
from missions.models import Mission
from platforms.actions.rooms import Frozen, NoEntry, Outdated
from web.conflicts import differences, over
from web.kept import keeps_text, kept


def mission_or_404(request, slug):
    rows = Mission.objects.visible_to(request.user).select_related("space", "partnership")
    return get_object_or_404(rows, slug=slug)


def must_work(mission, user, *, lead=False):
    """Judge at once, before anything is read or drawn, whether the person may work here. Raises as `take` does."""
    with transaction.atomic():
        enter_mission(mission, user, lead=lead)


def desk_view(view):
    """A page for who works on a mission: kept by nobody, 404 for who has no part in it, and a word where nothing is
    changed just now. What is typed on it outlives the session (`web.kept`)."""

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
        return redirect("mission_portfolio", slug)

    return keeps_text(framed)


def saved(form, action, /, **values):
    """Whether `action` took the values; what it has against them stands in the form."""
    try:
        action(**values)
    except (Frozen, Outdated):
        raise
    except ValidationError as error:
        form.add_error(None, error)
    return not form.errors


def show(request, template, mission, form, status=200, **context):
    """Render a page with a form; what was typed before the session ended is filled in again."""
    waiting = kept(request) if request.method == "GET" else {}
    if waiting and not form.is_bound:
        form.initial.update(waiting)
    return render(
        request, template, {"mission": mission, "form": form, "is_kept": bool(waiting), **context}, status=status
    )


def conflict(request, mission, form, current):
    """The page that shows what somebody else saved beside what was typed (409)."""
    make = type(form).of
    current.mission = mission
    again = make(copy(current), over(form, current.version))
    context = {
        "mission": mission,
        "differences": list(differences(form, make(current))),
        "hidden": [field.as_hidden() for field in again],
    }
    return render(request, "missions/portfolio_conflict.html", context, status=409)
