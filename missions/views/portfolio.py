"""The portfolio of one mission: the page of it, and adding, changing and removing what is in it."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from missions.actions import portfolio as actions
from missions.actions.promises import seen
from missions.forms.argument import ExperimentEvidenceForm
from missions.forms.portfolio import (
    CommitmentForm,
    CorrectionForm,
    DoneForm,
    ExperimentForm,
    IndicatorForm,
    MeasurementForm,
)
from missions.forms.portfolio import typed as as_typed
from missions.models import Commitment, CommitmentState, Experiment, Indicator, Mission
from missions.portfolio import portfolio_of, series_of, show_evidence
from missions.series import Series
from missions.views.frame import conflict, mission_to_change, mission_view, saved, show, tabs
from platforms.actions.rooms import Outdated
from platforms.views.frame import form_view, saying, typed
from web.public import public_page

TAB = "mission_portfolio"


@dataclass(frozen=True)
class Kind:
    """Something that stands in a portfolio, its form, and what pages and messages say of it."""

    model: type
    form: type
    add: str
    change: str
    added: str
    removed: str
    anchor: str
    submit: str


KINDS = {
    "commitment": Kind(
        Commitment,
        CommitmentForm,
        gettext_lazy("Add a promise"),
        gettext_lazy("Change the promise"),
        gettext_lazy("The promise has been added."),
        gettext_lazy("The promise has been removed."),
        "c",
        gettext_lazy("Save the promise"),
    ),
    "experiment": Kind(
        Experiment,
        ExperimentForm,
        gettext_lazy("Add an experiment"),
        gettext_lazy("Change the experiment"),
        gettext_lazy("The experiment has been added."),
        gettext_lazy("The experiment has been removed."),
        "e",
        gettext_lazy("Save the experiment"),
    ),
    "indicator": Kind(
        Indicator,
        IndicatorForm,
        gettext_lazy("Add an indicator"),
        gettext_lazy("Change the indicator"),
        gettext_lazy("The indicator has been added."),
        gettext_lazy("The indicator has been removed."),
        "i",
        gettext_lazy("Save the indicator"),
    ),
}


@public_page
def mission_portfolio(request, slug):
    mission = get_object_or_404(
        Mission.objects.visible_to(request.user).select_related("space", "partnership"), slug=slug
    )
    portfolio = portfolio_of(mission, request.user)
    show_evidence(portfolio)
    portfolio.series = series_of(mission)
    mine = [one for one in portfolio.commitments if portfolio.standing.leads or one.user_id == request.user.pk]
    seen(request.user, mine if request.user.is_authenticated else [])
    context = {"mission": mission, "portfolio": portfolio, "tabs": tabs(mission, TAB)}
    return render(request, "missions/portfolio_page.html", context)


def kind_or_404(name):
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _thing(mission, kind, number):
    thing = get_object_or_404(actions.in_portfolio(kind.model, mission), number=number)
    thing.mission = mission
    return thing


def _back(mission, kind, number):
    return redirect(f"{redirect('mission_portfolio', mission.slug).url}#{kind.anchor}{number}")


@mission_view
@form_view
def portfolio_add(request, slug, kind):
    """A new commitment, experiment or indicator; the address may name the statement that it is about."""
    kind, mission = kind_or_404(kind), mission_to_change(request, slug)
    form = kind.form(typed(request), mission=mission, initial=_asked(request, mission))
    if request.method == "POST" and form.is_valid():
        values = form.values
        if saved(form, actions.add, model=kind.model, mission=mission, by=request.user, **values):
            messages.success(request, str(kind.added))
            return redirect("mission_portfolio", slug)
    context = {"form": form, "heading": kind.add, "submit": kind.submit}
    return show(request, "missions/portfolio_form.html", mission, context, tab=TAB)


def _asked(request, mission):
    number = request.GET.get("statement", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 9):
        return {}
    return {"statement": mission.statements.filter(number=int(number)).first()}


@mission_view
@form_view
def portfolio_edit(request, slug, kind, number):
    name, kind, mission = kind, kind_or_404(kind), mission_to_change(request, slug)
    thing = _thing(mission, kind, number)
    form = kind.form.of(thing, typed(request))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            if saved(form, actions.edit, thing=thing, by=request.user, version=version, **form.values):
                messages.success(request, _("It has been saved."))
                return _back(mission, kind, number)
        except Outdated as error:
            error.current.mission = mission
            return conflict(request, mission, form, kind.form.of, error.current, tab=TAB)
    context = {"form": form, "heading": kind.change, "submit": kind.submit, "thing": thing, "kind": name}
    return show(request, "missions/portfolio_form.html", mission, context, tab=TAB)


@mission_view
@form_view
def portfolio_remove(request, slug, kind, number):
    name, kind, mission = kind, kind_or_404(kind), mission_to_change(request, slug)
    thing = _thing(mission, kind, number)
    if request.method == "POST":
        actions.remove(thing, by=request.user)
        messages.success(request, str(kind.removed))
        return redirect("mission_portfolio", slug)
    return show(request, "missions/portfolio_remove.html", mission, {"thing": thing, "kind": name}, tab=TAB)


# ── What shows an experiment ─────────────────────────────────────────────────────────────────────────────────────────
@mission_view
@form_view
def experiment_evidence(request, slug, number):
    """One thing that shows how an experiment went."""
    mission, kind = mission_to_change(request, slug), KINDS["experiment"]
    experiment = _thing(mission, kind, number)
    form = ExperimentEvidenceForm(typed(request), mission=mission)
    is_sent = request.method == "POST" and form.is_valid()
    said = {name: form.cleaned_data[name] for name in ("words", "is_against", "dated_on")} if is_sent else {}
    if is_sent and saved(form, actions.attach, experiment=experiment, by=request.user, thing=form.thing, **said):
        messages.success(request, _("The evidence is added."))
        return _back(mission, kind, number)
    return show(request, "missions/experiment_evidence.html", mission, {"form": form, "thing": experiment}, tab=TAB)


@mission_view
@form_view
def experiment_evidence_remove(request, slug, number, pk):
    mission, kind = mission_to_change(request, slug), KINDS["experiment"]
    evidence = get_object_or_404(_thing(mission, kind, number).evidence, pk=pk)
    evidence.experiment.mission = mission
    if request.method == "POST":
        actions.detach(evidence, by=request.user)
        messages.success(request, _("The evidence is removed."))
        return _back(mission, kind, number)
    context = {"evidence": evidence, "thing": evidence.experiment}
    return show(request, "missions/experiment_evidence_remove.html", mission, context, tab=TAB)


# ── Promises that are kept ───────────────────────────────────────────────────────────────────────────────────────────
@mission_view
@form_view
def commitment_finish(request, slug, number):
    """When a promise was kept, and what came of it."""
    mission, kind = mission_to_change(request, slug), KINDS["commitment"]
    commitment = _thing(mission, kind, number)
    form = DoneForm(typed(request), initial={"result": commitment.result})
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and saved(form, actions.finish, commitment=commitment, by=request.user, **form.cleaned_data):
        messages.success(request, _("The promise is kept."))
        return _back(mission, kind, number)
    is_open = commitment.state == CommitmentState.PROMISED
    context = {"form": form, "commitment": commitment, "is_open": is_open}
    return show(request, "missions/finish.html", mission, context, tab=TAB)


@mission_view
@require_POST
def commitment_reopen(request, slug, number):
    mission, kind = mission_to_change(request, slug), KINDS["commitment"]
    with saying(request):
        actions.reopen(_thing(mission, kind, number), by=request.user)
    return _back(mission, kind, number)


# ── Values of an indicator ───────────────────────────────────────────────────────────────────────────────────────────
def _indicator(request, slug, number):
    mission = mission_to_change(request, slug)
    return mission, _thing(mission, KINDS["indicator"], number)


@mission_view
@form_view
def indicator_values(request, slug, number):
    """The series of an indicator, and the value of a day to add."""
    mission, indicator = _indicator(request, slug, number)
    form = MeasurementForm(typed(request))
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and saved(form, actions.measure, indicator=indicator, by=request.user, **form.cleaned_data):
        messages.success(request, _("The value has been entered."))
        return redirect("indicator_values", slug, number)
    series = Series(indicator, list(indicator.measurements.select_related("by")))
    context = {"form": form, "indicator": indicator, "series": series}
    return show(request, "missions/values.html", mission, context, tab=TAB)


@mission_view
@form_view
def measurement_edit(request, slug, number, pk):
    """Correct the value of a day, or take it out of the series."""
    mission, indicator = _indicator(request, slug, number)
    measurement = get_object_or_404(indicator.measurements, pk=pk)
    measurement.indicator = indicator
    if request.method == "POST" and "remove" in request.POST:
        actions.unmeasure(measurement, by=request.user)
        messages.success(request, _("The value has been removed."))
        return redirect("indicator_values", slug, number)
    form = CorrectionForm(typed(request), initial={"value": as_typed(measurement.value), "note": measurement.note})
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and saved(form, actions.correct, measurement=measurement, by=request.user, **form.cleaned_data):
        messages.success(request, _("The value has been corrected."))
        return redirect("indicator_values", slug, number)
    context = {"form": form, "indicator": indicator, "measurement": measurement}
    return show(request, "missions/measurement.html", mission, context, tab=TAB)
