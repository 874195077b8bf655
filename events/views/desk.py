"""What the organisers' pages of an event share: the way in, the frame with its tabs, and the answer to what cannot be
done just now."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control

from events.models import Event
from platforms.actions import Frozen, NoEntry
from platforms.views.frame import fill_in_again
from web.kept import keeps_text
from web.templatetags.web import address

TABS = (
    ("event_people", _("People")),
    ("event_door", _("Door")),
    ("event_came_list", _("List of who came")),
    ("event_ask", _("Ask people")),
    ("event_afterwards", _("Afterwards")),
)


def desk_view(view):
    """A page on which organisers work with the people of an event: kept by nobody, 404 where there is no entry, and a
    word where nothing can be changed. What is typed on it outlives the session (`web.kept`)."""

    @cache_control(private=True, no_store=True)
    @wraps(view)
    def framed(request, slug, **kwargs):
        try:
            return view(request, slug, **kwargs)
        except NoEntry:
            raise Http404 from None
        except Frozen as error:
            messages.error(request, error.message)
        return redirect("event_people", slug)

    return keeps_text(framed)


def event_to_keep(request, slug):
    """The event for who may change it; 404 for everybody else, as if it did not exist."""
    return get_object_or_404(Event.objects.editable_by(request.user), slug=slug)


def taken(form, action, /, **values):
    """Whether `action` took the values; what it has against them stands in the form."""
    try:
        action(**values)
    except Frozen:
        raise
    except ValidationError as error:
        form.add_error(None, error)
    return not form.errors


def show(request, template, event, context=None, *, tab, status=200):
    """Render a page of the organisers' desk within its frame."""
    context = context or {}
    frame = {"event": event, "tabs": tabs(event, tab), "event_url": address("event", event.slug)}
    frame["is_kept"] = request.method == "GET" and fill_in_again(request, context)
    return render(request, template, {**frame, **context}, status=status)


def tabs(event, current):
    return [{"url": address(name, event.slug), "label": label, "current": name == current} for name, label in TABS]
