"""Looking back on a run: the five questions, proposals for the method, and closing the run."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from missions.actions import learning as actions
from missions.actions import told
from missions.forms.learning import QUESTIONS, CloseForm, ProposalForm, ReviewForm, SettleForm
from missions.models import Method, Mission, ProposalState, RunState
from missions.views.frame import mission_to_change, mission_view, show
from missions.views.mission import reader_of
from missions.views.runs import run_of, tried
from platforms.actions import Frozen
from platforms.views.frame import form_view, typed

ANSWERS = {"yes": True, "no": False, "": None}


def _inside(request, slug, number):
    """The run, and what the reader may do; 404 for who may not read the mission's space."""
    mission = get_object_or_404(Mission.objects.visible_to(request.user).select_related("space"), slug=slug)
    reader = reader_of(mission, request.user)
    if not (reader["inside"] or reader["may_edit"]):
        raise Http404
    return run_of(mission, number), reader


@mission_view
@require_safe
def run_learning(request, slug, number):
    run, reader = _inside(request, slug, number)
    reviews = list(actions.reviews_of(run).order_by("pk"))
    is_shown = actions.are_shown(run)
    votes = {"yes": Count("votes", filter=Q(votes__is_for=True)), "no": Count("votes", filter=Q(votes__is_for=False))}
    proposals = list(run.proposals.select_related("by", "on_behalf_of").annotate(**votes).order_by("number"))
    mine = dict(run.proposals.filter(votes__user=request.user).values_list("pk", "votes__is_for"))
    names = {row.stage.slug: row.stage.name for row in run.stages.select_related("stage")}
    for proposal in proposals:
        proposal.mine, proposal.stage_name = mine.get(proposal.pk), names.get(proposal.stage, "")
    context = {
        "run": run,
        "answered": sum(review.answered_at is not None for review in reviews),
        "asked": len(reviews),
        "mine": next((review for review in reviews if review.user_id == request.user.pk), None),
        "is_shown": is_shown,
        "answers": grouped(reviews) if is_shown else [],
        "proposals": proposals,
        "is_open": run.state == RunState.REVIEWED,
        "method": run.method_version.method,
        "may_keep_method": Method.objects.editable_by(request.user).filter(pk=run.method_version.method_id).exists(),
        **reader,
    }
    return show(request, "missions/learning.html", run.mission, context, tab="runs")


def grouped(reviews):
    """(question, the answers to it with who gave them)."""
    return [
        (question, [(getattr(review, name), review) for review in reviews if getattr(review, name)])
        for name, question in QUESTIONS.items()
    ]


def _run_to_change(request, slug, number, *, lead=False):
    return run_of(mission_to_change(request, slug, lead=lead, ended=True), number)


@mission_view
@form_view
def run_review(request, slug, number):
    run = _run_to_change(request, slug, number)
    told.asked(request.user, run)
    mine = run.reviews.filter(user=request.user).first()
    form = ReviewForm(typed(request), initial={name: getattr(mine, name) for name in QUESTIONS} if mine else {})
    if form.is_valid() and tried(form, lambda: actions.answer_review(run, by=request.user, **form.cleaned_data)):
        messages.success(request, _("Thank you. Your answers are read when all are in."))
        return redirect("run_learning", slug, number)
    return show(request, "missions/review.html", run.mission, {"form": form, "run": run}, tab="runs")


@mission_view
@form_view
def proposal_new(request, slug, number):
    run = _run_to_change(request, slug, number)
    form = ProposalForm(typed(request), run=run, initial={"stage": request.GET.get("stage", "")})
    if form.is_valid() and tried(form, lambda: actions.propose(run, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The proposal is put to the space."))
        return redirect("run_learning", slug, number)
    return show(request, "missions/proposal.html", run.mission, {"form": form, "run": run}, tab="runs")


def _proposal(run, proposal):
    found = get_object_or_404(run.proposals, number=proposal)
    found.run = run
    return found


@mission_view
@require_POST
def proposal_vote(request, slug, number, proposal):
    found = _proposal(_run_to_change(request, slug, number), proposal)
    said = request.POST.get("for", "")
    if said not in ANSWERS:
        raise Http404
    try:
        actions.vote(found, by=request.user, is_for=ANSWERS[said])
    except Frozen:
        raise
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("run_learning", slug, number)


@mission_view
@form_view
def proposal_settle(request, slug, number, proposal):
    found = _proposal(_run_to_change(request, slug, number, lead=True), proposal)
    state = found.state if found.state != ProposalState.OPEN else None
    form = SettleForm(typed(request), initial={"state": state, "answer": found.answer})
    if form.is_valid() and tried(form, lambda: actions.settle(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The answer to the proposal is saved."))
        return redirect("run_learning", slug, number)
    return show(
        request, "missions/proposal_settle.html", found.run.mission, {"form": form, "proposal": found}, tab="runs"
    )


@mission_view
@form_view
def run_close(request, slug, number):
    run = _run_to_change(request, slug, number, lead=True)
    form = CloseForm(typed(request))
    if form.is_valid() and tried(form, lambda: actions.close(run, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The run is closed, and what came of it stands on its page."))
        return redirect(run)
    return show(request, "missions/run_close.html", run.mission, {"form": form, "run": run}, tab="runs")
