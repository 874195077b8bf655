"""Calendars: one event, the public ones as an address narrows them, and a person's own at an address that is a key."""

from datetime import timedelta
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from accounts.models import Tally
from events import calendar, meeting_entries
from events.actions import calendars
from events.filters import COMING, EventFilter
from events.models import Event, Registration
from platforms.views.frame import form_view
from platforms.views.invitation import HEADERS
from web import region
from web.public import public_page
from web.templatetags.web import address

TYPE = "text/calendar; charset=utf-8"
MOST, NEWEST = 500, 50
AN_HOUR, OFTEN = timedelta(hours=1), 120


def calendar_file(body, name):
    return HttpResponse(body, content_type=TYPE, headers={"Content-Disposition": f'attachment; filename="{name}.ics"'})


@public_page(max_age=0)
def event_ics(request, slug):
    """One event, for whoever may read it; the video link only for who has a seat."""
    event = get_object_or_404(Event.objects.visible_to(request.user).select_related("municipality"), slug=slug)
    states = dict(Registration.objects.of(request.user).active().filter(event=event).values_list("event", "state"))
    body = calendar.calendar_of([event], mine=calendars.has_seat(states), waiting=calendars.is_waited_for(states))
    return calendar_file(body, event.slug)


# ── Public events ────────────────────────────────────────────────────────────────────────────────────────────────────
def _public(view):
    """A file of public events: an address with an unknown part is refused in words."""

    @public_page(max_age=15 * 60)
    @wraps(view)
    def narrowed(request):
        wanted = EventFilter(request.GET, Event.objects.published(), when=COMING)
        if problems := wanted.problems():
            context = {"problems": problems, "all": address("event_list"), "all_label": _("Show all events")}
            return render(request, "actors/bad_address.html", context, status=400)
        return view(request, wanted)

    return narrowed


def _title():
    return _("Events – %(site)s") % {"site": region.current().site_name}


@_public
def events_ics(request, wanted):
    """What is coming, as a calendar to subscribe to."""
    rows = calendar.stamped(wanted.ordered()[:MOST])
    return calendar_file(calendar.kept_calendar_of(rows, name=_title()), "events")


@_public
def events_atom(request, wanted):
    """What was announced last."""
    feed = Atom1Feed(
        title=_title(),
        link=settings.SITE_URL + (address("event_list") or reverse("start")) + wanted.query_string(),
        feed_url=settings.SITE_URL + reverse("events_atom") + wanted.query_string(),
        description="",
        language=get_language(),
    )
    for event in wanted.narrowed().order_by("-published_at", "-pk")[:NEWEST]:
        url = settings.SITE_URL + (address("event", event.slug) or reverse("event_ics", args=[event.slug]))
        feed.add_item(
            title=event.title,
            link=url,
            description=event.text,
            unique_id=f"urn:uuid:{event.uid}",
            pubdate=event.published_at or event.created_at,
            updateddate=event.updated_at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


# ── One's own ────────────────────────────────────────────────────────────────────────────────────────────────────────
@cache_control(private=True, no_store=True)
@form_view
def my_calendar(request):
    """The address of one's own calendar: making, seeing and ending it."""
    if request.method == "POST":
        if request.POST.get("do") == "end":
            calendars.revoke_feed(by=request.user)
            messages.success(request, _("The address has ended. Calendars that used it get nothing more."))
        else:
            calendars.make_feed(by=request.user)
            messages.success(request, _("Here is your address. Copy it, or open it in your calendar."))
        return redirect("my_calendar")
    feed = request.user.calendar_feeds.filter(revoked_at=None).first()
    url = settings.SITE_URL + reverse("calendar_feed", args=[feed.token]) if feed else ""
    webcal = url.replace(urlsplit(url).scheme, "webcal", 1) if url else ""
    return render(request, "events/my_calendar.html", {"feed": feed, "url": url, "webcal": webcal})


@login_not_required
@require_safe
@cache_control(private=True, no_cache=True)
@conditional_page
def calendar_feed(request, token):
    """A person's calendar, for a program that knows the address. 304 when it has not changed."""
    feed = calendars.feed_with(token)
    if feed is None:
        raise Http404
    if not Tally.objects.spend("calendar.feed", feed.pk, limit=OFTEN, per=AN_HOUR):
        return HttpResponse(status=429, headers={"Retry-After": "3600", **HEADERS})
    events, states = calendars.calendar_for(feed.user)
    name = _("My events – %(site)s") % {"site": region.current().site_name}
    seats, waited = calendars.has_seat(states), calendars.is_waited_for(states)
    more = meeting_entries.entries_for(feed.user, events)
    body = calendar.kept_calendar_of(events, name=name, mine=seats, waiting=waited, more=more)
    answer = calendar_file(body, "my-events")
    for header, value in HEADERS.items():
        answer.headers[header] = value
    return answer
