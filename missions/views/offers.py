"""Offers from outside: making one on a public mission, the page where it is followed, and the coordinators' answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from missions.actions import offers
from missions.actions.promises import seen
from missions.forms.offers import OfferAnswerForm, OfferForm, represented_by
from missions.models import Commitment, CommitmentState, Mission
from missions.views.frame import mission_to_change, mission_view, saved, show
from platforms.actions.rooms import NoEntry
from platforms.views.frame import form_view, saying, typed
from web.kept import keeps_text

private = cache_control(private=True, no_store=True)


@login_not_required
@private
@keeps_text
@form_view
def mission_offer(request, slug):
    """“We want to contribute”: for who speaks for an organisation; others are told how they come to do so."""
    mission = get_object_or_404(Mission.objects.published(), slug=slug)
    ours = represented_by(request.user) if request.user.is_authenticated else []
    is_open = offers.takes_offers(mission)
    if not ours or (not is_open and request.method != "POST"):
        written = request.POST.get("text", "")[:300]
        return show(request, "missions/offer_door.html", mission, {"takes_offers": is_open, "written": written})
    form = OfferForm(typed(request), actors=ours)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and saved(form, offers.offer, mission=mission, by=request.user, **form.cleaned_data):
        made = mission.commitments.filter(offered_by=request.user).latest("number")
        return redirect("offer", slug, made.number)
    waiting = mission.commitments.waiting().filter(actor__in=ours).select_related("actor")
    context = {"form": form, "waiting": waiting, "only": len(ours) == 1 and ours[0]}
    return show(request, "missions/offer_form.html", mission, context)


def _ours(request, slug, number):
    rows = Commitment.objects.offered_by(request.user).select_related("mission", "actor", "offered_by")
    return get_object_or_404(rows, mission__slug=slug, number=number)


@private
@require_safe
def offer(request, slug, number):
    """What became of an offer, for its organisation; withdrawing it while it waits."""
    found = _ours(request, slug, number)
    is_told = Mission.objects.visible_to(request.user).filter(pk=found.mission_id).exists()
    return render(request, "missions/offer.html", {"offer": found, "mission": found.mission, "is_told": is_told})


@private
@require_POST
def offer_withdraw(request, slug, number):
    found = _ours(request, slug, number)
    try:
        with saying(request):
            offers.withdraw(found, by=request.user)
            messages.success(request, _("The offer has been withdrawn."))
    except NoEntry:
        raise Http404 from None
    return redirect("offer", slug, number)


@mission_view
@form_view
def offer_answer(request, slug, number):
    """A coordinator accepts an offer into a wave, or says no with words."""
    mission = mission_to_change(request, slug, lead=True)
    rows = mission.commitments.exclude(offered_by=None).select_related("actor", "offered_by")
    found = get_object_or_404(rows, number=number)
    found.mission = mission
    seen(request.user, [found])
    form = OfferAnswerForm(typed(request))
    if request.method == "POST" and form.is_valid() and saved(form, _answer, found=found, form=form, by=request.user):
        messages.success(request, _("The organisation gets your answer in a mail."))
        return redirect("mission_portfolio", slug)
    context = {"form": form, "offer": found, "waits": found.state == CommitmentState.OFFERED}
    return show(request, "missions/offer_answer.html", mission, context, tab="mission_portfolio")


def _answer(*, found, form, by):
    if form.accepts:
        offers.accept(found, by=by, wave=form.cleaned_data["wave"], answer=form.cleaned_data["words"])
    else:
        offers.decline(found, by=by, answer=form.cleaned_data["words"])
