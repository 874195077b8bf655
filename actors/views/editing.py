"""Change a profile without overwriting anybody's work unseen."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from actors.actions import registration
from actors.forms import EditForm
from actors.models import Actor, ActorStatus
from web.conflicts import differences, over

private = cache_control(private=True, no_store=True)


def _conflict(request, form, current):
    theirs = type(form)(instance=current)
    again = type(form)(over(form, current.version), instance=current)
    hidden = [field.as_hidden() for field in again]
    context = {"actor": current, "differences": list(differences(form, theirs)), "hidden": hidden}
    return render(request, "actors/edit_conflict.html", context, status=409)


def save_or_explain(request, form, *, to, thanks=""):
    """Save and go to `to`; the 409 page when somebody saved between; None when the form has errors."""
    if not form.is_valid():
        return None
    try:
        registration.save_profile(form, by=request.user)
    except registration.Outdated as error:
        return _conflict(request, form, error.current)
    except ValidationError as error:
        return _refused(request, error)
    if thanks:
        messages.success(request, thanks)
    return redirect(to)


def _refused(request, error):
    messages.error(request, " ".join(error.messages))
    return redirect("my_page")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, slug):
    actor = get_object_or_404(Actor.objects.editable_by(request.user), slug=slug)
    if actor.status == ActorStatus.ARCHIVED:
        messages.error(request, registration.ARCHIVED)
        return redirect("my_page")
    form = EditForm(request.POST or None, instance=actor)
    if request.method == "POST":
        response = save_or_explain(request, form, to=_after(actor), thanks=_("The changes are saved."))
        if response:
            return response
    return render(request, "actors/edit.html", {"form": form, "actor": actor})


def _after(actor):
    return actor.get_absolute_url() if actor.status == ActorStatus.PUBLISHED else "my_page"


@private
@require_POST
def confirm(request, slug):
    actor = get_object_or_404(Actor.objects.published().editable_by(request.user), slug=slug)
    try:
        registration.confirm(actor, by=request.user)
    except ValidationError as error:
        return _refused(request, error)
    messages.success(request, _("Thank you. The profile now says that it was confirmed today."))
    return redirect("my_page")
