"""My spaces, and the overview of one."""

from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from platforms import my_spaces as mine
from platforms.actions import note_visit
from platforms.overview import Overview
from platforms.views.frame import room_or_404, show, space_view
from platforms.views.members import is_at_the_door
from web.paging import number_in, page_of


@cache_control(private=True, no_store=True)
@require_safe
def my_spaces(request):
    """Where a signed-in person starts. The spaces that rest are folded away; `?resting=1` lists them all."""
    asked = request.GET.get("resting", "")
    if asked not in ("", "1"):
        raise BadRequest("No such list.")
    alive, resting = mine.of(request.user)
    page = page_of(resting if asked else alive, number_in(request), mine.PAGE_SIZE)
    folded = page_of(resting, 1, mine.FOLDED) if not asked and page.number == 1 else None
    rows = mine.rows_of(request.user, [*page.rows, *(folded.rows if folded else [])])
    context = {
        "page": page,
        "rows": rows[: len(page.rows)],
        "folded": rows[len(page.rows) :],
        "has_more_folded": bool(folded and folded.has_next),
        "resting": bool(asked),
        "knows_spaces": bool(rows),
    }
    return render(request, "platforms/my_spaces.html", context)


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
    return show(request, "platforms/space.html", room, {"overview": Overview(room)}, tab="space")
