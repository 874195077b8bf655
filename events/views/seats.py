"""One's own seat: how one stands, leaving, taking a seat that became free; and all of one's events."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.actions import seats
from events.actions.seat_told import seen
from events.calendar import calendar_of
from events.forms.registration import SeatForm
from events.models import RegistrationState
from events.my_events import coming_of, past_of
from events.views.calendars import calendar_file
from events.views.seat_pages import by_link, private
from notifications import bell


@by_link
def seat(request, row):
    """GET shows how one stands; what is pressed is done, and shown."""
    verb = VERBS.get(request.POST.get("do", "")) if request.method == "POST" else None
    return verb(request, row) if verb else _show(request, row)


def _show(request, row, form=None):
    if request.user.is_authenticated and request.method == "GET":
        seen(request.user, row)
    event = row.event
    form = form or _form(row, initial=_said(row))
    over = timezone.now() >= event.ends_at
    may_come_back = row.state == seats.LEFT and seats.why_shut(event, timezone.now()) is None
    context = {"seat": row, "event": event, "form": form, "is_over": over, "may_come_back": may_come_back}
    return render(request, "events/seat.html", context)


@by_link
def seat_ics(request, row):
    """The entry of one's own seat for a calendar, with the video link for who has it."""
    if not row.is_active:
        raise Http404
    mine = [row.event_id] if row.state == RegistrationState.CONFIRMED else []
    return calendar_file(calendar_of([row.event], mine=mine, waiting=[] if mine else [row.event_id]), row.event.slug)


def _form(row, *data, **more):
    return SeatForm(*data, questions=row.event.questions.all(), for_actor=bool(row.actor_id), **more)


def _said(row):
    answers = {f"question_{one.question.number}": one.text for one in row.answers.select_related("question")}
    return {"organisation": row.organisation, "is_listed": row.is_listed, **answers}


def _done(request, row, act, words):
    """Do it, and say it on the same page."""
    try:
        act(row)
        messages.success(request, words)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    bell.tell_if_mail_may_wait(request)
    return redirect(request.path)


def _leave(request, row):
    return _done(request, row, seats.leave, _("You have left the event. Somebody else can have your place."))


def _take(request, row):
    return _done(request, row, seats.take_offer, _("The seat is yours."))


def _decline(request, row):
    return _done(request, row, seats.decline_offer, _("You have said no to the seat. It goes to the next in line."))


def _change(request, row):
    form = _form(row, request.POST)
    if not form.is_valid():
        return _show(request, row, form)
    data = form.cleaned_data
    facts = {"organisation": data.get("organisation", ""), "is_listed": data["is_listed"], "answers": form.answers}
    return _done(request, row, lambda row: seats.change(row, **facts), _("Saved."))


def _come_back(request, row):
    """A seat again, or the end of the waiting list, with what was said before."""
    facts = {name: getattr(row, name) for name in ("name", "email", "language", "organisation", "user", "actor")}
    if row.user_id and row.actor_id:
        facts["actor"] = row.actor if seats.speaks(row.user, row.actor) else None
    return _done(request, row, lambda row: seats.sign_up(row.event, **facts), _("Welcome back."))


def _forget(request, row):
    """A guest takes out everything; then there is no page for it any more."""
    if row.user_id:
        return redirect(request.path)
    event = row.event
    seats.forget(row)
    return render(request, "events/seat_forgotten.html", {"event": event})


VERBS = {
    "leave": _leave,
    "take": _take,
    "decline": _decline,
    "change": _change,
    "back": _come_back,
    "forget": _forget,
}
"""What a POST may do; anything else shows the page."""


@private
@require_safe
def my_events(request):
    """What one comes to and waits for, and what one was at."""
    context = {"coming": coming_of(request.user), "past": past_of(request.user)}
    return render(request, "events/my_events.html", context)
