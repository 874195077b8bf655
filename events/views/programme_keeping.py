"""Programmes as staff keep them, and how far people have come, for staff and for those who represent them."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Exists, OuterRef, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from actors.models import Representative
from events.actions import programmes as actions
from events.actions import task_news
from events.forms.programme import JudgeForm, ProgrammeForm, StepForm, Versioned
from events.models import Attendance, Participant, Programme, StepDone, StepKind
from events.views.rounds import tried
from platforms.actions import Outdated
from platforms.views.frame import fill_in_again, form_view, saying, typed
from web.conflicts import differences, over
from web.kept import keeps_text

MAY = "events.change_programme"
MOST = 500  # participants on one page


def keeper_view(view):
    """A page for staff who keep programmes, who get the programme; to others it does not exist."""

    @cache_control(private=True, no_store=True)
    @wraps(view)
    def judged(request, slug=None, **kwargs):
        if not request.user.has_perm(MAY):
            raise Http404
        if slug is None:
            return view(request)
        return view(request, get_object_or_404(Programme, slug=slug), **kwargs)

    return keeps_text(judged)


def show(request, template, context, status=200):
    context["is_kept"] = request.method == "GET" and fill_in_again(request, context)
    return render(request, f"events/{template}.html", context, status=status)


@keeper_view
@form_view
def programme_new(request):
    form = ProgrammeForm(typed(request))
    if request.method == "POST" and form.is_valid():
        made = actions.begin(by=request.user, **form.values)
        messages.success(request, _("The programme is made. Nobody else sees it yet; add its steps."))
        return redirect(made)
    return show(request, "programme_form", {"form": form})


@keeper_view
@form_view
def programme_edit(request, programme):
    form = ProgrammeForm.of(programme, typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(programme, by=request.user, version=form.cleaned_data["version"], **form.values)
        except Outdated as error:
            return conflict(request, programme, form, ProgrammeForm.of(error.current), error.current.version)
        messages.success(request, _("The programme is saved."))
        return redirect(programme)
    return show(request, "programme_form", {"form": form, "programme": programme})


def conflict(request, programme, form, theirs, version):
    """The page that shows what somebody else saved beside what was typed (409)."""
    context = {"programme": programme, "differences": list(differences(form, theirs))}
    again = over(form, version)
    form.data = again
    context["hidden"] = [field.as_hidden() for field in form]
    return show(request, "programme_conflict", context, status=409)


@keeper_view
@require_POST
def programme_publish(request, programme):
    with saying(request):
        actions.publish(programme, by=request.user)
        messages.success(request, _("The programme is public. Anybody with an account can join."))
    return redirect(programme)


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@keeper_view
@form_view
def programme_step_new(request, programme):
    form = StepForm(typed(request), initial={"kind": StepKind.EVENT, "version": programme.version})
    if request.method == "POST" and form.is_valid():
        values = {"version": form.cleaned_data["version"], **form.values}
        try:
            if tried(form, lambda: actions.add_step(programme, by=request.user, **values)):
                messages.success(request, _("The step is added."))
                return redirect(programme)
        except Outdated as error:
            empty = StepForm(initial={"version": error.current.version})
            return conflict(request, programme, form, empty, error.current.version)
    return show(request, "programme_step_form", {"form": form, "programme": programme})


def step_of(programme, number):
    step = get_object_or_404(programme.steps.select_related("event"), number=number)
    step.programme = programme
    return step


@keeper_view
@form_view
def programme_step(request, programme, number):
    step = step_of(programme, number)
    form = StepForm.of(step, typed(request))
    if request.method == "POST" and form.is_valid():
        values = {"version": form.cleaned_data["version"], **form.values}
        try:
            actions.change_step(step, by=request.user, **values)
        except Outdated as error:
            now = step_of(error.current, number)
            return conflict(request, programme, form, StepForm.of(now), error.current.version)
        messages.success(request, _("The step is saved."))
        return redirect(programme)
    return show(request, "programme_step_form", {"form": form, "programme": programme, "step": step})


@keeper_view
@require_POST
def programme_step_move(request, programme, number):
    if (way := request.POST.get("way")) not in ("up", "down"):
        raise BadRequest("Up or down.")
    actions.move_step(step_of(programme, number), by=request.user, up=way == "up")
    return redirect(f"{programme.get_absolute_url()}#steps")


@keeper_view
@form_view
def programme_step_remove(request, programme, number):
    """Its number may be that of another step by now: the version says whether it is the one that was shown."""
    step = step_of(programme, number)
    form = Versioned(typed(request), initial={"version": programme.version})
    if form.is_valid():
        with saying(request):
            actions.remove_step(step, by=request.user, version=form.cleaned_data["version"])
            messages.success(request, _("The step is removed."))
        return redirect(programme)
    return show(request, "programme_step_remove", {"programme": programme, "step": step, "form": form})


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@cache_control(private=True, no_store=True)
@require_safe
def programme_people(request, slug):
    """Staff see everybody; whoever represents an organisation sees those who represent it still. Others only get the
    counts."""
    programme = get_object_or_404(Programme.objects.visible_to(request.user), slug=slug)
    keeps = request.user.has_perm(MAY)
    rows = Participant.objects.filter(programme=programme).select_related("user", "actor")
    ours = Representative.objects.actors_of(request.user)
    still = Representative.objects.filter(actor=OuterRef("actor"), user=OuterRef("user"))
    rows = rows if keeps else rows.filter(Exists(still), actor__in=ours)
    people = list(actions.with_progress(rows).order_by("actor__name_sort", "begun_at", "pk")[:MOST])
    if not (keeps or people):
        raise Http404
    waiting = StepDone.objects.filter(
        participant__programme=programme, step__kind=StepKind.TASK, accepted_at=None, answer=""
    )
    context = {
        "programme": programme,
        "keeps": keeps,
        "groups": by_organisation(people, came(programme)),
        "total": programme.steps.count(),
        "waiting": waiting.select_related("participant__user", "step").order_by("at", "pk")[:MOST] if keeps else (),
    }
    return show(request, "programme_people", context)


def came(programme):
    """{organisation: how many of it came to the events of the programme}, as it was counted."""
    rows = Attendance.objects.filter(event__steps__programme=programme, actor__isnull=False)
    return dict(rows.values_list("actor").annotate(total=Sum("people")).order_by())


def by_organisation(people, came):
    found = {}
    for one in people:
        found.setdefault(one.actor, []).append(one)
    return [
        {
            "actor": actor,
            "people": rows,
            "completed": sum(one.completed_at is not None for one in rows),
            "came": came.get(actor.pk, 0) if actor else 0,
        }
        for actor, rows in found.items()
    ]


@keeper_view
@form_view
def programme_task(request, programme, pk):
    rows = StepDone.objects.filter(step__programme=programme, step__kind=StepKind.TASK)
    done = get_object_or_404(rows.select_related("participant__user", "participant__actor", "step"), pk=pk)
    task_news.seen(request.user, [done])
    form = JudgeForm(typed(request))
    if request.method == "POST" and form.is_valid():
        verdict, answer = form.cleaned_data["verdict"], form.cleaned_data["answer"]
        if tried(form, lambda: actions.judge(done, by=request.user, is_accepted=verdict == "accept", answer=answer)):
            messages.success(request, _("Your answer is saved; the participant gets a mail with it."))
            return redirect("programme_people", programme.slug)
    return show(request, "programme_task", {"form": form, "programme": programme, "done": done})
