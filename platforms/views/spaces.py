"""My spaces, and the overview of one."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from platforms.actions import note_visit
from platforms.models import SpaceMember
from platforms.views.frame import room_or_404, show, space_view
from platforms.views.members import is_at_the_door


@cache_control(private=True, no_store=True)
@require_safe
def my_spaces(request):
    mine = SpaceMember.objects.filter(user=request.user).select_related("space__partnership", "on_behalf_of")
    return render(request, "platforms/my_spaces.html", {"memberships": mine.order_by("-space__active_at", "pk")[:25]})


@space_view
@require_safe
def space(request, slug):
    try:
        room = room_or_404(request, slug)
    except Http404:
        if is_at_the_door(request.user, slug):
            return redirect("space_door", slug)
        raise
    if room.member:
        note_visit(room.member)
    return show(request, "platforms/space.html", room, tab="space")
