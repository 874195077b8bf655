"""Ask to edit a profile that is in the register already."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from accounts import proofs
from accounts.actions import person_with
from actors import actions
from actors.actions import registration
from actors.forms import ClaimForm, CodeForm
from actors.models import Actor, Claim, ClaimState, RepresentativeRole
from actors.views import proving
from notifications import bell

private = cache_control(private=True, no_store=True)
form_view = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@private
@form_view
def claim(request, slug):
    actor = get_object_or_404(Actor.objects.published(), slug=slug)
    if request.user.is_authenticated and actor.representatives.filter(user=request.user).exists():
        return redirect("actor_edit", slug=slug)
    waiting = proving.pending(request)
    form = ClaimForm(request.POST or None, initial=waiting, known_person=request.user.is_authenticated)
    status = 200
    if request.method == "POST" and form.is_valid():
        proving.remember(request, claim=slug, **form.cleaned_data)
        try:
            if request.user.is_authenticated:
                to = _ask(request, request.user, actor)
                bell.tell_if_mail_may_wait(request)
                return redirect(to)
            proving.send_code(request, form.cleaned_data["email"])
            return redirect("claim_code")
        except proofs.TooMany as error:
            form.add_error(None, str(error))
            status = 429
    return render(request, "actors/claim.html", {"form": form, "actor": actor}, status=status)


def _ask(request, user, actor):
    message = proving.pending(request).get("message", "")
    registration.claim_actor(actor, by=user, message=message, language=proving.language())
    proving.forget(request)
    return reverse("claim_done", args=[actor.slug])


@login_not_required
@private
@form_view
def code(request):
    waiting = proving.pending(request)
    if not waiting.get("claim") or not proving.is_waiting(request):
        return redirect("my_page" if request.user.is_authenticated else "actor_list")
    form = CodeForm(request.POST or None)
    answer, status = proving.answer_to_code(request, form, _prove)
    if answer:
        return answer
    context = {"form": form, "email": waiting["email"], "claim": waiting["claim"]}
    return render(request, "actors/register_code.html", context, status=status)


def _prove(request, code):
    proof = proving.checked_proof(request, code)
    waiting = proving.pending(request)
    actor = get_object_or_404(Actor.objects.published(), slug=waiting["claim"])
    with transaction.atomic():
        proofs.use_up(proof)
        user = person_with(email=proof.email, name=waiting.get("person", ""), language=proving.language())
        if user.is_active and not is_mfa_enabled(user):
            to = _ask(request, user, actor)
        else:
            to = reverse("actor_claim", args=[actor.slug])  # asked again when the second factor was given
    bell.tell_if_mail_may_wait(request)
    return proving.sign_in(request, user, email=proof.email, to=to)


@private
@require_http_methods(["GET", "HEAD"])
def done(request, slug):
    claims = Claim.objects.select_related("actor").filter(user=request.user, actor__slug=slug)
    claim = get_object_or_404(claims.order_by("-pk")[:1])
    context = {"claim": claim, "has_owner": claim.actor.representatives.exists()}
    return render(request, "actors/claim_done.html", context)


@private
@require_POST
def decide(request, pk):
    """An owner answers a colleague who asks to edit."""
    owned = request.user.represents.filter(role=RepresentativeRole.OWNER).values("actor")
    claim = get_object_or_404(Claim.objects.filter(actor__in=owned, state=ClaimState.OPEN), pk=pk)
    try:
        if request.POST.get("answer") == "approve":
            actions.approve_claim(claim, by=request.user)
            messages.success(request, _("%(person)s may now edit the profile.") % {"person": claim.user})
        elif request.POST.get("answer") == "refuse":
            reason = _("An owner of the profile said no.")
            actions.refuse_claim(claim, by=request.user, reason=reason)
            messages.success(request, _("The request is refused. The person gets a mail."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("my_page")
