"""What waits for the staff: each list with its count, where it is worked off, and what an empty one means."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from actors.models import Actor, ActorStatus, Certainty, Claim, Reviewing, TwinPair
from notifications.models import Email, EmailState, Suppression

LATELY = timedelta(days=30)
FIRST = 8
TROUBLED = (EmailState.FAILED, EmailState.UNKNOWN, EmailState.SUPPRESSED)


class WorkList(NamedTuple):
    """One list: its name, where to work it off, how many wait (capped), and what to say when none do."""

    key: str
    title: str
    url: str
    count: int
    empty: str

    @property
    def is_capped(self):
        return self.count > settings.COUNT_CAP


def queue():
    """Actors that wait for review, oldest first, each with `has_twin`."""
    pairs = TwinPair.objects.open().filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")))
    waiting = Actor.objects.filter(status=ActorStatus.SUBMITTED).select_related("municipality", "reviewing__by")
    return waiting.annotate(has_twin=Exists(pairs)).order_by("submitted_at", "pk")


def next_in_queue(*, by, after=None):
    """The actor to look at next: the one after `after`, else the oldest; none that a colleague has open."""
    taken = Reviewing.objects.filter(until__gt=timezone.now()).exclude(by=by).values("actor")
    waiting = Actor.objects.filter(status=ActorStatus.SUBMITTED).exclude(pk__in=taken).order_by("submitted_at", "pk")
    if after is None:
        return waiting.first()
    came_later = Q(submitted_at__gt=after.submitted_at) | Q(submitted_at=after.submitted_at, pk__gt=after.pk)
    later_first = Case(When(came_later, then=0), default=1) if after.submitted_at else Value(0)
    return waiting.exclude(pk=after.pk).order_by(later_first, "submitted_at", "pk").first()


# What the list of actors can be narrowed to: the value in its address, and the actors.
FRESHNESS = {
    "stale": Actor.objects.stale,
    "asked": Actor.objects.asked,
    "unanswered": Actor.objects.unanswered,
    "nobody": Actor.objects.nobody_to_ask,
    "ownerless": Actor.objects.ownerless,
}


def count(rows):
    """How many, but never counting more than one over the cap."""
    return rows.order_by()[: settings.COUNT_CAP + 1].count()


def _link(name, **filters):
    return reverse(f"admin:{name}") + (f"?{urlencode(filters)}" if filters else "")


def for_curator():
    """The lists of the register, in the order in which they need somebody."""
    unverified = Actor.objects.filter(status=ActorStatus.PUBLISHED, certainty=Certainty.LOW)
    return [
        WorkList(
            "new",
            _("Waiting for review"),
            _link("actors_actor_queue"),
            count(Actor.objects.filter(status=ActorStatus.SUBMITTED)),
            _("Nobody is waiting."),
        ),
        WorkList(
            "twins",
            _("Likely twins"),
            _link("actors_twinpair_changelist"),
            count(TwinPair.objects.open()),
            _("No two actors look like one."),
        ),
        WorkList(
            "claims",
            _("Want to edit an actor"),
            _link("actors_claim_changelist", turn="staff"),
            count(Claim.objects.for_staff()),
            _("Nobody is asking."),
        ),
        WorkList(
            "unverified",
            _("Unverified"),
            _link("actors_actor_changelist", certainty__exact=Certainty.LOW, status__exact=ActorStatus.PUBLISHED),
            count(unverified),
            _("Every public actor has a source."),
        ),
        *_freshness(),
    ]


def _freshness():
    """Profiles that the mails alone do not keep true."""
    texts = {
        "unanswered": (_("Asked if still right, no answer"), _("Everybody has answered.")),
        "nobody": (_("May be old, and nobody to ask"), _("Somebody looks after every old profile.")),
        "ownerless": (_("Lost their owner"), _("Nobody has left without an heir.")),
    }
    for key, (title, empty) in texts.items():
        yield WorkList(key, title, _link("actors_actor_changelist", fresh=key), count(FRESHNESS[key]()), empty)


def for_mail():
    """The lists of mails that did not arrive, or may not have, and of addresses that get none since."""
    lately = (timezone.localtime() - LATELY).replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        WorkList(
            "mails",
            _("Mails in trouble"),
            _link("notifications_email_changelist", state__in=",".join(TROUBLED)),
            count(Email.objects.filter(state__in=TROUBLED)),
            _("Every mail went out."),
        ),
        WorkList(
            "stopped",
            _("Addresses stopped in the last 30 days"),
            _link("notifications_suppression_changelist", since__gte=lately.isoformat()),
            count(Suppression.objects.filter(since__gte=lately)),
            _("No address was stopped."),
        ),
    ]
