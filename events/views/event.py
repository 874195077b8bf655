"""The page of an event, and the events of something else."""

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from actors import facets, search
from actors.models import Actor, ActorStatus
from events.actions.keeping import open_steps
from events.models import Audience, Event, EventState, RegistrationState, SignUp
from events.views.overview import as_rows, for_list
from missions.models import Mission
from missions.views.mission import tags_of
from platforms.models import Partnership
from platforms.views.frame import room_or_404, space_view
from platforms.views.frame import show as show_in_space
from web.jsonld import script
from web.public import public_page
from web.templatetags.web import address

OF_ONE = 50  # events of an actor, a partnership, a mission or a space
OF_A_SERIES = 12


@public_page
def event(request, slug):
    rows = Event.objects.visible_to(request.user).with_seated()
    rows = rows.select_related("partnership", "mission", "municipality", "space")
    found = get_object_or_404(rows, slug=slug)
    organisers = list(found.organisers.filter(merged_into=None).order_by("name", "pk"))
    said = found.sign_up(found.seated)
    context = {
        "event": found,
        "tags": tags_of(found, "events"),
        "organisers": [one for one in organisers if one.is_named],
        "partnership": found.partnership if found.partnership_id and found.partnership.is_published else None,
        "mission": found.mission if found.mission_id and found.mission.is_published else None,
        "said": said,
        "left": found.seats_left(found.seated),
        "sign_up": address("event_sign_up", found.slug) if said in (SignUp.OPEN, SignUp.FULL) else "",
        "siblings": siblings(found, request.user),
        "canonical": settings.SITE_URL + found.get_absolute_url(),
        "jsonld": script(facts(found, organisers)) if is_for_machines(found) else "",
        **reader_of(found, request.user),
    }
    return render(request, "events/event.html", context)


def reader_of(found, user):
    """What the reader may do with the event, and whether they see the video link: who keeps it, and who has a seat."""
    if not user.is_authenticated:
        return {"may_edit": False, "seat": None, "sees_link": False}
    may_edit = Event.objects.editable_by(user).filter(pk=found.pk).exists()
    seat = found.registrations.active().of(user).first()
    has_seat = seat is not None and seat.state == RegistrationState.CONFIRMED
    return {
        "may_edit": may_edit,
        "seat": seat,
        "sees_link": may_edit or has_seat,
        "steps": open_steps(found) if may_edit else [],
    }


def siblings(found, user):
    """The other coming events of its series."""
    if not found.series_id:
        return []
    rows = Event.objects.visible_to(user).coming().filter(series=found.series_id).exclude(pk=found.pk)
    return list(rows.order_by("starts_at", "pk")[:OF_A_SERIES])


def is_for_machines(found):
    return found.audience == Audience.PUBLIC and not found.is_draft and not found.is_example


STATUS = {EventState.CANCELLED: "EventCancelled"}


def facts(found, organisers):
    """The event as schema.org knows one, from what anybody may read; never the video link."""
    is_online = bool(found.video_link)
    mode = "Mixed" if is_online and found.place else "Online" if is_online else "Offline"
    status = STATUS.get(found.state, "EventRescheduled" if found.moved_from else "EventScheduled")
    described = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": found.title,
        "description": found.text[:500],
        "url": settings.SITE_URL + found.get_absolute_url(),
        "startDate": _stamp(found, found.starts_at, found.first_day),
        "endDate": _stamp(found, found.ends_at, found.last_day),
        "previousStartDate": localtime(found.moved_from).isoformat() if found.moved_from else "",
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
        "location": _location(found),
        "organizer": [
            {"@type": "Organization", "name": one.name, "url": settings.SITE_URL + one.get_absolute_url()}
            for one in organisers
            if one.status == ActorStatus.PUBLISHED
        ],
        "maximumAttendeeCapacity": found.capacity,
    }
    return {key: value for key, value in described.items() if value}


def _stamp(found, moment, day):
    return day.isoformat() if found.is_whole_day else localtime(moment).isoformat()


def _location(found):
    if found.place or found.address or not found.video_link:
        where = {"@type": "Place", "name": found.place or str(found.municipality or ""), "address": found.address}
        return {key: value for key, value in where.items() if value}
    return {"@type": "VirtualLocation", "url": settings.SITE_URL + found.get_absolute_url()}


# ── Events of something else ─────────────────────────────────────────────────────────────────────────────────────────
def in_order(events):
    """Rows of the coming ones, the next first, then of those that were, the last first."""
    now = timezone.now()
    rows = for_list(events)
    coming = list(rows.coming(now).order_by("starts_at", "pk")[:OF_ONE])
    past = list(rows.past(now).order_by("-starts_at", "-pk")[:OF_ONE])
    vocabulary = facets.read_vocabulary(search.asked(""))
    return {"coming": as_rows(coming, vocabulary), "past": as_rows(past, vocabulary)}


@public_page
def actor_events(request, slug):
    """The events that an actor organises: a page, and the part that the actor's page takes in."""
    actor = get_object_or_404(Actor.objects.published(), slug=slug)
    mine = Event.organisers.through.objects.filter(actor=actor).values("event")
    context = {"actor": actor, **in_order(Event.objects.published().filter(pk__in=mine))}
    return render(request, "events/actor_events.html", context)


@public_page
def partnership_events(request, slug):
    """The events of a partnership: a page, and the part of it that the partnership's page takes in."""
    found = get_object_or_404(Partnership.objects.visible_to(request.user), slug=slug)
    rows = Event.objects.visible_to(request.user).announced().filter(partnership=found)
    return render(request, "events/partnership_events.html", {"partnership": found, **in_order(rows)})


@public_page
def mission_events(request, slug):
    """The events of a mission: a page, and the part of it that the mission's page takes in."""
    found = get_object_or_404(Mission.objects.visible_to(request.user), slug=slug)
    rows = Event.objects.visible_to(request.user).announced().filter(mission=found)
    return render(request, "events/mission_events.html", {"mission": found, **in_order(rows)})


@space_view
@require_safe
def space_events(request, slug):
    """The events of a space, drafts for those who lead it included."""
    room = room_or_404(request, slug)
    rows = Event.objects.visible_to(request.user).filter(space=room.space)
    context = {**in_order(rows), "may_add": room.leads and room.space.is_open}
    return show_in_space(request, "events/space_events.html", room, context, tab="space_events")
