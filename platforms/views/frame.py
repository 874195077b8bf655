"""What the pages of a space share: the way in, the frame with its tabs, and the answers to what is not allowed."""

from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import partial, wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from platforms.actions import Frozen, NoEntry, enter
from platforms.models import Space, SpaceMember
from web.conflicts import differences, over
from web.kept import keeps_text, kept
from web.templatetags.web import address

form_view = require_http_methods(["GET", "HEAD", "POST"])  # shows a form, and takes it at the same address
TABS = (
    ("space", _("Overview")),
    ("threads", _("Discussions")),
    ("documents", _("Documents")),
    ("decisions", _("Decisions")),
    ("tasks", _("Tasks")),
    ("space_missions", _("Missions")),
    ("space_events", _("Events")),
    ("space_members", _("Members")),
)
COORDINATORS_TABS = (("invitations", _("Invitations")), ("space_settings", _("Settings")))


@dataclass
class Room:
    """A space as one person meets it. `member` is None for a reader of a space that is open to registered people."""

    space: Space
    member: SpaceMember | None
    user: object

    @property
    def may_write(self):
        return self.space.is_open and self.member is not None and self.member.may_write

    @property
    def leads(self):
        return self.member is not None and self.member.is_coordinator


def room_or_404(request, slug, *, lead=False):
    """The space with this slug as the reader meets it; 404 as if it did not exist. `lead`: for coordinators only."""
    spaces = Space.objects.led_by(request.user) if lead else Space.objects.visible_to(request.user)
    space = get_object_or_404(spaces.select_related("partnership"), slug=slug)
    member = SpaceMember.objects.filter(space=space, user=request.user).select_related("on_behalf_of").first()
    if member is not None:
        member.space, member.user = space, request.user
    return Room(space, member, request.user)


def must_write(room):
    """Judge at once, before anything is read or drawn, whether the person may write here. Raises as `enter` does."""
    with transaction.atomic():
        enter(room.space, room.user, write=True)


def conflict(request, room, form, make, current, *, tab):
    """The page that shows what somebody else saved beside what was typed (409). `make(row, data)` makes such a form;
    the page's own sends what was typed over what is saved now. It gets a row of its own, since the form of a model
    writes what was typed into its row, which would then pass for what is saved."""
    again = make(copy(current), over(form, current.version))
    hidden = [field.as_hidden() for field in again]
    context = {"differences": list(differences(form, make(current))), "hidden": hidden}
    return show(request, "platforms/conflict.html", room, context, tab=tab, status=409)


@contextmanager
def saying(request):
    """Tell the person on the next page why something could not be done, where there is no form to say it in."""
    try:
        yield
    except Frozen:
        raise
    except ValidationError as error:
        for words in error.messages:
            messages.error(request, words)


def closed_view(view, back):
    """A page of a closed circle: kept by nobody, 404 where there is no entry, and a word on the page `back` (URL name)
    where nothing can be changed now. What is typed on it outlives the session (`web.kept`)."""

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
        return redirect(back, slug)

    return keeps_text(framed)


space_view = partial(closed_view, back="space")


def typed(request):
    """What was sent, or None for a form that is only shown."""
    return request.POST if request.method == "POST" else None


def show(request, template, room, context=None, *, tab="", status=200):
    """Render a page of the space within its frame; `tab` is the URL name of the tab it belongs to."""
    context = context or {}
    frame = {"room": room, "space": room.space, "member": room.member, "tabs": tabs(room, tab)}
    frame["is_kept"] = request.method == "GET" and fill_in_again(request, context)
    return render(request, template, {**frame, **context}, status=status)


def fill_in_again(request, context):
    """Whether what was typed before the session ended waits for the reader; it stands in the page's forms then."""
    waiting = kept(request)
    for form in context.values():
        if waiting and isinstance(form, BaseForm) and not form.is_bound:
            form.initial.update(waiting)
    return bool(waiting)


def tabs(room, current):
    names = TABS + (COORDINATORS_TABS if room.leads else ())
    found = [
        {"url": address(name, room.space.slug), "label": label, "current": name == current} for name, label in names
    ]
    return [tab for tab in found if tab["url"]]
