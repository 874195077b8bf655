"""Matchmaking: a participant's page, by signing in or by the key in a guest's mail; the organiser's; what came of it.

GET changes nothing. A participant's page takes every press at its own address: `do` says which.
"""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.models import token_hash
from events import calendar, matching, meeting_entries
from events.actions import follow_up
from events.actions import matching as acts
from events.actions.meeting_news import other_of, path_of, seen
from events.forms.matching import AskForm, FillForm, ProfileForm, TimesForm
from events.models import Event, Matchmaking, Meeting, MeetingState, Registration
from missions.views.frame import saved
from platforms.views.frame import form_view, saying, typed
from platforms.views.invitation import by_token
from web.kept import keeps_text, kept
from web.templatetags.web import address

private = cache_control(private=True, no_store=True)


# ── A participant ────────────────────────────────────────────────────────────────────────────────────────────────────
def _of_person(request, slug):
    """(event, registration or None) for a signed-in reader; 404 where there is no matchmaking for them."""
    rows = Event.objects.visible_to(request.user).select_related("matchmaking")
    event = get_object_or_404(rows.filter(matchmaking__isnull=False), slug=slug)
    registration = Registration.objects.of(request.user).confirmed().filter(event=event).first()
    if registration:
        registration.event = event
    return event, registration


def _of_guest(token):
    """The registration of a guest with a seat, by the key in their mails."""
    rows = Registration.objects.confirmed().filter(user=None, event__matchmaking__isnull=False)
    rows = rows.filter(event__in=Event.objects.published()).select_related("event__matchmaking")
    return get_object_or_404(rows, token_hash=token_hash(token))


@private
@keeps_text
@form_view
def event_matching(request, slug):
    event, registration = _of_person(request, slug)
    if registration is None:
        keeps = Event.objects.editable_by(request.user).filter(pk=event.pk).exists()
        return (
            redirect("matching_keep", slug) if keeps else render(request, "events/matching_door.html", {"event": event})
        )
    return _page(request, registration)


@by_token
def matching_guest(request, token):
    return _page(request, _of_guest(token))


def _page(request, registration):
    act = VERBS.get(request.POST.get("do")) if request.method == "POST" else None
    answer = act(request, registration) if act else None
    return answer or _show(request, registration)


def _show(request, registration, *, profile=None, ask=None):
    """My schedule, the questions that wait, and whom to meet."""
    event, people = registration.event, matching.people_of(registration.event)
    me = next((person for person in people if person.pk == registration.pk), None)
    mine = Meeting.objects.filter(Q(asker=registration) | Q(asked=registration)).order_by("starts_at", "pk")
    mine = [_with_other(one, registration) for one in mine.select_related("asker__actor", "asked__actor")]
    without = {one.other.pk for one in mine} | (matching.met_before(registration, people) if me else set())
    free = [person for person in people if person.pk != registration.pk and person.pk not in without]
    if request.user.is_authenticated:
        seen(request.user, mine)
    context = {
        "event": event,
        "registration": registration,
        "profile": profile or ProfileForm.of(registration, initial=kept(request)),
        "me": me,
        "booked": [one for one in mine if one.state == MeetingState.BOOKED],
        "asked_me": [one for one in mine if one.state == MeetingState.ASKED and one.asked_id == registration.pk],
        "i_asked": [one for one in mine if one.state == MeetingState.ASKED and one.asker_id == registration.pk],
        "no": [one for one in mine if one.state == MeetingState.DECLINED and one.asker_id == registration.pk],
        "suggestions": matching.suggest(me, people, without=without) if me else [],
        "ask": ask or AskForm(people=free),
        "others": len(free),
        "slots": matching.slots_of(event.matchmaking),
        "ics": _ics_of(registration),
        "path": request.path,
    }
    return render(request, "events/matching.html", context)


def _with_other(meeting, registration):
    meeting.other = other_of(meeting, registration.pk)
    meeting.organisation = matching.organisation_of(meeting.other)
    return meeting


def _ics_of(registration):
    if registration.user_id:
        return address("matching_ics", registration.event.slug)
    return address("matching_guest_ics", registration.token)


def _describe(request, registration):
    form = ProfileForm.of(registration, typed(request))
    if form.is_valid():
        with saying(request):
            acts.describe(registration, **form.cleaned_data)
            messages.success(request, _("Saved. Now you can be found, and you see whom to meet."))
        return redirect(path_of(registration))
    return _show(request, registration, profile=form)


def _ask(request, registration):
    people = [person for person in matching.people_of(registration.event) if person.pk != registration.pk]
    form = AskForm(request.POST, people=people)
    if not form.is_valid():
        return _show(request, registration, ask=form)
    with saying(request):
        meeting = acts.ask(registration, form.other, line=form.cleaned_data["line"])
        if meeting.state == MeetingState.BOOKED:
            messages.success(request, _("They had asked you already: the meeting is booked."))
        else:
            messages.success(request, _("%(name)s gets your question by mail.") % {"name": form.other.name})
    return redirect(path_of(registration))


def _on_meeting(act, words):
    """A press on one of the participant's meetings."""

    def pressed(request, registration):
        pk = request.POST.get("meeting", "")
        mine = Meeting.objects.filter(Q(asker=registration) | Q(asked=registration))
        meeting = get_object_or_404(mine, pk=int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 10 else 0)
        try:
            with saying(request):
                act(meeting, registration=registration)
                messages.success(request, str(words))
        except PermissionDenied:
            raise Http404 from None
        return redirect(path_of(registration))

    return pressed


VERBS = {
    "profile": _describe,
    "ask": _ask,
    "accept": _on_meeting(acts.accept, gettext_lazy("The meeting is booked: it stands in your schedule.")),
    "decline": _on_meeting(acts.decline, gettext_lazy("You have declined. They get to know it.")),
    "cancel": _on_meeting(acts.cancel, gettext_lazy("Cancelled. The time is free again.")),
}
"""What a POST may do; anything else shows the page again."""


# ── The schedule as a calendar ───────────────────────────────────────────────────────────────────────────────────────
def _calendar(registration):
    body = calendar.calendar_of([], more=meeting_entries.entries_of(registration))
    disposition = f'attachment; filename="{registration.event.slug}-meetings.ics"'
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": disposition})


@private
@require_safe
def matching_ics(request, slug):
    _event, registration = _of_person(request, slug)
    if registration is None:
        raise Http404
    return _calendar(registration)


@by_token
@require_safe
def matching_guest_ics(request, token):
    return _calendar(_of_guest(token))


# ── The organiser ────────────────────────────────────────────────────────────────────────────────────────────────────
@private
@keeps_text
@form_view
def matching_keep(request, slug):
    """Setting the times, seeing who takes part and meets whom, and filling the schedule."""
    event = get_object_or_404(Event.objects.editable_by(request.user), slug=slug)
    row = Matchmaking.objects.filter(event=event).first()
    do = request.POST.get("do") if request.method == "POST" else ""
    times = TimesForm(request.POST if do == "times" else None, event=event, initial=_times(event, row) | kept(request))
    fill = FillForm(request.POST if do == "fill" else None)
    if times.is_valid() and saved(times, acts.set_times, event=event, by=request.user, **times.cleaned_data):
        messages.success(request, _("The times are saved."))
        return redirect("matching_keep", slug)
    if fill.is_valid():
        with saying(request):
            number = acts.fill(event, by=request.user, most=fill.cleaned_data["most"])
            messages.success(request, _("Meetings added: %(number)s.") % {"number": number})
        return redirect("matching_keep", slug)
    context = {"event": event, "row": row, "times": times, "fill": fill, **(_overview(event, row) if row else {})}
    return render(request, "events/matching_keep.html", context)


def _times(event, row):
    if row:
        return {name: getattr(row, name) for name in ("starts_at", "ends_at", "minutes", "tables")}
    return {"starts_at": event.starts_at, "ends_at": event.ends_at}


def _overview(event, row):
    meetings = event.meetings.filter(state=MeetingState.BOOKED).order_by("starts_at", "table")
    return {
        "slots": matching.slots_of(row),
        "takes_part": event.registrations.confirmed().exclude(profile=None).count(),
        "seats": event.registrations.confirmed().count(),
        "waiting": event.meetings.filter(state=MeetingState.ASKED).count(),
        "meetings": meetings.select_related("asker__actor", "asked__actor"),
        "results": follow_up.results(event),
    }


# ── What came of it ──────────────────────────────────────────────────────────────────────────────────────────────────
def _by_mail(view):
    """A page behind a key in a mail: no sign-in, no cookie for forms needed, kept by nobody."""

    @private
    @csrf_exempt
    @login_not_required
    @form_view
    @wraps(view)
    def guarded(request, token):
        answer = view(request, token)
        answer.headers["X-Robots-Tag"] = "noindex, nofollow"
        answer.headers["Referrer-Policy"] = "strict-origin"
        return answer

    return guarded


@_by_mail
def meeting_follow_up(request, token):
    """What came of my meetings: one press for each."""
    registration = follow_up.registration_of(token)
    if registration is None:
        raise Http404
    if request.method == "POST":
        pk, outcome = request.POST.get("meeting", ""), request.POST.get("outcome", "")
        if pk.isascii() and pk.isdigit() and len(pk) < 10:
            follow_up.answer(registration, int(pk), outcome)
        return redirect("meeting_follow_up", token)
    asked = follow_up.questions(registration)
    context = {"event": registration.event, "asked": asked, "outcomes": list(follow_up.OUTCOMES.items())}
    context["is_done"] = bool(asked) and all(one.outcome for one in asked)
    return render(request, "events/meeting_follow_up.html", context)
