"""Signing up to an event: a guest with a code, a person with one press, and a colleague."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import proofs
from accounts.models import Tally
from actors.forms import CodeForm
from actors.views.proving import language, sign_in
from events.actions import inviting, seats
from events.forms.registration import ColleagueForm, GuestForm, PersonForm, asked_of, spoken_for
from events.models import Audience, Event, QuestionKind
from events.views.seat_pages import open_page, private
from notifications import bell
from platforms.views import proving
from platforms.views.frame import form_view, typed
from web.kept import keeps_text, kept

COLLEAGUES_A_DAY = 30
ENOUGH = gettext_lazy("You have signed up many colleagues today. Wait until tomorrow, or let them sign up themselves.")


@open_page
def sign_up(request, event):
    """The form, or the way to one's seat for who is signed up already."""
    if request.user.is_authenticated:
        return _for_person(request, event)
    form = GuestForm(typed(request), questions=event.questions.all(), initial=proving.waiting(request, event))
    at = _standing(event)
    status = 200
    if form.is_bound and at["is_open"] and form.is_valid():
        try:
            proving.send_code(request, event, **_kept(form))
            return redirect("event_sign_up_code", event.slug)
        except proofs.TooMany as error:
            form.add_error(None, str(error))
            status = 429
    return _page(request, event, form, at, status=status)


def _kept(form):
    """What waits in the session until the address is proven."""
    answers = {str(key): text for key, text in form.answers.items()}
    return {**{name: form.cleaned_data[name] for name in ("name", "email", "organisation")}, "answers": answers}


def _standing(event, there=None):
    """What the page says before anybody signs up: whether it can be done, and whether there is a seat."""
    there = there or seats.crowd(event)
    shut = seats.why_shut(event, there.now)
    is_full = there.free is not None and (there.free < 1 or there.waiting > 0)
    no_way = is_full and (not event.has_waiting_list or there.now >= event.starts_at)
    return {
        "is_open": not shut and not no_way,
        "why": shut[1] if shut else seats.FULL if no_way else "",
        "is_full": is_full,
        "free": there.free,
        "next_number": there.waiting + 1,
    }


def _page(request, event, form, at, *, status=200, **more):
    context = {"event": event, "form": form, "at": at, **more}
    return render(request, "events/sign_up.html", context, status=status)


def _for_person(request, event):
    user = request.user
    there = seats.crowd(event, user) if request.method != "POST" else None
    if there and there.is_known and (row := event.registrations.active().of(user).first()):
        return redirect("event_seat", row.token)
    if request.method == "GET":
        inviting.seen(user, event)
    form = PersonForm(typed(request), user=user, **asked_of(event, user))
    if form.is_bound and form.is_valid():
        try:
            return _seated(request, *_sign_up_person(form, event, user))
        except ValidationError as error:
            form.add_error(None, error)
    brings = event.audience == Audience.PUBLIC
    return _page(request, event, form, _standing(event, there), brings_colleagues=brings)


def _sign_up_person(form, event, user):
    name = form.cleaned_data.get("name") or user.name
    facts = {"name": name, "email": user.email, "language": language(), "answers": form.answers}
    return seats.sign_up(event, user=user, **facts, **form.on_behalf_of)


def _seated(request, row, is_new):
    """On to one's seat, which says how one stands."""
    if not is_new:
        messages.info(request, _("You are signed up already. Nothing was changed."))
    bell.tell_if_mail_may_wait(request)
    return redirect("event_seat", row.token)


# ── The code of a guest ──────────────────────────────────────────────────────────────────────────────────────────────
@open_page
def code(request, event):
    """The code from the mail. Whoever turns out to have an account is signed in, as by any code."""
    if not proving.waiting(request, event):
        return redirect("event_sign_up", event.slug)
    if request.POST.get("do") == "again":
        return _code_again(request, event)
    form, status = CodeForm(), 200
    if request.method == "POST":
        form, proof, status = proving.judged_code(request, event)
        if proof:
            return _prove(request, event, proof)
    return _code_page(request, event, form, status)


def _code_page(request, event, form, status):
    context = {"event": event, "form": form, "email": proving.waiting(request, event)["email"]}
    return render(request, "events/sign_up_code.html", context, status=status)


def _prove(request, event, proof):
    typed_before = proving.waiting(request, event)
    answers = {int(key): text for key, text in typed_before["answers"].items()}
    user = seats.person_behind(proof.email)
    facts = {"name": typed_before["name"], "organisation": typed_before["organisation"], "answers": answers}
    try:
        with transaction.atomic():
            proofs.use_up(proof)
            row, is_new = seats.sign_up(event, user=user, email=proof.email, language=language(), **facts)
    except (ValidationError, proofs.BadCode) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        return redirect("event_sign_up", event.slug)
    proving.forget(request, event)
    answer = _seated(request, row, is_new)
    return sign_in(request, user, email=proof.email, to=answer.url) if user else answer


def _code_again(request, event):
    before = {key: value for key, value in proving.waiting(request, event).items() if key != "proof"}
    try:
        proving.send_code(request, event, **before)
        messages.success(request, _("A new code is on its way. The old one no longer works."))
    except proofs.TooMany as error:
        messages.error(request, str(error))
    return redirect("event_sign_up_code", event.slug)


# ── A colleague ──────────────────────────────────────────────────────────────────────────────────────────────────────
@private
@keeps_text
@form_view
def sign_up_colleague(request, slug):
    """Somebody who is signed in signs up a colleague to a public event. The answer is the same whether or not the
    colleague was signed up before."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    if event.audience != Audience.PUBLIC:
        raise Http404
    questions = event.questions.exclude(kind=QuestionKind.CARE)
    actors = spoken_for(request.user)
    form = ColleagueForm(typed(request), questions=questions, actors=actors, initial=kept(request))
    at, status = _standing(event), 200
    if form.is_bound and at["is_open"] and form.is_valid():
        try:
            _sign_up_colleague(form, event, request.user)
            messages.success(request, _("Your colleague is signed up, and gets a mail that says so."))
            return redirect("event_sign_up_colleague", slug)
        except (ValidationError, proofs.TooMany) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
            status = 429 if isinstance(error, proofs.TooMany) else 200
    context = {"event": event, "form": form, "at": at, "is_kept": bool(kept(request))}
    return render(request, "events/sign_up_colleague.html", context, status=status)


def _sign_up_colleague(form, event, user):
    """The number of a day is counted outside of the transaction, so that it stays counted."""
    if not Tally.objects.spend("event.colleague", user.pk, limit=COLLEAGUES_A_DAY, per=proofs.HOUR * 24):
        raise proofs.TooMany(ENOUGH)
    email, name = form.cleaned_data["email"], form.cleaned_data["name"]
    facts = {"name": name, "email": email, "language": language(), "answers": form.answers, "by": user}
    return seats.sign_up(event, user=seats.person_behind(email), **facts, **form.on_behalf_of)
