"""The front page, and the map of the site for search engines."""

from django.db.models import Count, Q
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from actors.filters import ActorFilter
from actors.models import Actor, ActorStatus, Representative
from actors.views.register import drawing, places
from events.models import Event, EventState
from missions.models import Mission
from platforms.models import Partnership, SpaceMember
from platforms.overview import needs_everywhere
from platforms.views.partnerships import as_rows
from web import region
from web.public import public_page

NEWEST = 5
PARTNERSHIPS = 4
MISSIONS = 3
EVENTS = 3
NEEDS_ME = (ActorStatus.RETURNED, ActorStatus.DRAFT)


@public_page
def start(request):
    everything = ActorFilter(QueryDict())
    everything.problems()
    counts = everything.counts()
    context = {
        "total": counts[""],
        "areas": areas(everything.vocabulary, counts[""]),
        "themes": themes(everything.vocabulary, counts[""]),
        "chart": drawing(places(everything, counts)),
        "missions": missions(),
        "events": events(),
        "partnerships": partnerships(),
        "newest": newest(everything.vocabulary),
        "needs": needs(request.user) if request.user.is_authenticated else None,
    }
    return render(request, "insight/start.html", context)


def areas(vocabulary, counts):
    """The specialisation areas with their sign, sub-areas and how many actors are in them."""
    signs, tags = region.current().area_signs, vocabulary.of("area")
    return [
        {
            "tag": top,
            "sign": signs.get(top.value, ""),
            "parts": [tag for tag in tags if tag.parent == top.key],
            "count": counts.of(top.key),
            "url": f"{reverse('actor_list')}?area={top.value}",
        }
        for top in tags
        if not top.parent
    ]


def themes(vocabulary, counts):
    signs = region.current().theme_signs
    return [
        {
            "tag": tag,
            "sign": signs.get(tag.value, ""),
            "count": counts.of(tag.key),
            "url": f"{reverse('actor_list')}?theme={tag.value}",
        }
        for tag in vocabulary.of("theme")
    ]


def missions():
    """The missions that are under way and were worked on last, each with how far it is."""
    rows = Mission.objects.published().under_way().with_latest_value()
    return list(rows.order_by("-updated_at", "-pk")[:MISSIONS])


def events():
    """What begins next for everybody."""
    rows = Event.objects.published().filter(state=EventState.PUBLISHED, starts_at__gt=timezone.now())
    rows = rows.select_related("municipality")
    return list(rows.order_by("starts_at", "pk")[:EVENTS])


def partnerships():
    """The partnerships that are under way and were told of last."""
    rows = Partnership.objects.published().under_way().order_by("-updated_at", "-pk")
    return as_rows(rows, PARTNERSHIPS)


def newest(vocabulary):
    """The actors that came last, each with its tags."""
    rows = Actor.objects.published().order_by("-published_at", "-id")[:NEWEST]
    return [{"actor": actor, "tags": vocabulary.tags_of(actor)} for actor in rows]


def needs(user):
    """What waits for this person: their own unfinished profiles, and for a curator what others have sent."""
    mine = Q(pk__in=Representative.objects.actors_of(user), status__in=NEEDS_ME)
    waiting = Q(status=ActorStatus.SUBMITTED)
    own = list(Actor.objects.filter(mine).only("name", "slug", "status", "status_reason")[:10])
    curates = user.has_perm("actors.curate_actor")
    queue = Actor.objects.aggregate(waiting=Count("pk", filter=waiting))["waiting"] if curates else 0
    return {"own": own, "queue": queue, "spaces": needs_everywhere(user)}


@cache_control(private=True, no_store=True)
@require_safe
def home(request):
    """Where signing in leads: to one's spaces, or to my page for whoever is in none."""
    return redirect("my_spaces" if SpaceMember.objects.filter(user=request.user).exists() else "my_page")
