"""New actors as an Atom feed; the same address parts as the list narrow it."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext

from actors.filters import ActorFilter
from actors.views.register import bad_address
from web import region
from web.public import public_page

NEWEST = 50


@public_page(max_age=15 * 60)
def actor_feed(request):
    wanted = ActorFilter(request.GET)
    if problems := wanted.problems():
        return bad_address(request, problems)
    feed = Atom1Feed(
        title=gettext("New actors – %(site)s") % {"site": region.current().site_name},
        link=settings.SITE_URL + reverse("actor_list") + wanted.query_string(sort=None),
        feed_url=settings.SITE_URL + reverse("actor_feed") + wanted.query_string(sort=None),
        description="",
        language=get_language(),
    )
    for actor in wanted.narrowed().order_by("-published_at", "-id")[:NEWEST]:
        add(feed, actor)
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def add(feed, actor):
    url = settings.SITE_URL + actor.get_absolute_url()
    feed.add_item(
        title=actor.name,
        link=url,
        description=actor.description,
        unique_id=url,
        pubdate=actor.published_at,
        updateddate=actor.updated_at,
    )
