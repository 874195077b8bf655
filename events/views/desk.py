"""What the organisers' pages of an event share: the way in, the frame with its tabs, and the answer to what cannot be
done just now."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from events.models import Event
from platforms.views.frame import closed_view, fill_in_again
from web.templatetags.web import address

TABS = (
    ("event_people", _("People")),
    ("event_door", _("Door")),
    ("event_came_list", _("List of who came")),
    ("event_ask", _("Ask people")),
    ("event_afterwards", _("Afterwards")),
)


desk_view = partial(closed_view, back="event_people")


def event_to_keep(request, slug):
    """The event for who may change it; 404 for everybody else, as if it did not exist."""
    return get_object_or_404(Event.objects.editable_by(request.user), slug=slug)


def show(request, template, event, context=None, *, tab, status=200):
    """Render a page of the organisers' desk within its frame."""
    context = context or {}
    frame = {"event": event, "tabs": tabs(event, tab), "event_url": address("event", event.slug)}
    frame["is_kept"] = request.method == "GET" and fill_in_again(request, context)
    return render(request, template, {**frame, **context}, status=status)


def tabs(event, current):
    return [{"url": address(name, event.slug), "label": label, "current": name == current} for name, label in TABS]
