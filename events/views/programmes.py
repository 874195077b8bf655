"""Programmes as people meet them: the list, one programme with one's own way through it, and the certificate."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from actors.models import Actor
from events.actions import programmes as actions
from events.actions import task_news
from events.forms.programme import HandInForm, JoinProgrammeForm
from events.models import Event, Participant, Programme, ProgrammeStep, StepDone, StepKind
from events.programme_certificate import certificate_of
from platforms.views.frame import form_view, saying, typed
from web.kept import keeps_text
from web.public import public_page

private = cache_control(private=True, no_store=True)
MOST = 100  # programmes on one page
PEOPLE = Count("participants", distinct=True)
COMPLETED = Count("participants", filter=Q(participants__completed_at__isnull=False), distinct=True)


@public_page
def programme_list(request):
    rows = Programme.objects.visible_to(request.user).annotate(
        number_of_steps=Count("steps", distinct=True), people=PEOPLE, completed=COMPLETED
    )
    keeps = request.user.has_perm("events.change_programme")
    return render(
        request, "events/programme_list.html", {"rows": rows.order_by("title_sv", "pk")[:100], "keeps": keeps}
    )


def seen(request, slug):
    rows = Programme.objects.visible_to(request.user).select_related("dimension")
    return get_object_or_404(rows, slug=slug)


@dataclass
class Step:
    """A step as one person meets it; `done` is their StepDone, if any. An event that they may not see `is_hidden`."""

    row: ProgrammeStep
    done: StepDone | None
    is_hidden: bool

    @property
    def is_done(self):
        """An event or self-study when it is noted, a task when staff have accepted it."""
        return self.done is not None and (self.row.kind != StepKind.TASK or self.done.accepted_at is not None)

    @property
    def waits(self):
        """Handed in, and not answered yet."""
        return self.row.kind == StepKind.TASK and self.done and self.done.waits


@public_page
def programme(request, slug):
    found = seen(request, slug)
    numbers = Participant.objects.filter(programme=found).aggregate(
        people=Count("pk"), completed=Count("pk", filter=Q(completed_at__isnull=False))
    )
    me, steps = way_of(request.user, found)
    task_news.seen(request.user, [one.done for one in steps if one.done and one.row.kind == StepKind.TASK])
    context = {
        "programme": found,
        "steps": steps,
        "me": me,
        "number_done": sum(one.is_done for one in steps),
        "numbers": numbers,
        "join": join_form(request.user) if not me else None,
        "keeps": request.user.has_perm("events.change_programme"),
    }
    return render(request, "events/programme.html", context)


def way_of(user, programme):
    """The participant (None for others), and the steps as they meet them."""
    me = None
    if user.is_authenticated:
        me = Participant.objects.filter(programme=programme, user=user).select_related("actor").first()
    done = {one.step_id: one for one in me.done.all()} if me else {}
    seen = Exists(Event.objects.visible_to(user).filter(pk=OuterRef("event")))
    steps = programme.steps.annotate(is_seen=seen).select_related("event").order_by("number")
    return me, [Step(row, done.get(row.pk), bool(row.event_id) and not row.is_seen) for row in steps]


def join_form(user, data=None):
    if not user.is_authenticated:
        return None
    return JoinProgrammeForm(data, actors=Actor.objects.filter(representatives__user=user).order_by("name_sort", "pk"))


@private
@require_POST
def programme_join(request, slug):
    found = get_object_or_404(Programme.objects.published(), slug=slug)
    form = join_form(request.user, request.POST)
    if form.is_valid():
        with saying(request):
            actions.join(found, by=request.user, **form.cleaned_data)
            messages.success(request, _("You take part. What you have done is kept on this page."))
    else:
        messages.error(request, _("You do not represent that organisation."))
    return redirect(found)


def mine(request, slug):
    rows = Participant.objects.filter(user=request.user).select_related("programme", "actor")
    return get_object_or_404(rows, programme__slug=slug)


@private
@form_view
def programme_leave(request, slug):
    me = mine(request, slug)
    if request.method == "POST":
        actions.leave(me, by=request.user)
        messages.success(request, _("You have left the programme."))
        return redirect("programme_list")
    return render(request, "events/programme_leave.html", {"programme": me.programme})


@private
@keeps_text
@form_view
def programme_step_done(request, slug, number):
    """Self-study is said to be done; a task is handed in as words."""
    me = mine(request, slug)
    step = get_object_or_404(me.programme.steps.exclude(kind=StepKind.EVENT), number=number)
    step.programme = me.programme
    if step.kind == StepKind.STUDY:
        return said_done(request, me, step)
    done = me.done.filter(step=step).first()
    form = HandInForm(typed(request), initial={"words": done.words if done else ""})
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_in(me, step, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("It is handed in. You get a mail with the answer."))
            return redirect(me.programme)
    context = {"programme": me.programme, "step": step, "done": done, "form": form}
    return render(request, "events/programme_hand_in.html", context)


def said_done(request, me, step):
    if request.method == "POST":
        actions.say_done(me, step, by=request.user)
        messages.success(request, _("The step is done."))
    return redirect(me.programme)


@private
@require_safe
def programme_certificate(request, slug):
    """One's own, once every step is done."""
    rows = Participant.objects.filter(user=request.user, completed_at__isnull=False)
    me = get_object_or_404(rows.select_related("programme", "actor", "user"), programme__slug=slug)
    answer = HttpResponse(certificate_of(me), content_type="application/pdf")
    name = f"{timezone.localdate(me.completed_at):%Y-%m-%d}-{me.programme.slug}.pdf"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
