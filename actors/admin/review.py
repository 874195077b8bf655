"""The queue and the review page: what was sent, what the register knows, the mail, and one decision."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from actors import actions, worklists
from actors.admin import comparing
from actors.models import Actor, ActorStatus, Representative, Reviewing
from notifications.models import Email
from notifications.rendering import render

QUEUE_SHOWN = 100
DRAFT_LINE = "…"  # stands in the mail where the reason will be, until there is one
READY_REASONS = {
    "thin": gettext_lazy("Please describe what you do and what you offer, so that others can find you."),
    "number": gettext_lazy("The organisation number and the name do not belong together. Please check both."),
    "who": gettext_lazy("We could not see that you speak for this organisation. Please use its own e-mail address."),
    "scope": gettext_lazy("The register is for those who take part in the region's innovation. Please say how you do."),
    "twin": gettext_lazy("The organisation is already in the register. Please ask to edit that profile instead."),
}
DONE = {
    "submit": gettext_lazy("“%(name)s” now waits for review."),
    "publish": gettext_lazy("“%(name)s” is published."),
    "return_for_changes": gettext_lazy("“%(name)s” was returned for changes."),
    "archive": gettext_lazy("“%(name)s” is archived."),
    "restore": gettext_lazy("“%(name)s” is published again."),
}
KEYS = {"publish": "p", "restore": "p", "submit": "p", "return_for_changes": "r", "archive": "a"}


class DecisionForm(forms.Form):
    """One decision: the step, the version that it was taken on, and the words that go into the mail."""

    step = forms.ChoiceField(choices=[(name, name) for name in actions.STEPS])
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    ready = forms.ChoiceField(choices=[("", ""), *READY_REASONS.items()], required=False)
    text = forms.CharField(max_length=1000, required=False, strip=True)


def words(data, actor):
    """What the mail says: the ready reason in the first reader's language, then the curator's own line."""
    ready = READY_REASONS.get(data.get("ready") or "", "")
    reader = Representative.objects.filter(actor=actor).select_related("user").first() if ready else None
    with translation.override(reader.user.language if reader else translation.get_language()):
        return "\n\n".join(part for part in (str(ready), data.get("text", "")) if part)


def shown_mails(actor, step, text, people):
    """The mails of a step as they will be sent: one for each language, with everyone it goes to."""
    shown = {}
    for mail in actions.mails_for(actor, step, text=text, people=people):
        receivers = shown.setdefault(mail["language"], (render(Email(**mail)), []))[1]
        receivers.append(mail["to"])
    return [{"language": language, "mail": mail, "to": to} for language, (mail, to) in shown.items()]


def _choices(request, actor, people, typed, error):
    """What can be decided now, each with its mail."""
    for name in actions.open_steps(actor, request.user):
        if name not in KEYS:
            continue
        step = actions.STEPS[name]
        is_this = typed.get("step") == name
        text = words(typed, actor) if is_this else ""
        yield {
            "name": name,
            "label": step.label,
            "key": KEYS.get(name),
            "needs_reason": step.needs_reason,
            "has_mail": bool(step.mail),
            "mails": shown_mails(actor, name, text or (DRAFT_LINE if step.needs_reason else ""), people),
            "text": typed.get("text", "") if is_this else "",
            "ready": typed.get("ready", "") if is_this else "",
            "error": error if is_this else "",
            "open": is_this or not step.needs_reason,
        }


def _speakers(actor):
    """Who represents the actor, and whether their address is of the actor's own web domain."""
    domain = actions.domain_of(actor.website)
    people = list(actor.representatives.select_related("user").order_by("user"))
    return [
        {"person": row.user, "role": row.get_role_display(), "same": actions.is_of(row.user.email, domain)}
        for row in people
    ]


def page(request, actor, *, typed=None, error="", news=(), news_by=None, status=200):
    """Draw the review page; `typed` is what a refused decision held, `news` what changed meanwhile."""
    among = Actor.objects.prefetch_related(*comparing.SHARED_TAGS)
    twins = actions.twins_of(actor, among=among)
    speakers = _speakers(actor)
    looking = Reviewing.objects.look(actor, by=request.user)
    context = {
        **admin.site.each_context(request),
        "title": actor.name,
        "opts": Actor._meta,
        "actor": actor,
        "rows": comparing.side_by_side(actor, [twin.actor for twin in twins]),
        "twins": twins,
        "speakers": speakers,
        "since_last": comparing.since_last_decision(actor),
        "looking": looking if looking.by_id != request.user.pk else None,
        "choices": list(_choices(request, actor, [row["person"] for row in speakers], typed or {}, error)),
        "ready_reasons": READY_REASONS.items(),
        "waiting": worklists.count(Actor.objects.filter(status=ActorStatus.SUBMITTED)),
        "next": worklists.next_in_queue(by=request.user, after=actor),
        "news": news,
        "news_by": news_by,
        "draft_line": DRAFT_LINE,
    }
    return TemplateResponse(request, "admin/actors/actor/review.html", context, status=status)


def _curators_only(request):
    if not request.user.has_perm("actors.curate_actor"):
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
def review(request, pk):
    """One actor in review: GET shows it, POST decides (or shows the mail again with `preview`, or parts twins)."""
    _curators_only(request)
    rows = Actor.objects.select_related("municipality").prefetch_related(*comparing.SHARED_TAGS)
    actor = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        return page(request, actor)
    if "apart" in request.POST:
        return _part(request, actor)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        typed = {name: request.POST.get(name, "")[:1000] for name in ("step", "text")}
        return page(request, actor, typed=typed, error=" ".join(form.errors.get("text", [_("Choose what to do.")])))
    if "preview" in request.POST:
        return page(request, actor, typed=form.cleaned_data)
    return _decide(request, actor, form.cleaned_data)


def _decide(request, actor, data):
    after = Actor(pk=actor.pk, submitted_at=actor.submitted_at)
    text = words(data, actor)
    try:
        act(actor, data["step"], by=request.user, text=text, version=data["version"])
    except actions.Changed as error:
        news, person = comparing.since(error.current, data["version"])
        return page(
            request,
            error.current,
            typed=data,
            news=news,
            news_by=person,
            error=error.message % error.params,
            status=409,
        )
    except ValidationError as error:
        if error.code == "reason":
            return page(request, actor, typed=data, error=error.messages[0])
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, done(actor, data["step"]))
    Reviewing.objects.filter(actor=actor, by=request.user).delete()
    following = worklists.next_in_queue(by=request.user, after=after)
    return redirect("admin:actors_actor_review", following.pk) if following else redirect("admin:index")


def act(actor, step, *, by, text, version):
    """Take one step, whatever its words are called."""
    if step in {"submit", "withdraw"}:
        return getattr(actions, step)(actor, by=by)
    word = "reason" if actions.STEPS[step].needs_reason else "message"
    return getattr(actions, step)(actor, by=by, version=version, **{word: text})


def done(actor, step):
    """What was done, and who hears of it."""
    told = DONE[step] % {"name": actor.name}
    to = ", ".join(mail["to"] for mail in actions.mails_for(actor, step))
    if not actions.STEPS[step].mail:
        return told
    return f"{told} " + (
        _("The mail to %(to)s is on its way.") % {"to": to} if to else _("Nobody represents it: no mail.")
    )


def _part(request, actor):
    other = get_object_or_404(
        Actor, pk=request.POST["apart"] if request.POST["apart"].isascii() and request.POST["apart"].isdigit() else 0
    )
    if other.pk != actor.pk:
        actions.not_the_same(actor, other, by=request.user)
        messages.success(
            request, _("“%(one)s” and “%(other)s” are remembered as two.") % {"one": actor, "other": other}
        )
    return redirect("admin:actors_actor_review", actor.pk)


@require_safe
def queue(request):
    """Everything that waits, oldest first; several can be decided at once."""
    _curators_only(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Waiting for review"),
        "opts": Actor._meta,
        "waiting": worklists.queue()[:QUEUE_SHOWN],
        "count": worklists.count(Actor.objects.filter(status=ActorStatus.SUBMITTED)),
        "now": timezone.now(),
        "first": worklists.next_in_queue(by=request.user),
        "me": request.user,
    }
    return TemplateResponse(request, "admin/actors/actor/queue.html", context)
