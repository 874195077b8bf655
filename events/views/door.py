"""The door: ticking people as they come, by hand, by the code of their ticket and by a list."""

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from events.actions import counting, door
from events.forms.door import CameListForm, WalkInForm
from events.models import ACTIVE, Event, EventState
from events.views.desk import desk_view, event_to_keep, show
from events.views.people import Wanted
from platforms.actions import Frozen
from platforms.views.frame import form_view, typed
from web.templatetags.web import address
from web.uploads import takes_files

AT_ONCE = 200  # people on one page of the door; others are found by a word
SHOWN = 100  # rows of a list that are told one by one
PLAIN = {"Referrer-Policy": "strict-origin", "X-Robots-Tag": "noindex, nofollow"}


@desk_view
@form_view
def event_door(request, slug):
    """Everybody who is expected, with one button each; POST lets in somebody who is not on the list."""
    event = event_to_keep(request, slug)
    form = WalkInForm(typed(request))
    if form.is_valid():
        one = door.let_in(event, by=request.user, **form.cleaned_data)
        messages.success(request, _("%(name)s is let in.") % {"name": one.name})
        return redirect(reverse("event_door", args=[slug]) + "#let-in")
    wanted = Wanted.of(request)
    found = list(wanted.among(event.registrations.filter(state__in=ACTIVE)).select_related("actor")[: AT_ONCE + 1])
    context = {
        "form": form,
        "wanted": wanted,
        "people": found[:AT_ONCE],
        "is_cut": len(found) > AT_ONCE,
        "walk_ins": event.walk_ins.select_related("actor"),
        "came": counting.came(event),
        "expected": event.registrations.confirmed().count(),
        "organisations": sorted({str(one.actor or one.organisation) for one in found} - {""}),
        "is_shut": event.counted_at or event.state in (EventState.DRAFT, EventState.CANCELLED),
    }
    return show(request, "events/door.html", event, context, tab="event_door")


@desk_view
@require_POST
def event_tick(request, slug):
    """One tick, or one taken back: the button that was pressed says whose."""
    event = event_to_keep(request, slug)
    for what, act in TICKS.items():
        if what in request.POST:
            pk = act(event, _number(request.POST[what]), by=request.user)
            return redirect(f"{reverse('event_door', args=[slug])}{_words(request)}#{pk}")
    raise BadRequest("Nothing to tick.")


def _number(text):
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadRequest("No such person.")
    return int(text)


def _words(request):
    """What was searched for stays searched for, after a tick as well."""
    kept = request.GET.urlencode()
    return f"?{kept}" if kept else ""


def _came(event, pk, *, by):
    door.tick(event, pk, by=by)
    return f"p{pk}"


def _not_came(event, pk, *, by):
    door.tick(event, pk, by=by, came=False)
    return f"p{pk}"


def _not_let_in(event, pk, *, by):
    door.take_back(event, pk, by=by)
    return "let-in"


TICKS = {"came": _came, "not_came": _not_came, "not_let_in": _not_let_in}


# ── The code of a ticket ─────────────────────────────────────────────────────────────────────────────────────────────
@login_not_required
@cache_control(private=True, no_store=True)
@form_view
def event_check_in(request, slug, pk, ticket):
    """The address in a ticket's code: an organiser sees whose it is and ticks with one press; anybody else sees the
    event and nothing more, whether the code is right or not."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    keeps = Event.objects.editable_by(request.user).filter(pk=event.pk).exists()
    holder = door.holder_of(event, pk, ticket) if keeps else None
    if request.method == "POST":
        if holder is None:
            raise Http404
        return _check_in(request, event, holder)
    context = {"event": event, "event_url": address("event", slug), "keeps": keeps, "holder": holder}
    response = render(request, "events/check_in.html", context)
    for name, value in PLAIN.items():
        response.headers[name] = value
    return response


def _check_in(request, event, holder):
    try:
        door.tick(event, holder.pk, by=request.user)
        messages.success(request, _("%(name)s has come.") % {"name": holder.name})
    except Frozen as error:
        messages.error(request, error.message)
    return redirect("event_door", event.slug)


# ── A list ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@takes_files
@desk_view
@form_view
def event_came_list(request, slug):
    """Paste a list of who came, see whom it means, and tick them."""
    event = event_to_keep(request, slug)
    form = CameListForm(typed(request), request.FILES or None)
    if not form.is_valid():
        return show(request, "events/came_list.html", event, {"form": form}, tab="event_came_list")
    do = request.POST.get("do")
    if do == "change":
        form = CameListForm(initial=form.cleaned_data)
        return show(request, "events/came_list.html", event, {"form": form}, tab="event_came_list")
    if do != "tick":
        return _look(request, event, form)
    counts = door.tick_all(event, form.found, by=request.user)
    ticked = counts[door.Found.NEW]
    words = ngettext("%(count)s person is ticked.", "%(count)s people are ticked.", ticked)
    messages.success(request, words % {"count": ticked})
    return redirect("event_people", slug)


def _look(request, event, form):
    """Whom the list means, before anything is changed. The page keeps the list itself."""
    judged = door.matched(event, form.found)
    new = [one for one in judged if one.found == door.Found.NEW]
    others = [one for one in judged if one.found != door.Found.NEW]
    counts = Counter(one.found for one in others)
    context = {
        "text": form.cleaned_data["people"],
        "new": new,
        "others": others[:SHOWN],
        "more": max(len(others) - SHOWN, 0),
        "counts": [(found.label, counts[found]) for found in door.Found if counts[found]],
    }
    return show(request, "events/came_look.html", event, context, tab="event_came_list")
