"""The theory of change on the way: a statement, what it leads to, and the evidence for or against it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from missions import things
from missions.actions import argument as actions
from missions.forms.argument import EvidenceForm, StatementForm
from missions.views.frame import conflict, mission_to_change, mission_view, show
from platforms.actions import Frozen, Outdated
from platforms.views.frame import form_view, typed


def _statement(mission, number):
    rows = mission.statements.select_related("owner", "owner_actor")
    found = get_object_or_404(rows, number=number)
    found.mission = mission
    return found


def _done(request, mission, words, number=None):
    """Back to the mission's page, where the statement stands."""
    messages.success(request, words)
    return redirect(f"{mission.get_absolute_url()}#{f's{number}' if number else 'change'}")


@mission_view
@form_view
def statement_new(request, slug):
    mission = mission_to_change(request, slug)
    form = StatementForm(typed(request), mission=mission)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(mission, by=request.user, leads_to=form.numbers, **form.values)
        except Frozen:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _done(request, mission, _("The statement is in the theory of change."), made.number)
    return show(request, "missions/statement.html", mission, {"form": form})


@mission_view
@form_view
def statement(request, slug, number):
    mission = mission_to_change(request, slug)
    found = _statement(mission, number)
    form = StatementForm.of(found, typed(request))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.edit(found, by=request.user, version=version, leads_to=form.numbers, **form.values)
        except Outdated as error:
            return conflict(request, mission, form, StatementForm.of, error.current)
        except Frozen:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _done(request, mission, _("The statement is saved."), number)
    context = {"form": form, "statement": found, "evidence": _evidence(found)}
    return show(request, "missions/statement.html", mission, context)


def _evidence(found):
    """The evidence of a statement for those who work on it: they may read the mission's space, and none beside it."""
    return things.show(list(found.evidence.select_related(*things.SELECTED)), found.mission, inside=True)


@mission_view
@form_view
def statement_remove(request, slug, number):
    mission = mission_to_change(request, slug)
    found = _statement(mission, number)
    if request.method == "POST":
        actions.remove(found, by=request.user)
        return _done(request, mission, _("The statement is removed."))
    context = {
        "statement": found,
        "evidence": found.evidence.count(),
        "links": found.onwards.count() + found.backwards.count(),
    }
    return show(request, "missions/statement_remove.html", mission, context)


@mission_view
@form_view
def evidence_new(request, slug, number):
    mission = mission_to_change(request, slug)
    found = _statement(mission, number)
    form = EvidenceForm(typed(request), mission=mission, initial={"confidence": found.confidence})
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("words", "is_against", "dated_on", "confidence")}
        try:
            actions.prove(found, by=request.user, thing=form.thing, **said)
        except Frozen:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _done(request, mission, _("The evidence is added."), number)
    return show(request, "missions/evidence_new.html", mission, {"form": form, "statement": found})


@mission_view
@form_view
def evidence_remove(request, slug, number, pk):
    mission = mission_to_change(request, slug)
    found = _statement(mission, number)
    evidence = get_object_or_404(found.evidence, pk=pk)
    evidence.statement = found
    if request.method == "POST":
        actions.take_back(evidence, by=request.user)
        return _done(request, mission, _("The evidence is removed."), number)
    context = {"statement": found, "evidence": evidence, "is_last": found.evidence.count() == 1}
    return show(request, "missions/evidence_remove.html", mission, context)
