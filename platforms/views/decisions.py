"""Decisions of a space: the log, a proposal and its answers, and what came of it."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from platforms import decision_log as log
from platforms.actions import Frozen, Outdated, decisions
from platforms.actions.told import seen
from platforms.forms.decisions import AnswerForm, ProposalForm, RecordForm
from platforms.models import Answer, DecisionState, Way
from platforms.views.frame import conflict, form_view, must_write, room_or_404, show, space_view, typed
from web.exports import json_response, table_response
from web.markdown import render as markdown
from web.paging import number_in, page_of

PAGE_SIZE = 25


# ── The log ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@space_view
@require_safe
def decision_list(request, slug):
    room = room_or_404(request, slug)
    state = request.GET.get("state", "")
    if state and state not in DecisionState.values:
        raise BadRequest("No such state.")
    rows = (
        room.space.decisions.select_related("by", "on_behalf_of")
        .annotate(answered=Count("answers"))
        .order_by("-number")
    )
    page = page_of(rows.filter(state=state) if state else rows, number_in(request), PAGE_SIZE)
    for decision in page.rows:
        decision.space = room.space
    context = {"page": page, "state": state, "states": DecisionState.choices}
    return show(request, "platforms/decisions.html", room, context, tab="decisions")


@space_view
@require_safe
def decision_export(request, slug, format):
    room = room_or_404(request, slug)
    name = f"{timezone.localdate():%Y-%m-%d}-decisions.{format}"
    headings, rows = [str(label) for label in log.COLUMNS.values()], log.rows(room.space)
    if format in ("csv", "xlsx"):
        return table_response(name, _("Decisions"), headings, (list(row.values()) for row in rows))
    if format == "json":
        head = {"space": room.space.name, "made_at": timezone.now().isoformat(timespec="seconds")}
        return json_response(name, head, "decisions", rows)
    raise Http404


# ── Proposing ────────────────────────────────────────────────────────────────────────────────────────────────────────
@space_view
@form_view
def decision_new(request, slug):
    room = room_or_404(request, slug)
    must_write(room)
    form = ProposalForm(typed(request))
    if request.method == "POST" and form.is_valid():
        decision = decisions.propose(room.space, by=request.user, **form.text)
        messages.success(request, _("The proposal has been put to the space."))
        return redirect(decision)
    return show(request, "platforms/decision_form.html", room, {"form": form}, tab="decisions")


def _decision(room, number):
    decision = get_object_or_404(room.space.decisions.select_related("by", "on_behalf_of", "decided_by"), number=number)
    decision.space = room.space
    return decision


@space_view
@form_view
def decision_edit(request, slug, number):
    room = room_or_404(request, slug)
    decision = _decision(room, number)
    must_write(room)
    form = ProposalForm.of(decision, typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            decisions.edit(decision, by=request.user, version=form.cleaned_data["version"], **form.text)
        except Outdated as error:
            return conflict(request, room, form, ProposalForm.of, error.current, tab="decisions")
        except Frozen:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The proposal has been changed."))
            return redirect(decision)
    context = {"form": form, "decision": decision, "why_not": _why_not_edited(decision, room)}
    return show(request, "platforms/decision_form.html", room, context, tab="decisions")


def _why_not_edited(decision, room):
    if not decision.is_open:
        return decisions.IS_RECORDED
    if not (room.leads or decision.by_id == room.user.pk):
        return decisions.NOT_YOURS
    return decisions.IS_ANSWERED if decision.answers.exists() else ""


# ── One decision, and answering ──────────────────────────────────────────────────────────────────────────────────────
@space_view
@form_view
def decision(request, slug, number):
    room = room_or_404(request, slug)
    found = _decision(room, number)
    seen(request.user, found)
    answers = list(found.answers.select_related("user", "on_behalf_of"))
    mine = next((one for one in answers if one.user_id == request.user.pk), None)
    initial = {"answer": mine.answer, "comment": mine.comment} if mine else {}
    form = AnswerForm(typed(request), initial=initial, way=found.way)
    if request.method == "POST":
        must_write(room)
        if form.is_valid() and _answered(form, found, room):
            messages.success(request, _("Your answer is saved. You can change it until the outcome is recorded."))
            return redirect(found)
    context = _facts(found, answers) | {"mine": mine, "form": form, **_may(found, room, answers)}
    return show(request, "platforms/decision.html", room, context, tab="decisions")


def _answered(form, found, room):
    try:
        decisions.answer(found, by=room.user, **form.cleaned_data)
    except Frozen:
        raise
    except ValidationError as error:
        form.add_error(None, error)
    return not form.errors


def _may(found, room, answers):
    """What the person may do with the decision now."""
    writes = room.may_write and found.is_open
    mine = found.by_id == room.user.pk
    return {
        "may_answer": writes and found.is_decided_by(room.member),
        "may_edit": writes and (room.leads or mine) and not answers,
        "may_record": writes and room.leads,
        "may_withdraw": writes and mine and not room.leads,
    }


def _facts(found, answers):
    tally = Counter(one.answer for one in answers)
    return {
        "decision": found,
        "proposal": markdown(found.proposal),
        "answers": answers,
        "tally": [(choice, label, tally[choice]) for choice, label in words(found)],
        "objections": [one for one in answers if one.answer == Answer.NO] if found.way == Way.CONSENT else [],
        "organisations": _by_organisation(answers),
        "presences": found.presences.select_related("on_behalf_of") if not found.is_open else [],
        "tasks": found.tasks.select_related("owner").order_by("number")[:20],
    }


def words(found):
    """The answers in the words of the way it is decided."""
    if found.way == Way.CONSENT:
        return [(Answer.YES, _("can live with it")), (Answer.NO, _("object")), (Answer.ABSTAIN, _("abstain"))]
    return [(Answer.YES, _("yes")), (Answer.NO, _("no")), (Answer.ABSTAIN, _("abstain"))]


def _by_organisation(answers):
    """What each organisation's people said: (organisation or None, yes, no, abstain), by name."""
    found = {}
    for one in answers:
        found.setdefault(one.on_behalf_of, Counter())[one.answer] += 1
    ordered = sorted(found.items(), key=lambda pair: (pair[0] is None, str(pair[0]).casefold()))
    return [(actor, *(said[choice] for choice in Answer.values)) for actor, said in ordered]


# ── Writing down the outcome ─────────────────────────────────────────────────────────────────────────────────────────
@space_view
@form_view
def decision_record(request, slug, number):
    room = room_or_404(request, slug)
    found = _decision(room, number)
    must_write(room)
    may = _may(found, room, [])
    form = RecordForm(
        typed(request),
        space=room.space,
        may_only_withdraw=not room.leads,
        initial={"state": _proposed_outcome(found)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            decisions.record(found, by=request.user, **form.cleaned_data)
        except Frozen:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The outcome is in the decision log."))
            return redirect(found)
    why_not = "" if may["may_record"] or may["may_withdraw"] else _why_not_recorded(found)
    answers = list(found.answers.select_related("user", "on_behalf_of"))
    context = _facts(found, answers) | {"form": form, "why_not": why_not}
    return show(request, "platforms/decision_record.html", room, context, tab="decisions")


def _why_not_recorded(found):
    return decisions.RECORDERS if found.is_open else decisions.IS_RECORDED


def _proposed_outcome(found):
    """What the answers come to, as a first suggestion."""
    tally = decisions.tally_of(found)
    if found.way == Way.VOTE:
        return decisions.outcome_of(tally)
    return DecisionState.REJECTED if tally[Answer.NO] else DecisionState.DECIDED
