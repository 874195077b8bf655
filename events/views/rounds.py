"""Rounds of self-assessment: staff's pages, and the organisations' own."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from events.ability import ability_now
from events.actions import rounds as actions
from events.disclosure import told_of
from events.forms.ability import AbilityForm, AskForm, InRoleForm, NewRoundForm, RoundForm
from events.models import FEWEST, Assessment, Round
from platforms.actions import Outdated
from platforms.views.frame import fill_in_again, form_view, saying, typed
from web.conflicts import differences, over
from web.kept import keeps_text

MAY = "events.change_round"


def private(view):
    """A page kept by nobody, whose typed text outlives the session; a word where nothing changes any more."""

    @cache_control(private=True, no_store=True)
    @wraps(view)
    def framed(request, **kwargs):
        try:
            return view(request, **kwargs)
        except actions.Ended as error:
            messages.error(request, " ".join(error.messages))
            return redirect("ability_round", kwargs["pk"])

    return keeps_text(framed)


def keeper_view(view):
    """A page for staff who keep rounds; to others it does not exist."""

    @wraps(view)
    def judged(request, **kwargs):
        if not request.user.has_perm(MAY):
            raise Http404
        return view(request, **kwargs)

    return private(judged)


def open_round(pk):
    found = get_object_or_404(Round.objects.select_related("framework"), pk=pk)
    if found.closed_at:
        raise actions.Ended(actions.CLOSED)
    return found


def show(request, template, context, status=200):
    context["is_kept"] = request.method == "GET" and fill_in_again(request, context)
    return render(request, f"events/{template}.html", context, status=status)


def tried(form, act):
    """What `act` gives; None when it refused, and the form says why."""
    try:
        return act() or True
    except (actions.Ended, Outdated):
        raise
    except ValidationError as error:
        form.add_error(None, error)
    return None


# ── Staff ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@keeper_view
@form_view
def round_new(request):
    form = NewRoundForm(
        typed(request), initial={"framework": ability_now().framework, "opens_on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        made = actions.begin(by=request.user, **form.values)
        messages.success(request, _("The round is made. Now choose whom to ask."))
        return redirect("ability_round_ask", made.pk)
    return show(request, "round_form", {"form": form})


@keeper_view
@form_view
def round_edit(request, pk):
    found = open_round(pk)
    form = RoundForm.of(found, typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(found, by=request.user, version=form.cleaned_data["version"], **form.values)
        except Outdated as error:
            return conflict(request, form, RoundForm.of, error.current)
        messages.success(request, _("The round is saved."))
        return redirect(found)
    return show(request, "round_form", {"form": form, "round": found})


def conflict(request, form, make, current):
    """The page that shows what somebody else saved beside what was typed (409)."""
    again = make(current, over(form, current.version))
    again.is_valid()
    context = {
        "differences": list(differences(form, make(current))),
        "hidden": [field.as_hidden() for field in again],
    }
    return show(request, "round_conflict", context, status=409)


@private
@require_safe
def round_page(request, pk):
    """Staff see who has answered; an organisation sees its own answers. Nobody sees another's."""
    found = get_object_or_404(Round.objects.visible_to(request.user).select_related("framework"), pk=pk)
    mine = Assessment.objects.of(request.user).filter(round=found).select_related("actor", "role")
    context = {"round": found, "mine": mine, "keeps": request.user.has_perm(MAY)}
    if context["keeps"]:
        rows = found.assessments.filter(role=None).select_related("actor").order_by("actor__name_sort", "pk")
        context |= {"rows": rows, "answered": sum(one.sent_at is not None for one in rows)}
    return show(request, "round", context)


@keeper_view
@form_view
def round_ask(request, pk):
    found = open_round(pk)
    left = actions.may_be_asked().exclude(pk__in=found.assessments.values("actor"))
    form = AskForm(typed(request), actors=left)
    if request.method == "POST" and form.is_valid():
        number = actions.ask(found, by=request.user, actors=form.cleaned_data["actors"])
        words = ngettext("%(number)s organisation is asked.", "%(number)s organisations are asked.", number)
        messages.success(request, words % {"number": number})
        return redirect(found)
    silent = left.filter(representatives=None).count()
    return show(request, "round_ask", {"form": form, "round": found, "left": left.count(), "silent": silent})


@keeper_view
@require_POST
def round_take_away(request, pk, actor):
    found = open_round(pk)
    row = get_object_or_404(found.assessments.select_related("actor"), actor=actor, role=None)
    with saying(request):
        actions.take_away(found, row.actor, by=request.user)
        messages.success(request, _("%(name)s is not asked any more.") % {"name": row.actor})
    return redirect(found)


@keeper_view
@require_POST
def round_remind(request, pk):
    found = open_round(pk)
    with saying(request):
        number = actions.remind(found, by=request.user)
        words = ngettext("%(number)s person is reminded.", "%(number)s people are reminded.", number)
        messages.success(request, words % {"number": number})
    return redirect(found)


@keeper_view
@form_view
def round_close(request, pk):
    """Closing is for good, so what can be told afterwards is said before."""
    found = open_round(pk)
    if request.method == "POST":
        actions.close(found, by=request.user)
        messages.success(request, _("The round is closed. What can be told of it is public now."))
        return redirect("ability")
    return show(request, "round_close", {"round": found, **prospect(found), "fewest": FEWEST})


def prospect(round_):
    """What could be told if the round were closed now: how many answered, and whether the same can be compared."""
    earlier = Round.objects.closed().filter(framework=round_.framework_id, is_example=round_.is_example)
    rounds = [*earlier.order_by("closed_at"), round_]
    said = Assessment.objects.filter(round__in=rounds, role=None).sent().values_list("round", "actor")
    answered = [frozenset(actor for pk, actor in said if pk == one.pk) for one in rounds]
    told = told_of(answered)
    last = len(rounds) - 1
    compared = told.comparison if told.comparison and last in told.comparison.rounds else None
    return {
        "answered": len(answered[-1]),
        "waiting": round_.assessments.filter(sent_at=None, role=None).count(),
        "is_first": last == 0,
        "compared": len(compared.organisations) if compared else 0,
        "missing": len(answered[0] - answered[-1]) if last else 0,
    }


# ── Organisations ────────────────────────────────────────────────────────────────────────────────────────────────────
def own(request, pk, number):
    rows = Assessment.objects.of(request.user).select_related("round__framework", "actor", "role", "by")
    return get_object_or_404(rows, pk=number, round=pk)


@private
@form_view
def answer(request, pk, number):
    """The statements, saved as one goes; sent, they count. Once the round is closed, one's own beside all others."""
    found = own(request, pk, number)
    if found.round.closed_at:
        return compared(request, found)
    form = AbilityForm(typed(request), assessment=found)
    if request.method == "POST" and form.is_valid():
        response = save(request, found, form)
        if response:
            return response
    context = {"form": form, "assessment": found, "round": found.round, "minutes": actions.MINUTES}
    return show(request, "answer", context)


def save(request, found, form):
    """Save or send, and where to go then; None when the form says what is missing."""
    is_sent = request.POST.get("do") == "send"
    act = actions.send if is_sent else actions.save
    values = {"version": form.cleaned_data["version"], "levels": form.levels, "words": form.cleaned_data["words"]}
    try:
        if not tried(form, lambda: act(found, by=request.user, **values)):
            form.mark_unanswered()
            return None
    except Outdated as error:
        current = own(request, found.round_id, error.current.pk)
        return conflict(request, form, lambda row, data=None: AbilityForm(data, assessment=row), current)
    except PermissionDenied:
        raise Http404 from None
    if is_sent:
        messages.success(request, _("Thank you. Your answers are sent; you can change them until the round is closed."))
        return redirect(found.round)
    messages.success(request, _("Your answers are saved."))
    return redirect(found)


def compared(request, found):
    """One's own answers beside what is told of all."""
    ability = ability_now()
    part = next((one for one in ability.parts if one.role == found.role), None)
    places = {one.pk: place for place, one in enumerate(ability.rounds)}
    told = {}
    if part and found.round_id in places:
        told = {row.dimension.pk: row.all[places[found.round_id]] for row in part.rows}
    mine = {}
    for one in found.judgements.select_related("statement__dimension").order_by(
        "statement__dimension__number", "statement__number"
    ):
        mine.setdefault(one.statement.dimension, []).append(one)
    words = {level["value"]: level for level in found.round.framework.levels}
    rows = [
        {
            "dimension": dimension,
            "judgements": [(one.statement, words[one.level]) for one in judgements],
            "mean": sum(one.level for one in judgements) / len(judgements),
            "all": told.get(dimension.pk),
        }
        for dimension, judgements in mine.items()
    ]
    return show(request, "answered", {"assessment": found, "round": found.round, "rows": rows})


@private
@form_view
def answer_in_role(request, pk, number):
    found = own(request, pk, number)
    if found.round.closed_at:
        raise actions.Ended(actions.CLOSED)
    taken = Assessment.objects.filter(round=pk, actor=found.actor_id, role__isnull=False).values("role")
    form = InRoleForm(typed(request), taken=taken)
    if request.method == "POST" and form.is_valid():
        made = tried(form, lambda: actions.answer_in_role(found, by=request.user, **form.cleaned_data))
        if made:
            return redirect(made)
    return show(request, "answer_in_role", {"form": form, "assessment": found, "round": found.round})
