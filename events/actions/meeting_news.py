"""Who hears of meetings of two, and in which words: by mail whoever comes, with or without an account, and on the site
as well who has one. Mails hold ids; whether what they say is still so is asked when they go."""

from functools import partial

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.actions.seat_mails import prefix
from events.models import EventState, Meeting, MeetingState, Registration, RegistrationState
from notifications import telling
from notifications.actions import queue_emails
from notifications.live import NoLonger
from notifications.models import Part, Why
from notifications.subjects import Line, id_of

STATES = {
    "asked": MeetingState.ASKED,
    "booked": MeetingState.BOOKED,
    "declined": MeetingState.DECLINED,
    "cancelled": MeetingState.CANCELLED,
}
TEMPLATES = {"asked": "meeting_asked"}
NEWS = "meeting_news"
WORDS = {
    "meeting_asked": _("Somebody asks to meet you"),
    "meeting_booked": _("Your meeting is booked"),
    "meeting_declined": _("Your question to meet was declined"),
    "meeting_cancelled": _("Your meeting was cancelled"),
}
KINDS = {
    "meeting_asked": _("questions to meet at events"),
    "meeting_booked": _("meetings that are booked"),
    "meeting_declined": _("questions to meet that are declined"),
    "meeting_cancelled": _("meetings that are cancelled"),
}


def path_of(registration):
    """Where a participant finds their meetings: a guest by the key in their mails."""
    if registration.user_id:
        return reverse("event_matching", args=[registration.event.slug])
    return reverse("matching_guest", args=[registration.token])


def other_of(meeting, pk):
    """The other one of the two, for the registration `pk`."""
    return meeting.asked if meeting.asker_id == pk else meeting.asker


# ── Telling ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def tell(meeting, what, pks):
    """Tell these registrations (ids) of a meeting that it was asked for, booked, declined or cancelled."""
    for one in Registration.objects.filter(pk__in=pks).select_related("user").order_by("pk"):
        key = f"{prefix(one)}meeting:{meeting.pk}:{what}"
        context = {"meeting": meeting.pk, "registration": one.pk, "what": what}
        queue_emails([_mail(one, TEMPLATES.get(what, NEWS), context, key)])
        if one.user_id:
            part = Part.NEEDS if what == "asked" else Part.DECIDED
            facts = {"thing": f"meeting:{meeting.pk}", "place": f"event:{meeting.event_id}", "part": part}
            people, mailed = {one.user_id}, {one.user_id: key}
            telling.notify(people, kind=f"meeting_{what}", why=Why.SPOKEN_TO, mailed=mailed, **facts)


def tell_schedule(event, pks):
    """Tell these registrations (ids) that the schedule was filled; one mail each."""
    now = timezone.now().isoformat()
    rows = Registration.objects.filter(pk__in=pks).select_related("user").order_by("pk")
    queue_emails(
        _mail(one, NEWS, {"registration": one.pk, "what": "schedule"}, f"{prefix(one)}meetings:{now}") for one in rows
    )


def _mail(registration, template, context, key):
    return {
        "to": registration.address,
        "user_id": registration.user_id,
        "language": registration.language,
        "template": template,
        "context": context,
        "live": "events.meeting",
        "key": key,
    }


def seen(user, meetings):
    """`user` has these before their eyes."""
    if meetings:
        telling.mark_read(user, *(f"meeting:{one.pk}" for one in meetings))


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def meetings_of(registration):
    """The booked meetings of a registration, in their order."""
    rows = Meeting.objects.filter(Q(asker=registration) | Q(asked=registration), state=MeetingState.BOOKED)
    return rows.select_related("event", "asker__actor", "asked__actor").order_by("starts_at")


def read_meeting(email):
    """What a mail says of a meeting, as of now."""
    rows = Registration.objects.filter(state=RegistrationState.CONFIRMED).select_related("event", "user")
    rows = rows.exclude(event__state=EventState.CANCELLED)
    mine = rows.filter(pk=email.context["registration"], event__ends_at__gt=timezone.now()).first()
    if mine is None or not mine.sees_event:
        raise NoLonger("the person no longer comes, or may no longer see the event, or it is over")
    what, known = email.context["what"], {"event": mine.event, "url": settings.SITE_URL + path_of(mine)}
    if what == "schedule":
        return {**known, "what": what, "meetings": [_told(one, mine.pk) for one in meetings_of(mine)]}
    rows = Meeting.objects.select_related("asker__actor", "asked__actor")
    meeting = rows.filter(pk=email.context["meeting"], state=STATES[what]).first()
    if meeting is None and what == "cancelled":  # the other one has been deleted since
        return {**known, "what": what, "who": gettext("somebody who no longer comes")}
    if meeting is None:
        raise NoLonger("answered or taken back")
    return {**known, "what": what, **_told(meeting, mine.pk)}


def _told(meeting, pk):
    other = other_of(meeting, pk)
    return {
        "who": other.name,
        "organisation": other.actor.name if other.actor_id else other.organisation,
        "line": meeting.line,
        "starts_at": meeting.starts_at,
        "table": meeting.table,
    }


def read_meetings(rows):
    """For `notifications.subjects`: meetings in words, for the two of them while they come to the event."""
    found = Meeting.objects.select_related("event", "asker__user", "asked__user").in_bulk({id_of(row) for row in rows})
    told = {}
    for row in rows:
        meeting = found.get(id_of(row))
        wanted = STATES.get(row.kind.removeprefix("meeting_"))
        mine = meeting and meeting.state == wanted and _mine(meeting, row.user_id)
        if mine and mine.state == RegistrationState.CONFIRMED and mine.sees_event:
            told[row.pk] = _line(row, meeting, mine)
    return told


def _mine(meeting, user_id):
    mine = next((one for one in (meeting.asker, meeting.asked) if one.user_id == user_id), None)
    if mine:
        mine.event = meeting.event
    return mine


def _line(row, meeting, mine):
    url = partial(reverse, "event_matching", args=[meeting.event.slug])
    action = _("Read and answer") if row.kind == "meeting_asked" else ""
    place = lazy(lambda: meeting.event.title, str)()
    return Line(other_of(meeting, mine.pk).name, url, place, lambda: WORDS[row.kind], action)
