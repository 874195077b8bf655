"""The page of an invitation: one address, one next step for whoever stands there. GET and HEAD change nothing.

The token is a key. The pages are kept by nobody, and the browser tells their address to nobody, our own pages
included: `strict-origin` (with `no-referrer` a browser would send forms without their origin, and they are refused).
"""

from functools import wraps

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control

from accounts import proofs
from accounts.actions import person_with
from accounts.models import Tally
from actors.forms import CodeForm
from actors.views.proving import language, sign_in
from notifications import bell
from platforms.actions import doorstep, invitations, requests
from platforms.actions.doorstep import Link, Step, Who
from platforms.actions.invitations import Unfit
from platforms.forms.invitations import DeclineForm, NameForm, PassOnForm
from platforms.models import JoinRequest, RequestState
from platforms.views import proving
from platforms.views.frame import form_view, typed
from web.limits import client_address

FRESH_A_DAY, FRESH_PER_CLIENT = 3, 30
ENOUGH = gettext_lazy("A fresh mail has been sent several times today. Look among unwanted mail, or try tomorrow.")
HEADERS = {"Referrer-Policy": "strict-origin", "X-Robots-Tag": "noindex, nofollow"}


def by_token(view):
    """A page whose address is a key: no sign-in, no copies, no trace of the address."""

    @login_not_required
    @cache_control(private=True, no_store=True)
    @form_view
    @wraps(view)
    def guarded(request, token):
        response = view(request, token)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return guarded


def unknown(request):
    """The same for every token that never was: why links break, and where to go on."""
    return render(request, "platforms/invitation_unknown.html", status=404)


@by_token
def invitation(request, token):
    at = doorstep.stand(token, request.user)
    if at is None:
        return unknown(request)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    verb = VERBS.get(at.step, {}).get(do)
    return verb(request, token, at) if verb else show(request, at)


def show(request, at, *, status=200, **context):
    """The page for where one stands; what is said of the space is the least that one needs."""
    if at.step == Step.PROVE and "form" not in context:
        context["form"], context["code"] = _first_form(request, at.invitation)
    if at.step in (Step.SWITCH, Step.ASK):
        context["has_asked"] = _has_asked(request.user, at.invitation.space)
    return render(request, "platforms/invitation.html", {"at": at, **_told(at), **context}, status=status)


def _told(at):
    """A living invitation says who invited to what; of a dead one only those hear the name who are in."""
    names = at.link == Link.NEW or at.who == Who.MEMBER
    return {
        "invitation": at.invitation,
        "space": at.invitation.space if names else None,
        "passes_on": at.link == Link.NEW and invitations.may_be_passed_on(at.invitation),
    }


def _has_asked(user, space):
    return JoinRequest.objects.filter(user=user, space=space, state=RequestState.OPEN).exists()


def _first_form(request, row):
    """The form of the code while one is waited for, else that of the name; and whether it is the code's."""
    if proving.waiting(request, row):
        return CodeForm(), True
    name = request.user.name if request.user.is_authenticated else row.name
    return NameForm(initial={"name": name}), False


def _explain(request, error):
    messages.error(request, error.message)
    return redirect(request.path)


def _inside(request, member):
    """The first page inside: the first ten minutes, or the space for somebody who was there before."""
    return redirect("space" if member.welcomed_at else "space_welcome", member.space.slug)


def _accept(request, token, at):
    try:
        return _inside(request, invitations.accept(at.invitation, by=request.user))
    except Unfit as error:
        return _explain(request, error)


def _send_code(request, token, at):
    form = NameForm(request.POST)
    if not form.is_valid():
        return show(request, at, form=form)
    try:
        proving.send_code(request, at.invitation, at.invitation.email, name=form.cleaned_data["name"])
    except proofs.TooMany as error:
        form.add_error(None, str(error))
        return show(request, at, form=form, status=429)
    return redirect(request.path)


def _prove(request, token, at):
    """The code is right: the person is signed in and inside. With a second factor, that is asked for first."""
    row = at.invitation
    form, proof, status = proving.judged_code(request, row)
    if proof is None:
        return show(request, at, form=form, code=True, status=status)
    name = proving.waiting(request, row).get("name", "")
    try:
        with transaction.atomic():
            proofs.use_up(proof)
            user = person_with(email=proof.email, name=name, language=language())
            inside = user.is_active and not is_mfa_enabled(user)
            to = _inside(request, invitations.accept(row, by=user)).url if inside else request.path
    except (Unfit, proofs.BadCode) as error:
        messages.error(request, str(getattr(error, "message", error)))
        return redirect(request.path)
    proving.forget(request, row)
    return sign_in(request, user, email=proof.email, to=to)


def _start_over(request, token, at):
    proving.forget(request, at.invitation)
    return redirect(request.path)


def _code_again(request, token, at):
    kept = proving.waiting(request, at.invitation)
    if not kept:
        return redirect(request.path)
    try:
        proving.send_code(request, at.invitation, at.invitation.email, name=kept.get("name", ""))
        messages.success(request, _("A new code is on its way."))
    except proofs.TooMany as error:
        messages.error(request, str(error))
    return redirect(request.path)


def _switch(request, token, at):
    logout(request)
    return redirect(request.path)


def _fresh(request, token, at):
    """Send the invitation again to its own address; limits count the invitation and the client."""
    spend, day = Tally.objects.spend, proofs.HOUR * 24
    few = spend("invitation.fresh.client", client_address(request), limit=FRESH_PER_CLIENT, per=day)
    if not few or not spend("invitation.fresh", at.invitation.pk, limit=FRESH_A_DAY, per=day):
        messages.error(request, ENOUGH)
        return redirect(request.path)
    try:
        invitations.renew(at.invitation)
    except Unfit as error:
        return _explain(request, error)
    bell.tell_if_mail_may_wait(request)
    return render(request, "platforms/invitation_done.html", {"what": "fresh", "invitation": at.invitation})


def _ask(request, token, at):
    """Whoever got the mail from somebody else, or has changed their mind, asks the coordinators."""
    try:
        requests.ask_to_join(at.invitation.space, by=request.user)
    except requests.Shut:
        return redirect(request.path)  # the page says what is the matter now
    messages.success(request, _("The coordinators have been asked. You get a mail when they have answered."))
    return redirect(request.path)


VERBS = {
    Step.JOIN: {"accept": _accept},
    Step.PROVE: {"code": _send_code, "prove": _prove, "again": _code_again, "over": _start_over},
    Step.SWITCH: {"switch": _switch, "ask": _ask},
    Step.FRESH: {"fresh": _fresh},
    Step.ASK: {"ask": _ask},
}
"""What a POST may do at each step; anything else shows the page again."""


# ── No, thank you; and the right colleague ───────────────────────────────────────────────────────────────────────────
@by_token
def decline(request, token):
    """Say no. The link is enough, but a reason must be chosen, which no scanner does."""
    at = doorstep.stand(token, request.user)
    if at is None:
        return unknown(request)
    if at.link != Link.NEW or at.who == Who.MEMBER:
        return redirect("invitation", token)
    form = DeclineForm(typed(request))
    if form.is_valid():
        try:
            invitations.decline(at.invitation, reason=form.reason)
        except Unfit:
            return redirect("invitation", token)
        return render(request, "platforms/invitation_done.html", {"what": "declined", "invitation": at.invitation})
    return render(request, "platforms/invitation_decline.html", {"form": form, "token": token, **_told(at)})


@by_token
def pass_on(request, token):
    """Name the right colleague: only whoever reads the invited address can, since it lets somebody else in."""
    at = doorstep.stand(token, request.user)
    if at is None:
        return unknown(request)
    if at.step not in (Step.JOIN, Step.PROVE) or not invitations.may_be_passed_on(at.invitation):
        return redirect("invitation", token)
    kept = proving.waiting(request, at.invitation)
    if at.step == Step.PROVE and kept.get("colleague") and request.POST.get("do") != "over":
        return _pass_on_with_code(request, token, at, kept)
    form = PassOnForm(request.POST if request.POST.get("do") == "name" else None, initial=kept)
    status = 200
    if form.is_bound and form.is_valid():
        colleague = {"name": form.cleaned_data["name"], "email": form.cleaned_data["email"]}
        if at.step == Step.JOIN:
            return _passed_on(request, token, at, colleague, form)
        try:
            proving.send_code(request, at.invitation, at.invitation.email, colleague=colleague)
            return redirect(request.path)
        except proofs.TooMany as error:
            form.add_error(None, str(error))
            status = 429
    return _pass_on_page(request, token, at, form, status=status)


def _pass_on_page(request, token, at, form, *, code=False, status=200):
    context = {"form": form, "code": code, "token": token, **_told(at)}
    return render(request, "platforms/invitation_pass_on.html", context, status=status)


def _pass_on_with_code(request, token, at, kept):
    if request.POST.get("do") != "prove":
        return _pass_on_page(request, token, at, CodeForm(), code=True)
    form, proof, status = proving.judged_code(request, at.invitation)
    if proof is None:
        return _pass_on_page(request, token, at, form, code=True, status=status)
    with transaction.atomic():
        proofs.use_up(proof)
    proving.forget(request, at.invitation)
    return _passed_on(request, token, at, kept["colleague"], PassOnForm(kept["colleague"]))


def _passed_on(request, token, at, colleague, form):
    try:
        invitations.pass_on(at.invitation, **colleague)
    except Unfit as error:
        form.is_valid()
        form.add_error("email", error)
        return _pass_on_page(request, token, at, form)
    return render(request, "platforms/invitation_done.html", {"what": "passed on", "invitation": at.invitation})
