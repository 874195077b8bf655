"""Following an actor from its page."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actors.actions import following
from actors.models import Actor


@require_POST
def actor_follow(request, slug):
    actor = get_object_or_404(Actor.objects.published(), slug=slug)
    wanted = request.POST.get("wanted") == "1"
    following.follow(actor, by=request.user, wanted=wanted)
    told = _("You are told in your digest of what they do.") if wanted else _("You are told no more of what they do.")
    messages.success(request, told)
    return redirect(actor)
