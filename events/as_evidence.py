"""Events as evidence in missions: which ones can be chosen, and who learns which event it was."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Audience, Event, EventState
from missions.things import Elsewhere, Kind
from platforms.models import Access
from web.templatetags.web import day


def offered(mission):
    """The events that those who work on the mission may see, the newest first: they have begun and were not cancelled,
    since what has not happened shows nothing."""
    begun = Event.objects.announced().exclude(state=EventState.CANCELLED).filter(starts_at__lte=timezone.now())
    return begun.filter(_known(mission, inside=True)).order_by("-starts_at", "-pk")


def words(event):
    return f"{event.title} – {day(timezone.localtime(event.starts_at), 'j M Y')}"


def read(ids, mission, inside):
    events = Event.objects.announced().filter(_known(mission, inside=inside), pk__in=ids)
    return {event.pk: Elsewhere(words(event), event.get_absolute_url()) for event in events}


def _known(mission, *, inside):
    """Public ones; to who reads the mission's space also those for people with an account, and, where only its members
    read it, those of the space or of all of its partnership."""
    known = Q(audience=Audience.PUBLIC)
    if not (inside and mission.space_id):
        return known
    known |= Q(audience=Audience.REGISTERED)
    if mission.space.access != Access.REGISTERED:
        known |= Q(space=mission.space_id) | Q(space=None, partnership=mission.space.partnership_id)
    return known


KIND = Kind("event", _("An event that has been"), offered, words, read)
