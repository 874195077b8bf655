"""What a participant has of an event: the ticket with its code, the others who want to be seen, and the certificate.

Each is a page for a person who is signed in, and one for who has only the link of their mail.
"""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from events.actions import door, listing
from events.certificate import certificate_of, is_earned
from events.models import ACTIVE, Event, EventState, Registration
from events.views.desk import desk_view, event_to_keep
from events.views.seat_pages import by_link
from platforms.views.frame import form_view
from platforms.views.links import drawn
from web.templatetags.web import address

private = cache_control(private=True, no_store=True)


def own(request, slug):
    """The registration of the person who is signed in; 404 for who has none, has left, or may not see the event."""
    rows = Registration.objects.active().of(request.user).filter(event__in=Event.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("event", "actor"), event__slug=slug)


def active(registration):
    """The registration that a link opens; 404 for who has left."""
    if registration.state not in ACTIVE:
        raise Http404
    return registration


def ways(registration, token=""):
    """Where a participant goes from one of these pages to another: with their link, when they came by it."""
    event, part = registration.event, [token] if token else [registration.event.slug]
    tail = "_by_link" if token else ""
    return {
        "registration": registration,
        "event": event,
        "event_url": address("event", event.slug),
        "seat_url": address("event_seat", registration.token),
        "ticket_url": reverse(f"event_ticket{tail}", args=part),
        "others_url": reverse(f"event_others{tail}", args=part),
        "certificate_url": reverse(f"event_certificate{tail}", args=part) if is_earned(registration) else "",
    }


# ── The ticket ───────────────────────────────────────────────────────────────────────────────────────────────────────
@private
@require_safe
def event_ticket(request, slug):
    return _ticket(request, own(request, slug))


@by_link
def event_ticket_by_link(request, row):
    return _ticket(request, active(row), row.token)


def _ticket(request, registration, token=""):
    event = registration.event
    has_seat = registration.state == "confirmed" and event.state != EventState.CANCELLED
    path = reverse("event_check_in", args=[event.slug, registration.pk, door.ticket_of(registration)])
    context = {**ways(registration, token), "code": drawn(settings.SITE_URL + path) if has_seat else ""}
    return render(request, "events/ticket.html", context)


# ── The others ───────────────────────────────────────────────────────────────────────────────────────────────────────
@private
@form_view
def event_others(request, slug):
    return _others(request, own(request, slug))


@by_link
def event_others_by_link(request, row):
    return _others(request, active(row), row.token)


def _others(request, registration, token=""):
    """Who has a seat and wants to be seen, for who has a seat; POST changes one's own choice."""
    if registration.state != "confirmed":
        raise Http404
    if request.method == "POST":
        is_listed = request.POST.get("seen") == "yes"
        listing.choose(registration, is_listed=is_listed)
        words = _("The others see your name.") if is_listed else _("The others do not see your name.")
        messages.success(request, words)
        return redirect(request.path)
    seen = listing.seen_by_others(registration.event)
    others = [one for one in seen if one.pk != registration.pk]
    hidden = registration.event.registrations.confirmed().count() - len(seen)
    hidden -= not registration.is_listed
    return render(request, "events/others.html", {**ways(registration, token), "others": others, "hidden": hidden})


# ── The certificate ──────────────────────────────────────────────────────────────────────────────────────────────────
@private
@require_safe
def event_certificate(request, slug):
    return _certificate(own(request, slug))


@by_link
def event_certificate_by_link(request, row):
    return _certificate(active(row))


@desk_view
@require_safe
def event_certificate_of(request, slug, pk):
    """For an organiser: the certificate of one person."""
    event = event_to_keep(request, slug)
    registration = get_object_or_404(Registration.objects.select_related("event", "actor"), event=event, pk=pk)
    return _certificate(registration)


def _certificate(registration):
    """The certificate of who came; 404 for who did not."""
    if not is_earned(registration):
        raise Http404
    answer = HttpResponse(certificate_of(registration), content_type="application/pdf")
    name = slugify(f"{_('certificate')} {registration.event.title}")
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer
