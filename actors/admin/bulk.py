"""Several actors decided at once: first shown with what will be mailed, then done one by one, with a line for each."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actors import actions
from actors.admin import review
from actors.models import Actor

MOST = 100
STEPS = ("publish", "return_for_changes", "archive")


class BulkForm(forms.Form):
    step = forms.ChoiceField(choices=[(name, name) for name in STEPS])
    text = forms.CharField(max_length=1000, required=False, strip=True)
    ids = forms.TypedMultipleChoiceField(coerce=int, required=True)
    done = forms.BooleanField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = [pk for pk in self.data.getlist("ids") if pk.isascii() and pk.isdigit() and len(pk) < 19][:MOST]
        self.fields["ids"].choices = [(pk, pk) for pk in chosen]


def ask(request, step, chosen, *, text="", error=""):
    """Show what will happen to each of `chosen`, and ask for the reason or the personal line."""
    rows = list(chosen.order_by("submitted_at", "pk").prefetch_related("representatives__user")[:MOST])
    context = {
        **admin.site.each_context(request),
        "title": actions.STEPS[step].label,
        "opts": Actor._meta,
        "step": step,
        "needs_reason": actions.STEPS[step].needs_reason,
        "rows": [(actor, actor.status in actions.STEPS[step].sources) for actor in rows],
        "mails": sum(
            row.user.is_active
            for actor in rows
            if actor.status in actions.STEPS[step].sources
            for row in actor.representatives.all()
        ),
        "text": text,
        "error": error,
        "most": MOST,
    }
    return TemplateResponse(request, "admin/actors/actor/bulk.html", context)


def _one(actor, step, version, request, text):
    """Decide on one; returns whether it was done and the line that tells what happened."""
    try:
        review.act(actor, step, by=request.user, text=text, version=version)
    except ValidationError as error:
        return False, error.messages[0]
    return True, review.done(actor, step)


@require_POST
def bulk(request):
    """The chosen actors: without `done` the question, with it the answer, one line per actor."""
    if not request.user.has_perm("actors.curate_actor"):
        raise PermissionDenied
    form = BulkForm(request.POST)
    form.is_valid()
    data = form.cleaned_data
    step = data.get("step")
    chosen = Actor.objects.filter(pk__in=data.get("ids", []))
    if not step or not chosen.exists():
        return _result(request, _("Nothing was chosen"), [])
    text = data.get("text", "")
    if not data.get("done"):
        return ask(request, step, chosen)
    if "text" in form.errors or (actions.STEPS[step].needs_reason and not text):
        error = form.errors.get("text", [_("Write a reason: it is sent to those who represent the actor.")])[0]
        return ask(request, step, chosen, text=request.POST.get("text", "")[:1000], error=error)
    outcome = [
        (actor, *_one(actor, step, _seen(request, actor), request, text))
        for actor in chosen.order_by("submitted_at", "pk")
    ]
    return _result(request, actions.STEPS[step].label, outcome)


def _seen(request, actor):
    """The version that the question page showed; a missing one counts as outdated."""
    version = request.POST.get(f"version-{actor.pk}", "")
    return int(version) if version.isascii() and version.isdigit() else -1


def _result(request, title, outcome):
    context = {
        **admin.site.each_context(request),
        "title": title,
        "opts": Actor._meta,
        "outcome": outcome,
        "succeeded": sum(is_done for _actor, is_done, _line in outcome),
    }
    return TemplateResponse(request, "admin/actors/actor/bulk_done.html", context)
