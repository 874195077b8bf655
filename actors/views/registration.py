"""Register an organisation: number or name first, then you, a code, three skippable steps, preview, done."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import proofs
from accounts.actions import person_with
from actors import actions, numbers
from actors.actions import registration
from actors.forms import CanForm, CodeForm, DetailsForm, SeekForm, StartForm, WhereForm
from actors.models import Actor, ActorStatus
from actors.views import proving
from actors.views.actor import profile
from actors.views.editing import save_or_explain
from notifications import bell

private = cache_control(private=True, no_store=True)
form_view = require_http_methods(["GET", "HEAD", "POST"])

STEPS = {"can": CanForm, "seek": SeekForm, "where": WhereForm}
"""The skippable steps, in order."""
LABELS = {
    "start": gettext_lazy("Find"),
    "details": gettext_lazy("You"),
    "code": gettext_lazy("Code"),
    "can": gettext_lazy("Can"),
    "seek": gettext_lazy("Look for"),
    "where": gettext_lazy("Where"),
    "preview": gettext_lazy("Check and send"),
}
OPEN_STATES = (ActorStatus.DRAFT, ActorStatus.RETURNED)


def _steps(at, actor, *, signed_in):
    """The visible list: what is done, where one is; the steps of a draft can be gone back to."""
    keys = [key for key in LABELS if key != "code" or not signed_in or at == "code"]
    here = keys.index(at) if at in keys else len(keys)
    return [
        {
            "label": LABELS[key],
            "state": "done" if number < here else "current" if number == here else "",
            "url": reverse(f"registration_{key}", args=[actor.slug]) if actor and key in STEPS and at != "done" else "",
        }
        for number, key in enumerate(keys)
    ]


def _page(request, name, *, at, status=200, **context):
    steps = _steps(at, context.get("draft"), signed_in=request.user.is_authenticated)
    return render(request, f"actors/{name}.html", {"step": at, "steps": steps, **context}, status=status)


@login_not_required
@private
@sensitive_post_parameters("query")
@sensitive_variables()
@form_view
def start(request):
    form = StartForm(request.POST or None, initial={"query": proving.pending(request).get("query", "")})
    if request.method == "POST":
        if "sole_trader" in request.POST:
            name = form.cleaned_data["query"] if form.is_valid() and not form.number else ""
            return _go_on(request, query=name, number="", is_sole_trader=True)
        if form.is_valid():
            return _look_up(request, form)
    return _page(request, "register_start", at="start", form=form)


def _go_on(request, **values):
    proving.remember(request, claim="", **values)
    return redirect("registration_details")


def _look_up(request, form):
    text, number = form.cleaned_data["query"], form.number
    proving.remember(request, query=text, number=number, is_sole_trader=False, claim="")
    if number:
        holder = registration.holder_of(number)
        return _taken(request, holder) if holder else redirect("registration_details")
    alike = registration.published_like(text)
    if not alike or "new" in request.POST:
        return redirect("registration_details")
    return _page(request, "register_alike", at="start", alike=alike, query=text)


def _taken(request, actor):
    """The page that says "here already"; an actor that is not public is not described to a stranger."""
    seen = Actor.objects.visible_to(request.user).filter(pk=actor.pk).first()
    mine = Actor.objects.editable_by(request.user).filter(pk=actor.pk).exists()
    return _page(request, "register_taken", at="start", actor=seen, is_mine=mine, message=registration.ALREADY_HERE)


@login_not_required
@private
@form_view
def taken(request):
    """Where a person lands whose number was registered while the code was on its way."""
    holder = registration.holder_of(proving.pending(request).get("number"))
    return _taken(request, holder) if holder else redirect("registration_start")


@login_not_required
@private
@sensitive_post_parameters("organisation_number")
@sensitive_variables()
@form_view
def details(request):
    waiting = proving.pending(request)
    if "query" not in waiting:
        return redirect("registration_start")
    form = DetailsForm(
        request.POST or None,
        initial={**waiting, "name": waiting.get("name") or ("" if waiting.get("number") else waiting["query"])},
        known_number=bool(waiting.get("number")) or waiting.get("is_sole_trader", False),
        known_person=request.user.is_authenticated,
    )
    if request.method == "POST" and form.is_valid():
        return _keep_details(request, form)
    return _details(request, form)


def _details(request, form, status=200):
    waiting = proving.pending(request)
    number = numbers.written(waiting.get("number", "")) if "organisation_number" not in form.fields else ""
    return _page(request, "register_details", at="details", form=form, number=number, waiting=waiting, status=status)


def _keep_details(request, form):
    values = dict(form.cleaned_data)
    if "organisation_number" in values:
        values["number"] = values.pop("organisation_number")
    proving.remember(request, **values)
    holder = registration.holder_of(proving.pending(request).get("number"))
    if holder:
        return _taken(request, holder)
    try:
        if request.user.is_authenticated:
            return redirect(_make_draft(request, request.user))
        proving.send_code(request, values["email"])
    except proofs.TooMany as error:
        form.add_error(None, str(error))
        return _details(request, form, status=429)
    return redirect("registration_code")


def _make_draft(request, user):
    """The draft for what was typed; the URL to go on with. A number taken meanwhile loses nothing that was typed."""
    waiting = proving.pending(request)
    try:
        actor = registration.register_actor(
            by=user,
            name=waiting["name"],
            kind=waiting["kind"],
            organisation_number=waiting.get("number", ""),
            is_sole_trader=waiting.get("is_sole_trader", False),
        )
    except registration.AlreadyHere:
        return reverse("registration_taken")
    proving.forget(request)
    return reverse("registration_can", args=[actor.slug])


@login_not_required
@private
@form_view
def code(request):
    """The code from the mail; another device may read it, this page stays."""
    waiting = proving.pending(request)
    if "kind" not in waiting or not proving.is_waiting(request):
        return redirect("my_page" if request.user.is_authenticated else "registration_start")
    form = CodeForm(request.POST or None)
    answer, status = proving.answer_to_code(request, form, _prove)
    if answer:
        return answer
    return _page(request, "register_code", at="code", form=form, email=waiting["email"], status=status)


def _prove(request, code):
    proof = proving.checked_proof(request, code)
    waiting = proving.pending(request)
    with transaction.atomic():
        proofs.use_up(proof)
        user = person_with(email=proof.email, name=waiting.get("person", ""), language=proving.language())
        if user.is_active and not is_mfa_enabled(user):
            to = _make_draft(request, user)
        else:
            to = reverse("registration_details")  # the draft is made when the second factor was given
    return proving.sign_in(request, user, email=proof.email, to=to)


@login_not_required
@private
@require_POST
def code_again(request):
    """Send a new code to the same address; the old one ends."""
    waiting = proving.pending(request)
    if not waiting.get("email"):
        return redirect("registration_start")
    try:
        proving.send_code(request, waiting["email"])
        messages.success(request, _("A new code is on its way. The old one no longer works."))
    except proofs.TooMany as error:
        messages.error(request, str(error))
    return redirect("claim_code" if waiting.get("claim") else "registration_code")


def _mine(request, slug):
    return get_object_or_404(Actor.objects.editable_by(request.user), slug=slug)


@private
@form_view
def step(request, slug, key):
    actor = _mine(request, slug)
    if actor.status not in OPEN_STATES:
        return redirect("actor_edit", slug=slug)
    order = [*STEPS, "preview"]
    onward = order[order.index(key) + 1]
    to = reverse(f"registration_{onward}", args=[slug])
    form = STEPS[key](request.POST or None, instance=actor)
    if request.method == "POST":
        response = save_or_explain(request, form, to=to)
        if response:
            return response
    days = settings.DRAFT_DAYS
    return _page(request, "register_step", at=key, form=form, actor=actor, draft=actor, skip=to, draft_days=days)


@private
@form_view
def preview(request, slug):
    """The profile as the public will see it; POST sends it for review. A second POST changes nothing."""
    actor = _mine(request, slug)
    if request.method == "POST":
        return _submit(request, actor)
    if actor.status not in OPEN_STATES:
        return redirect("registration_done", slug=slug)
    shown = profile(actor) | {"is_public": True, "is_claimed": True, "heading": "h2"}
    return _page(request, "register_preview", at="preview", draft=actor, **shown)


def _submit(request, actor):
    done = redirect("registration_done", slug=actor.slug)
    if actor.status not in OPEN_STATES:
        return done
    try:
        with transaction.atomic():
            actions.submit(actor, by=request.user)
            actor.refresh_from_db()
            registration.send_receipt(actor, to=request.user, language=proving.language())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("registration_preview", slug=actor.slug)
    bell.tell_if_mail_may_wait(request)
    return done


@private
@require_http_methods(["GET", "HEAD"])
def done(request, slug):
    return _page(request, "register_done", at="done", actor=_mine(request, slug))
