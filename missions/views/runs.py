"""A run: starting it, its course, a stage with its work, the gate, leaving out a stage, roles, and moving it."""

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from missions.actions import moving
from missions.actions import runs as actions
from missions.forms.runs import GateForm, OutputEvidenceForm, OutputForm, RoleForm, RunForm, SkipForm
from missions.models import MethodRole, Mission, MissionState, OutputEvidence, StageState
from missions.runs import course_of, work_of
from missions.views.frame import conflict, mission_to_change, mission_view, show, tabs
from missions.views.mission import reader_of
from platforms.actions import Frozen, Outdated
from platforms.views.frame import form_view, typed
from web.kept import keeps_text
from web.public import public_page


def run_of(mission, number):
    found = get_object_or_404(mission.runs.select_related("method_version__method"), number=number)
    found.mission = mission
    return found


def _stage(run, slug):
    rows = run.stages.select_related("stage")
    found = get_object_or_404(rows, stage__slug=slug)
    found.run = run
    return found


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@public_page
def run(request, slug, number):
    mission = get_object_or_404(Mission.objects.visible_to(request.user).select_related("space"), slug=slug)
    found = run_of(mission, number)
    reader = reader_of(mission, request.user)
    newest = found.method_version.method.versions.current().order_by("-number").first()
    context = {
        "mission": mission,
        "tabs": tabs(mission, "runs"),
        "run": found,
        "course": course_of(found),
        "moves": found.moves.select_related("source", "target"),
        "newer": newest if newest and newest.number > found.method_version.number else None,
        **reader,
    }
    return render(request, "missions/run.html", context)


@public_page
def run_list(request, slug):
    mission = get_object_or_404(Mission.objects.visible_to(request.user).select_related("space"), slug=slug)
    rows = list(mission.runs.select_related("method_version__method"))
    for row in rows:
        row.mission = mission
    reader = reader_of(mission, request.user)
    is_open = mission.state in (MissionState.FORMING, MissionState.STARTED)
    may_start = reader["leads"] and is_open and not any(row.state == "running" for row in rows)
    courses = [course_of(row) for row in rows]
    context = {"mission": mission, "tabs": tabs(mission, "runs"), "courses": courses, "may_start": may_start, **reader}
    return render(request, "missions/runs.html", context)


@keeps_text
@public_page
def run_stage(request, slug, number, stage):
    mission = get_object_or_404(Mission.objects.visible_to(request.user).select_related("space"), slug=slug)
    found = _stage(run_of(mission, number), stage)
    reader = reader_of(mission, request.user)
    work = work_of(found, inside=reader["inside"])
    writes = reader["may_edit"] and found.state == StageState.OPEN and found.run.state == "running"
    if writes:
        for output in work.outputs:
            output.form = OutputForm(output=output.row, key=output.item["key"])
    context = {
        "mission": mission,
        "tabs": tabs(mission, "runs"),
        "run": found.run,
        "course": course_of(found.run),
        "stage": found,
        "work": work,
        "writes": writes,
        "decisions": found.decisions.select_related("by", "on_behalf_of"),
        **reader,
    }
    return render(request, "missions/run_stage.html", context)


# ── Starting ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@mission_view
@form_view
def run_new(request, slug):
    mission = mission_to_change(request, slug, lead=True)
    form = RunForm(typed(request))
    if request.method == "POST" and form.is_valid():
        made = tried(form, lambda: actions.start_run(mission, by=request.user, **form.cleaned_data))
        if made:
            messages.success(request, _("The run has begun; its first stage is open."))
            return redirect(made)
    return show(request, "missions/run_new.html", mission, {"form": form}, tab="runs")


def tried(form, act):
    """What `act` gives, or None when it refused; the form says why."""
    try:
        return act() or True
    except (Frozen, Outdated):
        raise
    except ValidationError as error:
        fits = hasattr(error, "error_dict") and set(error.error_dict) <= set(form.fields)
        form.add_error(None, error if fits else error.messages)
    return None


# ── Working in a stage ───────────────────────────────────────────────────────────────────────────────────────────────
def _open_stage(request, slug, number, stage, *, lead=False):
    """The stage for who may work in it; in a mission that has ended, its run says that its gates are closed."""
    mission = mission_to_change(request, slug, lead=lead, ended=True)
    if mission.is_ended:
        raise Frozen(actions.GATES_CLOSED)
    return _stage(run_of(mission, number), stage)


@mission_view
@require_POST
def stage_tick(request, slug, number, stage):
    found = _open_stage(request, slug, number, stage)
    try:
        actions.tick(found, request.POST.get("activity", ""), by=request.user, done=request.POST.get("done") == "1")
    except Frozen:
        raise
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(f"{found.get_absolute_url()}#activities")


@mission_view
@form_view
def stage_output(request, slug, number, stage, key):
    """An output in words. A page that is open saves here by itself; two who write at once both keep their words."""
    found = _open_stage(request, slug, number, stage)
    item = next((item for item in found.stage.outputs if item["key"] == key), None)
    if item is None:
        raise Http404
    row = found.outputs.filter(key=key).first()
    form = OutputForm(typed(request), output=row, key=key)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_output(found, key, by=request.user, **form.cleaned_data)
        except Outdated as error:
            return conflict(request, found.run.mission, form, _output_form(key), error.current)
        messages.success(request, _("What you wrote is saved."))
        return redirect(f"{found.get_absolute_url()}#output-{key}")
    return show(
        request, "missions/output.html", found.run.mission, {"form": form, "stage": found, "item": item}, tab="runs"
    )


def _output_form(key):
    return lambda row, data=None: OutputForm(data, output=row, key=key)


@mission_view
@form_view
def stage_evidence(request, slug, number, stage, key):
    found = _open_stage(request, slug, number, stage)
    item = next((item for item in found.stage.outputs if item["key"] == key), None)
    if item is None:
        raise Http404
    form = OutputEvidenceForm(typed(request), mission=found.run.mission)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    if form.is_valid() and tried(
        form, lambda: actions.attach(found, key, by=request.user, thing=form.thing, words=words)
    ):
        messages.success(request, _("The evidence is added."))
        return redirect(f"{found.get_absolute_url()}#output-{key}")
    context = {"form": form, "stage": found, "item": item}
    return show(request, "missions/output_evidence.html", found.run.mission, context, tab="runs")


@mission_view
@require_POST
def stage_evidence_remove(request, slug, number, stage, pk):
    found = _open_stage(request, slug, number, stage)
    evidence = get_object_or_404(OutputEvidence.objects.select_related("output"), pk=pk, output__stage=found)
    evidence.output.stage = found
    actions.detach(evidence, by=request.user)
    messages.success(request, _("The evidence is removed."))
    return redirect(f"{found.get_absolute_url()}#output-{evidence.output.key}")


# ── The gate ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@mission_view
@form_view
def stage_gate(request, slug, number, stage):
    """Members answer the questions; who leads the mission decides in the same form."""
    found = _open_stage(request, slug, number, stage)
    leads = reader_of(found.run.mission, request.user)["leads"]
    form = GateForm(typed(request), stage=found, leads=leads)
    if request.method == "POST" and form.is_valid():
        if not leads:
            if tried(form, lambda: actions.answer(found, by=request.user, answers=form.answers)):
                messages.success(request, _("The answers are saved."))
                return redirect(found)
        elif tried(form, lambda: actions.decide(found, by=request.user, answers=form.answers, **form.outcome)):
            messages.success(request, _("The decision is written down."))
            return redirect(_onward(found.run))
    questions = [(form[f"said_{key}"], form[f"note_{key}"]) for key in form.questions]
    context = {"form": form, "stage": found, "questions": questions, "leads": leads}
    return show(request, "missions/gate.html", found.run.mission, context, tab="runs")


def _onward(run):
    """Where the work goes on: the open stage, or looking back."""
    if stage := course_of(run).here:
        return stage
    return reverse("run_learning", args=[run.mission.slug, run.number])


@mission_view
@form_view
def stage_skip(request, slug, number, stage):
    found = _open_stage(request, slug, number, stage, lead=True)
    form = SkipForm(typed(request))
    if form.is_valid() and tried(form, lambda: actions.skip(found, by=request.user, **form.cleaned_data)):
        messages.success(request, _("The stage is left out, with the reason."))
        return redirect(_onward(found.run))
    return show(request, "missions/stage_skip.html", found.run.mission, {"form": form, "stage": found}, tab="runs")


# ── Roles and moving ─────────────────────────────────────────────────────────────────────────────────────────────────
@mission_view
@form_view
def run_roles(request, slug, number):
    mission = mission_to_change(request, slug)
    found = run_of(mission, number)
    named = {slug for row in found.stages.select_related("stage") for slug in row.stage.roles}
    roles = list(MethodRole.objects.filter(slug__in=named))
    form = RoleForm(typed(request), run=found, roles=roles, held=list(found.roles.all()))
    if form.is_valid() and tried(form, lambda: actions.set_roles(found, by=request.user, holders=form.holders)):
        messages.success(request, _("The roles are saved."))
        return redirect(found)
    return show(request, "missions/run_roles.html", mission, {"form": form, "run": found}, tab="runs")


@mission_view
@form_view
def run_move(request, slug, number):
    """What would happen to the run with the newest version is shown first, and done when that is still true."""
    mission = mission_to_change(request, slug, lead=True)
    found = run_of(mission, number)
    version = found.method_version.method.versions.current().order_by("-number").first()
    if version is None or version.number <= found.method_version.number or found.state != "running":
        messages.error(request, _("There is no newer version to move to."))
        return redirect(found)
    if request.method == "POST":
        try:
            actions_seen = json.loads(request.POST.get("seen", "[]"))
            moving.move(found, by=request.user, version=version, seen=actions_seen)
        except Frozen:
            raise
        except (ValidationError, ValueError) as error:
            words = error.messages if isinstance(error, ValidationError) else [str(moving.CHANGED)]
            messages.error(request, " ".join(words))
            return redirect(request.path)
        messages.success(request, _("The run goes on by the newer version."))
        return redirect(found)
    changes = moving.preview(found, version)
    context = {"run": found, "version": version, "changes": changes, "seen": json.dumps(moving.facts(changes))}
    return show(request, "missions/run_move.html", mission, context, tab="runs")
