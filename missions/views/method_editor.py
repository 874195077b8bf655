"""The next version of a method: its draft, its forms, the reasons of its changes, publishing, discarding, retiring."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from missions import content
from missions.actions import methods as actions
from missions.difference import Place, stage_change
from missions.difference_words import Section, Teller
from missions.forms.methods import NewMethodForm, PublishForm, StageForm, TextsForm, WhyForm
from missions.lineage import lineage
from missions.models import Method, MethodVersion, Part
from platforms.actions import Outdated
from platforms.views.frame import form_view, saying, typed
from web.kept import keeps_text, kept

RETIRED = gettext_lazy("Version %(number)s is retired.")
UP_AGAIN = gettext_lazy("Version %(number)s is taken up again.")


def keeper_view(view):
    """A page for those who keep the method, who get it as `method`; to everybody else it does not exist.

    What is typed on it outlives the session (`web.kept`). Where the draft has gone, the person is told so.
    """

    @cache_control(private=True, no_store=True)
    @wraps(view)
    def framed(request, slug, **kwargs):
        method = get_object_or_404(Method.objects.editable_by(request.user).with_shown(), slug=slug)
        try:
            return view(request, method, **kwargs)
        except (actions.NoDraft, actions.NoStage) as error:
            messages.error(request, " ".join(error.messages))
            return redirect("method_draft", slug)

    return keeps_text(framed)


def draft_of(method):
    """The draft with its stages; raises NoDraft."""
    draft = method.versions.drafts().prefetch_related("stages").first()
    if draft is None:
        raise actions.NoDraft
    draft.method = method
    return draft


def base_of(method):
    base = actions.base_of(method)
    if base:
        base.method = method
    return base


def show(request, template, method, context, status=200):
    return render(request, f"missions/{template}.html", {"method": method, **context}, status=status)


# ── Beginning ────────────────────────────────────────────────────────────────────────────────────────────────────────
@keeps_text
@cache_control(private=True, no_store=True)
@form_view
def method_new(request):
    """Staff who keep methods begin one; it is a draft that they write before anybody else sees it."""
    if not request.user.has_perm(actions.KEEPS_METHODS):
        raise Http404
    form = NewMethodForm(typed(request), initial=kept(request))
    if request.method == "POST" and form.is_valid():
        method = actions.begin_method(by=request.user, **form.cleaned_data)
        messages.success(request, _("The method is a draft now. Nobody else sees it yet."))
        return redirect("method_draft", method.slug)
    return render(request, "missions/method_new.html", {"form": form, "is_kept": bool(kept(request))})


# ── The draft ────────────────────────────────────────────────────────────────────────────────────────────────────────
@keeper_view
@require_safe
def method_draft(request, method):
    """What the draft holds, what is left to do, and how it differs; or the way to begin one."""
    base = base_of(method)
    if not method.versions.drafts().exists():
        return show(request, "method_begin", method, {"base": base})
    draft = draft_of(method)
    before, said = content.read_version(base) if base else None, content.read_version(draft)
    sections = differing(request, draft, base, before, said)
    context = {
        "draft": draft,
        "base": base,
        "stages": sorted(draft.stages.all(), key=lambda stage: stage.position),
        "untranslated": untranslated(said),
        "half_changed": half_changed(before, said) if base else 0,
        "sections": sections,
        "unexplained": sum(not one.because for one in to_explain(sections)),
    }
    return show(request, "method_draft", method, context)


def differing(request, draft, base, *said):
    """How the draft differs from the version it came from, with the reasons given so far. `said` is what both say, when
    it is read already."""
    if base is None:
        return []
    why = lineage(draft.method, request.user, after=base.number, upto=draft.number)
    return Teller(why).sections(*(said or (content.read_version(base), content.read_version(draft))))


def to_explain(sections):
    """The lines and, for stages that came, went or moved, the sections that a reason can be given for."""
    for section in sections:
        if section.what or section.moved:
            yield section
        if not section.what:
            yield from section.lines


def untranslated(said):
    """(Where, how many texts) that have no English, stage by stage; what has no Swedish either needs none."""
    whole = [said["name"], said["suits"], said["origin"]["text"]]
    parts = [("", whole)] + [(stage["name"]["sv"], texts_in(stage)) for stage in said["stages"]]
    counted = [(where, sum(bool(text["sv"]) and not text["en"] for text in texts)) for where, texts in parts]
    return [(where, number) for where, number in counted if number]


def texts_in(stage):
    short = {"sv": stage["short_sv"], "en": stage["short_en"]}
    return [stage["name"], short, stage["purpose"], *stage["activities"], *stage["outputs"], *stage["gate"]]


def half_changed(before, said):
    """How many texts say something else in Swedish than they did `before`, and the same in English."""
    old = dict(_placed(before))
    pairs = [(old[place], text) for place, text in _placed(said) if place in old and text["en"]]
    return sum(was["sv"] != text["sv"] and was["en"] == text["en"] for was, text in pairs)


def _placed(said):
    """Each text by the place in the version at which it stands: of a thing in a stage that is its key."""
    yield from ((name, said[name]) for name in ("name", "suits"))
    yield "origin", said["origin"]["text"]
    for stage in said["stages"]:
        for number, text in enumerate(texts_in(stage)):
            yield (stage["slug"], text.get("key", number)), text


@keeper_view
@require_POST
def method_draft_begin(request, method):
    draft = actions.begin_draft(method, by=request.user)
    messages.success(
        request, _("Version %(number)s is a draft now. Nobody else sees it yet.") % {"number": draft.number}
    )
    return redirect("method_draft", method.slug)


# ── Its forms ────────────────────────────────────────────────────────────────────────────────────────────────────────
@keeper_view
@form_view
def method_texts(request, method):
    draft = draft_of(method)
    said = content.read_version(draft)
    form = drawn(request, TextsForm, method, TextsForm.values(said))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_texts(method, by=request.user, seen=form.cleaned_data["seen"], said=form.said, why=form.why)
        except Outdated as error:
            now = content.read_version(error.current)
            sections = Teller().sections(now, now | form.said)
            return conflict(request, method, form, content.stamp(content.texts_of(now)), sections)
        return saved(request, method)
    return show(request, "method_texts", method, {"form": form, "draft": draft, "is_kept": bool(kept(request))})


@keeper_view
@form_view
def method_stage(request, method, stage):
    draft = draft_of(method)
    row = next((one for one in draft.stages.all() if one.slug == stage), None)
    values = StageForm.values(content.read_stage(row)) if row else {}
    form = drawn(request, StageForm, method, values)
    if request.method == "POST" and "do" in request.POST:
        return again(request, method, form, {"draft": draft, "stage": row})
    if row is None:
        return gone(request, method, form)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_stage(
                method, stage, by=request.user, seen=form.cleaned_data["seen"], said=form.said, why=form.why
            )
        except Outdated as error:
            now = content.read_stage(error.current)
            change = stage_change(stage, now, now | form.said)
            section = Section(error.current.name, lines=Teller().lines(change))
            return conflict(request, method, form, content.stamp(now), [section])
        return saved(request, method)
    context = {"form": form, "draft": draft, "stage": row, "is_kept": bool(kept(request))}
    return show(request, "method_stage", method, context)


def gone(request, method, form):
    """The stage is not in the draft: what was typed can become a new one."""
    if request.method != "POST":
        raise Http404
    context = {"form": form, "is_gone": True}
    return show(request, "method_stage", method, context, status=409)


@keeper_view
@form_view
def method_stage_new(request, method):
    draft = draft_of(method)
    form = drawn(request, StageForm, method, {})
    if request.method == "POST" and "do" in request.POST:
        return again(request, method, form, {"draft": draft})
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_stage(method, by=request.user, said=form.said, why=form.why)
        except (actions.NoDraft, actions.NoStage):
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return saved(request, method)
    return show(request, "method_stage", method, {"form": form, "draft": draft, "is_kept": bool(kept(request))})


def drawn(request, form_class, method, values):
    """The form as it was sent, or with what stands in the draft and what a session that ended left behind."""
    initial = values | (form_class.kept(kept(request)) if request.method != "POST" else {})
    return form_class(typed(request), initial=initial, method=method, user=request.user)


def again(request, method, form, context):
    """The form with its rows as a button arranged them. Nothing is saved, nothing is judged."""
    values = form.after(request.POST["do"])
    if values is None:
        raise BadRequest("No such button.")
    form = type(form)(initial=values, method=method, user=request.user)
    return show(request, "method_stage", method, {"form": form, "is_unsaved": True, **context})


def conflict(request, method, form, seen, sections):
    """The page that shows what somebody else saved beside what was typed (409)."""
    data = form.data.copy()
    data["seen"] = seen
    over = type(form)(data, initial=form.initial, method=method, user=request.user)
    context = {"sections": sections, "hidden": [field.as_hidden() for field in over]}
    return show(request, "method_conflict", method, context, status=409)


def saved(request, method):
    messages.success(request, _("The draft is saved."))
    return redirect("method_draft", method.slug)


# ── Stages as a whole ────────────────────────────────────────────────────────────────────────────────────────────────
@keeper_view
@require_POST
def method_stage_move(request, method, stage):
    if (way := request.POST.get("way")) not in ("up", "down"):
        raise BadRequest("Up or down.")
    actions.move_stage(method, stage, by=request.user, up=way == "up")
    return redirect(_desk(method) + f"#stage-{stage}")


def _desk(method):
    return redirect("method_draft", method.slug).url


@keeper_view
@form_view
def method_stage_remove(request, method, stage):
    draft = draft_of(method)
    row = get_object_or_404(draft.stages, slug=stage)
    form = WhyForm(typed(request), method=method, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_stage(method, stage, by=request.user, why=form.why)
        except (actions.NoDraft, actions.NoStage):
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return saved(request, method)
    return show(request, "method_stage_remove", method, {"form": form, "draft": draft, "stage": row})


@keeper_view
@form_view
def method_why(request, method):
    """Why one thing in the draft differs: `?stage=…&part=…&key=…` says which."""
    draft, base = draft_of(method), base_of(method)
    place = Place(*(request.GET.get(name, "") for name in Place._fields))
    if place.part not in Part.values:
        raise Http404
    sections = [part for part in differing(request, draft, base) if concerns(part, place)]
    now = draft.changes.filter(stage=place.stage, part=place.part, key=place.key).first()
    form = WhyForm(typed(request), initial=chosen(now), method=method, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.say_why(method, place, by=request.user, why=form.why)
        except actions.NoDraft:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return saved(request, method)
    if not sections and request.method != "POST":
        raise Http404
    return show(request, "method_why", method, {"form": form, "draft": draft, "sections": sections})


def concerns(section, place):
    """Whether the section tells of `place`; only the lines about it are left in it."""
    if section.place == place:
        return True
    section.lines = [line for line in section.lines if line.place == place]
    section.what = section.moved = ""
    return bool(section.lines)


def chosen(change):
    if change is None:
        return {}
    because = (
        f"proposal-{change.proposal_id}" if change.proposal_id else f"run-{change.run_id}" if change.run_id else ""
    )
    return {"reason": change.reason, "because": because}


# ── Ending ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@keeper_view
@form_view
def method_publish(request, method):
    draft, base = draft_of(method), base_of(method)
    form = PublishForm(typed(request), initial={"version": draft.version})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.publish(method, by=request.user, **form.cleaned_data)
        except Outdated:
            form, status = drawn_anew(form, draft), 409
        except actions.NoDraft:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Version %(number)s is published.") % {"number": row.number})
            return redirect(row)
    context = {"form": form, "draft": draft, "base": base, "sections": differing(request, draft, base)}
    return show(request, "method_publish", method, context | {"is_outdated": status == 409}, status=status)


def drawn_anew(form, draft):
    """The form with what was typed, for the draft as it is now."""
    return PublishForm(initial=form.cleaned_data | {"version": draft.version})


@keeper_view
@form_view
def method_discard(request, method):
    draft, base = draft_of(method), base_of(method)
    if request.method == "POST":
        stands = actions.discard(method, by=request.user)
        messages.success(request, _("The draft is discarded."))
        return redirect(stands or "method_list")
    context = {"draft": draft, "sections": differing(request, draft, base), "is_first": base is None}
    return show(request, "method_discard", method, context)


@keeper_view
@form_view
def method_retire(request, method, number):
    """Retiring a version, and taking one up again that was retired."""
    version = get_object_or_404(MethodVersion.objects.published().filter(method=method), number=number)
    version.method = method
    if request.method == "POST":
        act, said = (actions.take_up_again, UP_AGAIN) if "again" in request.POST else (actions.retire, RETIRED)
        with saying(request):
            act(version, by=request.user)
            messages.success(request, said % {"number": version.number})
        return redirect(version)
    context = {"version": version, "runs": version.runs.running().count()}
    others = MethodVersion.objects.current().filter(method=method).exclude(pk=version.pk)
    return show(request, "method_retire", method, context | {"is_last": not others.exists()})
